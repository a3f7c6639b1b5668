/** A step's preview, or why there can be no plan without it. */
import type { Step } from '../article/article.ts';
import { type PostgresSession, QueryError } from '../evidence/postgres/postgres.ts';
import type { Facts, Planned } from '../machine/ports.ts';
import type { FixerOptions } from './fixer.ts';
import { type Preview, runPreview } from './preview.ts';
import { previewProcesses } from './processes/preview-processes.ts';

/** Everything that is answered in place of a plan. */
export type Unready = Exclude<Planned, { readonly kind: 'plan' }>;

/** What a step's preview lists, or why it cannot be asked; null: it has none, or it is a query and there is no session. @throws QueryError when it is lost */
export async function stepPreview(
	options: FixerOptions,
	step: Step,
	values: Facts,
	session: PostgresSession | null,
): Promise<Preview | Unready | null> {
	const onHost = step.previews.find(({ language }) => language === 'processes');
	if (onHost !== undefined) return previewProcesses(options, onHost, values);
	if (session === null) return null;
	try {
		const preview = await runPreview(session, step, values, options);
		if (preview === null || !('refused' in preview)) return preview;
		return {
			kind: 'unavailable',
			why: `the preview of “${step.title}” is not run: ${preview.refused}`,
			next: ['see what is wrong with the article: kbwizard lint'],
		};
	} catch (error) {
		if (!(error instanceof QueryError) || error.lost) throw error;
		return {
			kind: 'unavailable',
			why: `the preview of “${step.title}” failed: ${error.failure.message}`,
			next: error.failure.next,
		};
	}
}
