import { isStepwise } from '../../article/step-kind.ts';
import type { WizardContext } from '../../machine/context.ts';
import type { Evidence, Finding, RankedCause, RankedSolution } from '../../machine/finding.ts';
import { isGuided } from '../../machine/guided.ts';
import { changedSinceLooking } from '../../machine/plans.ts';
import { decisiveFindings, rankSolutions } from '../../machine/rank.ts';
import { type Block, gap, heading, item, text } from '../block.ts';
import { inlineSpans } from '../inline.ts';
import type { Looks } from '../looks.ts';
import { type Page, page } from '../page.ts';
import type { Scene } from '../scene.ts';
import { drawn, faint, plain, type Span, severitySpans, strong, toned } from '../span.ts';
import { checkTitle, counted, staleInWords, titleOf, triedInWords } from '../words.ts';
import { riskSpans } from './risk.ts';

/** What decides something, and may be true no more. */
const staleOf = ({ findings }: WizardContext): readonly Finding[] =>
	decisiveFindings(findings).filter(({ stale }) => stale !== undefined);

function staleBlocks({ snapshot, now }: Scene): readonly Block[] {
	const stale = staleOf(snapshot.context);
	const latest = stale.toSorted((a, b) => a.at.localeCompare(b.at)).at(-1);
	if (latest === undefined) return [];
	return [
		text(
			toned(`${counted(stale.length, 'answer')} ${stale.length === 1 ? 'is' : 'are'} stale: `, 'warning'),
			plain(`${staleInWords(latest, now) ?? ''}. `),
			strong('g'),
			' looks again where it can.',
		),
	];
}

function evidenceLine(
	context: WizardContext,
	words: string,
	evidence: readonly Evidence[],
): readonly Block[] {
	if (evidence.length === 0) return [];
	const stale = new Set(staleOf(context).map(({ check }) => check));
	const said = evidence
		.map(
			({ check, verdict }) =>
				`${checkTitle(context.article, check)} ${verdict}${stale.has(check) ? ' (stale)' : ''}`,
		)
		.join('; ');
	return [item([faint(`${words} `)], [faint(said)], 4)];
}

function causeBlocks(context: WizardContext, cause: RankedCause, { glyphs }: Looks): readonly Block[] {
	const standing = cause.standing === 'proved' ? 'critical' : 'warning';
	return [
		item(
			[drawn(`${cause.standing === 'proved' ? glyphs.critical : glyphs.warning} `, standing)],
			[toned(cause.standing, standing), strong(`  ${titleOf(context.article.causes, cause.id)}`)],
		),
		...evidenceLine(context, 'for:', cause.for),
		...evidenceLine(context, 'against:', cause.against),
	];
}

function doneBy({ article }: WizardContext, { id, how }: RankedSolution): string {
	if (how === 'applied') return 'done by this tool';
	const solution = article.solutions.find((candidate) => candidate.id === id);
	return solution !== undefined && isStepwise(solution) ? 'done step by step' : 'done by you';
}

function solutionSpans(context: WizardContext, solution: RankedSolution, { glyphs }: Looks): readonly Span[] {
	const tried = context.tried.findLast((attempt) => attempt.solution === solution.id);
	return [
		...inlineSpans(titleOf(context.article.solutions, solution.id)),
		faint('  '),
		...(context.advised.includes(solution.id) ? [toned('planned, ', 'info')] : []),
		...riskSpans(solution.risk, glyphs),
		faint(`, ${doneBy(context, solution)}`),
		...(solution.relief ? [faint(', relief only')] : []),
		...(tried === undefined
			? []
			: [toned(`, tried: ${triedInWords(tried)}`, tried.outcome === 'held' ? 'ok' : 'warning')]),
		...(solution.why === null ? [] : [toned(`, not here: ${solution.why}`, 'unknown')]),
	];
}

