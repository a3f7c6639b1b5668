/** The report of a session that goes on, as the wizard shows it. */
import type { Article } from '../article/article.ts';
import { toMarkdown } from '../report/markdown.ts';
import type { Journal } from '../session/journal.ts';
import { reportOf } from './report-of-session.ts';
import { redactedReport } from './report-redaction.ts';
import type { World } from './world.ts';

/** As Markdown, redacted as the one that leaves the house. */
export async function previewOf(
	{ session, records }: Journal,
	article: Article,
	world: World,
): Promise<string> {
	const full = reportOf({ session, records, article }, world);
	// A word on standard error would stand in the middle of the screen.
	return toMarkdown(await redactedReport(full, world, async () => {}));
}
