/** Writes the plan that somebody else is to follow. */
import { writeFile } from 'node:fs/promises';
import type { Article, Slug } from '../article/article.ts';
import type { ParameterValues } from '../machine/ports.ts';
import type { Report } from '../report/report.ts';
import { planToMarkdown, toSavedPlan } from '../report/saved-plan.ts';
import { systemCode } from '../system-code.ts';
import { ExpectedError } from './errors.ts';
import { exitStatus } from './exit-status.ts';
import { redactedReport } from './report-redaction.ts';
import type { World } from './world.ts';

export type PlanToSave = {
	/** With its names: they become tokens here, for a plan leaves the house. */
	readonly report: Report;
	readonly article: Article;
	readonly solutions: readonly Slug[];
	readonly parameters: ParameterValues;
	/** Null: a name of its own, in the folder one is in. */
	readonly path: string | null;
};

/**
 * Says on standard error where it is, and how it is opened.
 * @throws ExpectedError where it cannot be written; a file that is there is never overwritten
 */
export async function savePlan(
	{ report, article, solutions, parameters, path }: PlanToSave,
	world: World,
): Promise<void> {
	const redacted = await redactedReport(report, world);
	const plan = toSavedPlan(redacted, article, solutions, parameters, world.user);
	const file = path ?? `kbwizard-plan-${article.id}-${plan.madeAt.slice(0, 19).replaceAll(/[-:]/g, '')}.md`;
	try {
		await writeFile(file, planToMarkdown(plan), { flag: 'wx', mode: 0o600 });
	} catch (error) {
		const code = systemCode(error) ?? 'write-failed';
		const why =
			code === 'EEXIST' ? 'it is there already' : error instanceof Error ? error.message : String(error);
		throw new ExpectedError(
			code,
			`the plan could not be written to ${file}: ${why}`,
			['name another file: --save-plan FILE'],
			exitStatus.usage,
		);
	}
	await world.stderr.write(
		`the plan is in ${file}; where the server is: kbwizard open ${file} -h HOST -d DATABASE\n`,
	);
}
