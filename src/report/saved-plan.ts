/**
 * A plan that goes from a supporter to an administrator: which solutions, why, and in which order. It is a letter, not a
 * program: it names solutions of an article, and nothing of it runs by itself.
 */
import type { Article, Parameter, Risk, Slug } from '../article/article.ts';
import { plainInline } from '../article/plain-text.ts';
import type { ParameterValues } from '../machine/ports.ts';
import type { Diagnosis, ReportedCause, Tool } from './diagnosis.ts';
import { codeBlock, codeSpan, escapeMarkdown } from './escape-markdown.ts';
import type { Report, SummaryLine } from './report.ts';
import { count, sourceInWords } from './words.ts';

export const planSchema = 'kbwizard.plan/1';

/** One solution that is advised. */
export type PlannedSolution = {
	readonly solution: Slug;
	/** Plain text. */
	readonly title: string;
	readonly risk: Risk;
	/** What was chosen for it; never a secret, nor a connection. */
	readonly parameters: ParameterValues;
};

export type SavedPlan = {
	readonly schema: typeof planSchema;
	/** Its hash says which text the plan means; it proves nothing about who wrote the plan. */
	readonly article: Diagnosis['article'];
	readonly tool: Tool;
	/** ISO 8601. */
	readonly madeAt: string;
	readonly by: string;
	/** What it rests on, and of when that is (ISO 8601). */
	readonly source: Diagnosis['source'];
	readonly seenAt: string;
	/** Five lines, with tokens for names. */
	readonly summary: readonly SummaryLine[];
	readonly causes: readonly Pick<ReportedCause, 'id' | 'title' | 'standing'>[];
	/** In the order in which they are to be tried. */
	readonly steps: readonly PlannedSolution[];
	readonly notes: readonly string[];
};

/** Whether a value of it may be written into a file that is sent around. */
export function mayBePlanned({ type }: Pick<Parameter, 'type'>): boolean {
	return type.kind !== 'secret' && type.kind !== 'connection';
}

/**
 * @param report redacted: a plan leaves the house
 * @param solutions of the article; others are left out
 * @param parameters what was chosen for any of them
 */
export function toSavedPlan(
	report: Report,
	article: Article,
	solutions: readonly Slug[],
	parameters: ParameterValues,
	by: string,
): SavedPlan {
	const { diagnosis } = report;
	return {
		schema: planSchema,
		article: diagnosis.article,
		tool: diagnosis.tool,
		madeAt: report.writtenAt,
		by,
		source: diagnosis.source,
		seenAt: diagnosis.findings[0]?.at ?? diagnosis.startedAt,
		summary: report.summary,
		causes: diagnosis.causes.map(({ id, title, standing }) => ({ id, title, standing })),
		steps: solutions.flatMap((id) => {
			const solution = article.solutions.find((each) => each.id === id);
			if (solution === undefined) return [];
			const allowed = new Set(solution.parameters.filter(mayBePlanned).map(({ name }) => name));
			return [
				{
					solution: id,
					title: plainInline(solution.title),
					risk: solution.risk,
					parameters: Object.fromEntries(Object.entries(parameters).filter(([name]) => allowed.has(name))),
				},
			];
		}),
		notes: report.notes.map(({ text }) => text),
	};
}

/** How the part that is read by the program is marked. */
export const planFence = 'json kbwizard-plan';

/** The whole file: Markdown for a person, and below it the same for the program. */
export function planToMarkdown(plan: SavedPlan): string {
	const { article, steps, causes, notes } = plan;
	const lines = [
		`# Plan: ${escapeMarkdown(`${article.id} ${article.title}`)}`,
		'',
		`Made ${plan.madeAt} by ${escapeMarkdown(plan.by)}, from ${sourceInWords(plan.source)} of ${plan.seenAt}.`,
		'',
		...plan.summary.map(({ label, text }) => `- **${label}**: ${escapeMarkdown(text)}`),
		'',
		'This plan does nothing by itself. Open it where the server is:',
		'',
		codeBlock('sh', 'kbwizard open PLAN.md -h HOST -d DATABASE'),
		'',
		'There everything is looked at again. Each step is shown with what it would do, and done only with your consent.',
		'',
		'## Causes',
		'',
		...(causes.length === 0
			? ['None was found.']
			: causes.map(({ title, standing }, index) => `${index + 1}. ${escapeMarkdown(title)} (${standing})`)),
		'',
		`## ${count(steps.length, 'step')}`,
		'',
		...steps.map(stepLine),
		'',
		...(notes.length === 0 ? [] : ['## Notes', '', ...notes.map((note) => `- ${escapeMarkdown(note)}`), '']),
		'## For the program',
		'',
		'What is changed here changes the plan; it is read with suspicion, and whoever opens it is shown it again.',
		'',
		codeBlock(planFence, JSON.stringify(plan, null, 2)),
	];
	return `${lines.join('\n').replaceAll(/\n{3,}/g, '\n\n')}\n`;
}

function stepLine({ title, risk, parameters }: PlannedSolution, index: number): string {
	const values = Object.entries(parameters).map(([name, value]) => codeSpan(`${name}=${value}`));
	return `${index + 1}. **${escapeMarkdown(title)}** (${risk})${values.length === 0 ? '' : ` with ${values.join(', ')}`}`;
}
