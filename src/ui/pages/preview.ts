import type { Parameter } from '../../article/article.ts';
import { planExpiryMs } from '../../machine/plans.ts';
import type { Plan, PlanRow } from '../../machine/ports.ts';
import { type Block, gap, heading, item, text, verbatim } from '../block.ts';
import { cellInWords, columnTitle, tellingColumns } from '../column-words.ts';
import { inlineSpans } from '../inline.ts';
import { type Page, page } from '../page.ts';
import type { Scene } from '../scene.ts';
import { drawn, faint, plain, type Span, strong, toned } from '../span.ts';
import { counted, parametersOf, serverInWords, wholeSeconds } from '../words.ts';

const statusTones = {
	planned: 'plain',
	ended: 'ok',
	gone: 'faint',
	spared: 'warning',
	refused: 'critical',
} as const;

/** Said by the row's status, and its reason: a column of their own would only take room. */
const saidByStatus = new Set(['pid', 'backend_start', 'may_end', 'is_superuser']);

/** The sessions of a plan, before or after: who each is, then what becomes of it. */
export function sessionTable(rows: readonly PlanRow[]): readonly Block[] {
	if (rows.length === 0) return [];
	const columns = tellingColumns(rows.map((row) => row.columns)).filter(
		(column) => !saidByStatus.has(column),
	);
	const titles = ['pid', ...columns.map(columnTitle), 'what'];
	return [
		{
			kind: 'table',
			titles,
			rows: rows.map((row): readonly Span[] => [
				plain(String(row.pid)),
				...columns.map((column) => plain(cellInWords(column, row.columns[column]))),
				toned(
					`${row.status === 'planned' ? 'would end' : row.status}${row.why === null ? '' : `: ${row.why}`}`,
					statusTones[row.status],
				),
			]),
		},
	];
}

function bullets(scene: Scene, lines: readonly string[]): readonly Block[] {
	return lines.map((line) => item([drawn(`${scene.looks.glyphs.bullet} `)], inlineSpans(line)));
}

/** What would take it: a key for the milder ones, the typed name for a severe one. Never Enter alone. */
function consent({ snapshot, looks }: Scene, plan: Plan): readonly Block[] {
	const { consentProblem } = snapshot.context;
	return [
		...(consentProblem === null
			? []
			: [item([drawn(`${looks.glyphs.critical} `, 'critical')], [toned(consentProblem, 'critical')])]),
		plan.confirm === null
			? text(strong('y'), ' applies exactly this. Nothing happens on Enter.')
			: text('To apply exactly this, type ', strong(plan.confirm), ' and press Enter. Esc goes back.'),
	];
}

/** The values that it was made with: what a filter leaves out is seen here, and changed with Tab. */
function valuesBlock({ snapshot: { context } }: Scene, plan: Plan): readonly Block[] {
	const parameters = parametersOf(context.article, plan.solution, plan.step ?? null);
	if (parameters.length === 0) return [];
	const values = parameters.map((parameter) => `${parameter.name} ${valueIn(plan, parameter)}`);
	return [text(faint('With '), values.join(', '), faint('. Tab asks for another value, and plans again.'))];
}

/** One that has no value says what that means: no filter, worked out, left as it is. */
function valueIn({ parameters }: Plan, { name, open, default: text }: Parameter): string {
	return parameters[name] ?? open ?? (/\b(?:any|all)$/.test(text ?? '') ? 'any' : 'not given');
}

/** Exactly what would be done, to whom, on which server, and how it is taken back. */
export function previewPage(scene: Scene, title: string, plan: Plan): Page {
	const { snapshot, now, looks } = scene;
	const ending = plan.rows.filter(({ status }) => status === 'planned').length;
	const left = Date.parse(plan.plannedAt) + planExpiryMs - now;
	const server = serverInWords(plan.server ?? snapshot.context.server);
	return page(title, {
		blocks: [
			text(
				'On ',
				strong(server ?? 'a server that is not known'),
				...(plan.rows.length === 0 ? [] : [': ', strong(`${counted(ending, 'session')} would be ended`)]),
				'.',
				...(looks.reader || !(left > 0) ? [] : [faint(` This plan stands for ${wholeSeconds(left)} more.`)]),
			),
			...valuesBlock(scene, plan),
			...bullets(scene, plan.consequences),
			text(
				...(plan.undoable.length === 0
					? [strong('Nothing of it can be taken back.')]
					: [`Can be taken back: ${plan.undoable.join('; ')}.`]),
			),
			...(plan.rows.length === 0 ? [] : [gap, ...sessionTable(plan.rows)]),
			...(plan.statements.length === 0
				? []
				: [...heading('The very statements'), ...plan.statements.map((statement) => verbatim(statement))]),
			...(plan.diff === null ? [] : [...heading('The change'), verbatim(plan.diff, true)]),
		],
		pinned: consent(scene, plan),
		field: plan.confirm === null ? null : { prompt: 'Name', secret: false },
	});
}
