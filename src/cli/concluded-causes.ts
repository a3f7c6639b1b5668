/** Which causes stood at the end of a session, to be written down: its article may say something else one day. */
import type { Article } from '../article/article.ts';
import { plainInline } from '../article/plain-text.ts';
import type { WizardContext } from '../machine/context.ts';
import type { Finding } from '../machine/finding.ts';
import { asWizard } from '../machine/guided.ts';
import { rankCauses } from '../machine/rank.ts';
import type { ConcludedCause } from '../session/record.ts';

export function causesFrom(article: Article, findings: readonly Finding[]): readonly ConcludedCause[] {
	return rankCauses(asWizard(article), findings).map(({ id, title, standing }) => ({
		id,
		title: plainInline(title),
		standing,
	}));
}

/** For the record of the end; without the field where nothing was looked at. */
export function concludedCauses({ article, findings }: Pick<WizardContext, 'article' | 'findings'>): {
	readonly causes?: readonly ConcludedCause[];
} {
	return findings.length === 0 ? {} : { causes: causesFrom(article, findings) };
}