/** What can be chosen: the ranked ones, or all of the article where nothing points to any. */
export function offeredSolutions({ snapshot, known }: Scene): readonly RankedSolution[] {
	const { solutions } = known();
	if (solutions.length > 0) return solutions;
	const { article, server, findings, asksOnly } = snapshot.context;
	const all = article.causes.map(({ id, title }) => ({
		id,
		title,
		standing: 'suspected' as const,
		severity: 'unknown' as const,
		score: 0,
		for: [],
		against: [],
	}));
	return rankSolutions(article, all, server, findings, asksOnly);
}

function headline(scene: Scene): Block {
	const { looks, snapshot } = scene;
	const known = scene.known();
	const { findings } = snapshot.context;
	const worst = findings.find(({ severity }) => severity === known.severity);
	return text(
		...severitySpans(known.severity, looks.glyphs),
		'  ',
		...(worst === undefined
			? [strong('nothing could be determined')]
			: known.severity === 'ok'
				? [strong(`nothing wrong in ${counted(findings.length, 'check')}`)]
				: inlineSpans(worst.text, 'strong')),
	);
}

/** By reason: one lost session is one reason, however many checks wanted it. */
function notSeenBlocks({ notSeen, article }: WizardContext, { glyphs }: Looks): readonly Block[] {
	const byReason = Map.groupBy(notSeen, ({ why, grant }) => JSON.stringify([why, grant]));
	return [
		...(notSeen.length === 0 ? [] : heading('Not seen')),
		...[...byReason.values()].flatMap((checks): readonly Block[] => {
			const [first] = checks;
			const titles = checks.map(({ check }) => checkTitle(article, check)).join('  ');
			return [
				item(
					[drawn(`${glyphs.notSeen} `)],
					[plain(first?.why || 'left unanswered'), plain(': '), faint(titles)],
				),
				...(first?.grant ? [item([], [faint(first.grant)], 4)] : []),
			];
		}),
	];
}

/** What of a plan that was handed over still applies, by what was found here; nothing where there is none. */
function planBlocks(scene: Scene): readonly Block[] {
	const { snapshot, followed, looks } = scene;
	const { article, advised } = snapshot.context;
	if (followed === null) return [];
	const { solutions } = scene.known();
	return [
		...heading(`The plan by ${followed.by}`),
		...advised.map((id, index) => {
			const found = solutions.find((each) => each.id === id);
			return item(
				[faint(`${index + 1}. `)],
				[
					...inlineSpans(titleOf(article.solutions, id)),
					drawn('  '),
					...(found === undefined
						? [toned(`${looks.glyphs.warning} nothing that was found here asks for it`, 'warning')]
						: found.available
							? [toned('still applies', 'ok')]
							: [toned(`not here: ${found.why ?? 'the reason is not known'}`, 'unknown')]),
				],
			);
		}),
	];
}

/** The causes that stand, the solutions, and what nobody has seen. */
export function causesPage(scene: Scene): Page {
	const { snapshot, looks } = scene;
	const known = scene.known();
	const { context } = snapshot;
	const solutions = offeredSolutions(scene);
	return page('Causes and solutions', {
		blocks: [
			...(changedSinceLooking(context)
				? [
						text(
							toned('Found before the last change: ', 'warning'),
							strong('g'),
							' looks at everything again.',
						),
					]
				: []),
			...staleBlocks(scene),
			...(isGuided(context.article) && context.findings.length === 0 ? [] : [headline(scene), gap]),
			...(known.causes.length === 0
				? context.article.causes.length === 0
					? []
					: [text('No cause of this article is supported by what was seen.')]
				: known.causes.flatMap((cause) => causeBlocks(context, cause, looks))),
			...planBlocks(scene),
			...(solutions.length === 0
				? []
				: [
						...heading(
							known.solutions.length > 0 && context.findings.length > 0
								? 'Solutions, the best first'
								: 'All solutions of this article',
						),
						...solutions.map(
							(solution, index): Block => ({
								kind: 'choice',
								index,
								spans: solutionSpans(context, solution, looks),
							}),
						),
					]),
			...notSeenBlocks(context, looks),
		],
		choices: solutions.map(({ id }) => ({ label: `read: ${titleOf(context.article.solutions, id)}` })),
	});
}
