/** Colours, on paper and in the dark; each text colour has a contrast of at least 4.5 to 1 on what it stands on. */
import { css } from '../markup.ts';

export const colours = css`
:root {
	color-scheme: light dark;
	--paper: #fff;
	--wash: #f6f7f8;
	--ink: #1b2129;
	--quiet: #58626f;
	--rule: #dfe3e8;
	--accent: #125b82;
	--accent-wash: #d5e6f0;
	--critical: #a9201c;
	--critical-wash: #fcefee;
	--warning: #855100;
	--warning-wash: #fdf4e3;
	--ok: #1c6a3c;
	--ok-wash: #eaf5ee;
	--info: #125b82;
	--unknown: #58626f;
}

@media screen and (prefers-color-scheme: dark) {
	:root {
		--paper: #14181d;
		--wash: #1c2229;
		--ink: #e4e8ec;
		--quiet: #a3aeba;
		--rule: #323b45;
		--accent: #86c3e8;
		--accent-wash: #23445a;
		--critical: #ff9c93;
		--critical-wash: #331c1c;
		--warning: #f0bd6a;
		--warning-wash: #2f2515;
		--ok: #84d3a0;
		--ok-wash: #17291e;
		--info: #86c3e8;
		--unknown: #a3aeba;
	}
}

.critical { --tone: var(--critical); --tone-wash: var(--critical-wash); }
.warning { --tone: var(--warning); --tone-wash: var(--warning-wash); }
.ok { --tone: var(--ok); --tone-wash: var(--ok-wash); }
.info { --tone: var(--info); --tone-wash: var(--wash); }
.unknown, .unseen { --tone: var(--unknown); --tone-wash: var(--wash); }
`;
