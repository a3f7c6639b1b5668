/** The page: its letters, its columns, its head and its table of contents. */
import { css } from '../markup.ts';

export const layout = css`
*, ::before, ::after { box-sizing: border-box; }

html {
	font: 100%/1.6 ui-sans-serif, system-ui, "Segoe UI", "Helvetica Neue", "Open Sans", "Liberation Sans", Arial, sans-serif;
	font-variant-numeric: tabular-nums;
	color: var(--ink);
	background: var(--paper);
	text-size-adjust: 100%;
	scroll-padding-top: 1.5rem;
}

body { margin: 0 auto; padding: 3.5rem 1.5rem 4rem; max-width: 46rem; overflow-wrap: anywhere; }
main { outline: none; }
main > section { margin-top: 4rem; }
main > section:first-child { margin-top: 2.25rem; }

h1, h2, h3, p, ul, ol, dl, dd, figure, pre { margin: 0; }
h1 { font-size: 2.125rem; line-height: 1.2; letter-spacing: -.018em; font-weight: 700; text-wrap: balance; }
h2 { font-size: 1.375rem; line-height: 1.3; letter-spacing: -.01em; font-weight: 700; padding-top: .75rem; margin-bottom: 1.25rem; border-top: 2px solid var(--ink); }
h3 { font-size: 1.0625rem; line-height: 1.4; font-weight: 700; }
p + p, p + ul, ul + p, ol + p, pre + p, dl + p { margin-top: .75rem; }
ul, ol { padding-left: 1.375rem; }
li + li { margin-top: .3rem; }
code, pre { font-family: ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace; font-size: .875em; }

a { color: var(--accent); text-decoration-thickness: 1px; text-underline-offset: .2em; }
a:hover { text-decoration-thickness: 2px; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 3px; border-radius: 2px; }
.quiet { color: var(--quiet); }

.skip { position: absolute; left: 1rem; top: -6rem; padding: .5rem 1rem; background: var(--paper); border: 2px solid var(--accent); z-index: 1; }
.skip:focus { top: 1rem; }

.kicker { display: flex; flex-wrap: wrap; justify-content: space-between; gap: .5rem 1.5rem; margin-bottom: .875rem; color: var(--quiet); font-size: .875rem; }
.when { margin-top: .75rem; color: var(--quiet); font-size: .9375rem; }
.found { display: flex; flex-wrap: wrap; gap: .5rem; }
.kicker .mark { padding: .125rem .75rem .125rem .5rem; border: 1.5px solid var(--tone); border-radius: 1rem; background: var(--tone-wash); }

#summary h2 { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.summary { border-top: 2px solid var(--ink); border-bottom: 1px solid var(--rule); }
.summary > div { display: grid; grid-template-columns: 6.5rem 1fr; gap: 1rem; padding: .75rem 0; }
.summary > div + div { border-top: 1px solid var(--rule); }
.summary dt { color: var(--quiet); font-size: .875rem; line-height: 1.7rem; }
.summary dd { font-size: 1.0625rem; }
.summary > div:first-child dd { font-weight: 700; }

.notice { margin-bottom: 1.5rem; padding: .875rem 1.125rem; border-left: 4px solid var(--warning); background: var(--warning-wash); }
.notice ul { margin-top: .25rem; }

.contents { margin-top: 2.5rem; font-size: .9375rem; }
.contents h2 { font-size: .875rem; letter-spacing: 0; font-weight: 400; color: var(--quiet); margin: 0 0 .5rem; padding: 0; border: 0; }
.contents ol { list-style: none; padding: 0; columns: 2 9.5rem; column-gap: 1.5rem; }
.contents li { margin: 0; break-inside: avoid; }
.contents a { display: inline-block; padding: .1875rem 0; text-decoration: none; }
.contents a:hover, .contents a:focus-visible { text-decoration: underline; }

.colophon { margin-top: 4rem; padding-top: 1rem; border-top: 1px solid var(--rule); color: var(--quiet); font-size: .875rem; }

@media (min-width: 76rem) {
	body { max-width: 66rem; padding-left: 18rem; padding-right: 2rem; position: relative; }
	.contents { position: fixed; top: 0; bottom: 0; left: max(1.5rem, calc(50vw - 32rem)); width: 14rem; margin: 0; padding: 3.75rem 0 2rem; overflow-y: auto; }
	.contents ol { columns: auto; }
}

@media (max-width: 34rem) {
	body { padding: 2rem 1.125rem 3rem; }
	h1 { font-size: 1.625rem; }
	main > section { margin-top: 3rem; }
	.summary > div { grid-template-columns: 1fr; gap: 0; }
}

@media (prefers-reduced-motion: no-preference) {
	html { scroll-behavior: smooth; }
}
`;
