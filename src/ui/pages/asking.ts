import type { Check } from '../../article/article.ts';
import { plainText } from '../../article/plain-text.ts';
import { restInWords, restLength } from '../../article/rest-length.ts';
import { isWayIn } from '../../article/way-in.ts';
import { type Block, gap, heading, text, verbatim } from '../block.ts';
import { inlineSpans } from '../inline.ts';
import { type Page, page } from '../page.ts';
import { takesPaste } from '../pasting.ts';
import type { Scene } from '../scene.ts';
import { faint, type Span, severitySpans, strong } from '../span.ts';
import { checkTitle } from '../words.ts';
import { staleBlocks } from './finding.ts';
import { soFarBlocks } from './so-far.ts';

/** What a caller would say; a finding's own words serve where the article has none, without their numbers. */
function answerSpans(check: Check, verdict: string): readonly Span[] {
	const branch = check.branches.find((candidate) => candidate.verdict === verdict);
	if (verdict === 'otherwise') return inlineSpans(branch?.say ?? "I don't know");
	if (branch?.say) return inlineSpans(branch.say);
	const words = (branch?.text ?? '').replaceAll(/\{[A-Za-z_]\w*\}/g, '…');
	const said = plainText(words);
	// Of a published article the question is the symptom itself: said once, above.
	const same = said.toLowerCase() === verdict.toLowerCase() || said.endsWith(`: ${plainText(check.title)}`);
	return [strong(verdict), ...(words === '' || same ? [] : inlineSpans(`: ${words}`))];
}

/** The verdicts in the order they are offered: "don't know" last. */
export function offeredVerdicts(check: Check | undefined): readonly string[] {
	const verdicts = (check?.branches ?? []).map(({ verdict }) => verdict);
	return [
		...verdicts.filter((verdict) => verdict !== 'otherwise'),
		...verdicts.filter((verdict) => verdict === 'otherwise'),
	];
}

/** What stood behind `By hand:` stands alone here. */
const asSentence = (markdown: string): string => markdown.charAt(0).toUpperCase() + markdown.slice(1);

/** Nobody could look: the person may answer instead. */
export function askingPage(scene: Scene, id: string): Page {
	const { context } = scene.snapshot;
	const check = context.article.checks.find((candidate) => candidate.id === id);
	const verdicts = offeredVerdicts(check);
	const { absence } = context;
	const why: readonly Block[] =
		absence === null || absence.why === '' || context.asksOnly || check?.checks.length === 0
			? []
			: [text(faint(`You are asked, because ${absence.why}.`))];
	const before = context.findings.filter(({ check: of, stale }) => of === id && stale !== undefined);
	const rests = check === undefined || context.server?.slot == null ? null : restLength(check);
	return page(checkTitle(context.article, id), {
		blocks: [
			...why,
			...before.flatMap((finding) => [
				text(...severitySpans(finding.severity, scene.looks.glyphs), '  ', ...inlineSpans(finding.text)),
				...staleBlocks(scene, finding),
				text(faint('It stands until you say otherwise.')),
			]),
			...(rests === null
				? []
				: [
						text(
							strong('g'),
							` leaves the one connection alone for ${restInWords(rests)} and then uses it. Nothing else is looked at meanwhile; x breaks it off.`,
						),
					]),
			...(absence?.grant ? [text('So that the tool can look itself:'), verbatim(absence.grant)] : []),
			...(check !== undefined && isWayIn(check) && takesPaste(scene)
				? [text(strong('m'), ' takes the error message itself, in whatever language, and answers by it.')]
				: []),
			...heading('What do you see?'),
			...verdicts.map(
				(verdict, index): Block => ({
					kind: 'choice',
					index,
					spans: check === undefined ? [] : answerSpans(check, verdict),
				}),
			),
			...(check?.byHand
				? [
						...heading('How to find out by hand'),
						{ kind: 'prose' as const, markdown: asSentence(check.byHand) },
					]
				: []),
			gap,
		],
		aside: check?.prose ?? null,
		pinned: soFarBlocks(scene),
		choices: verdicts.map((verdict) => ({
			label: verdict === 'otherwise' ? "answer: don't know" : `answer: ${verdict}`,
		})),
	});
}
