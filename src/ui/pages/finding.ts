import type { Bearing, Branch } from '../../article/article.ts';
import type { Finding } from '../../machine/finding.ts';
import type { Failure } from '../../machine/ports.ts';
import { type Block, gap, heading, item, text, verbatim } from '../block.ts';
import { inlineSpans } from '../inline.ts';
import { type Page, page } from '../page.ts';
import type { Scene } from '../scene.ts';
import { drawn, faint, plain, severitySpans, strong, toned } from '../span.ts';
import {
	causeTitle,
	checkTitle,
	counted,
	duration,
	sourceInWords,
	staleInWords,
	timeOfDay,
} from '../words.ts';
import { soFarBlocks } from './so-far.ts';

/** The finding that a screen shows: the latest of the check with that verdict. */
export const shownFinding = (
	findings: readonly Finding[],
	check: string,
	verdict: string,
): Finding | undefined =>
	findings.findLast((finding) => finding.check === check && finding.verdict === verdict);

function whence(finding: Finding): string {
	if (finding.source === 'person')
		return `Said by ${finding.answeredBy ?? 'a person'}, ${timeOfDay(finding.at)}.`;
	const took = finding.durationMs > 0 ? `, in ${duration(finding.durationMs)}` : '';
	return `From ${sourceInWords(finding.source)}, ${timeOfDay(finding.at)}${took}.`;
}

const bearings: Readonly<
	Record<Bearing, { readonly words: string; readonly tone: 'critical' | 'warning' | 'ok' }>
> = {
	proves: { words: 'proves', tone: 'critical' },
	for: { words: 'speaks for', tone: 'warning' },
	against: { words: 'speaks against', tone: 'ok' },
	'rules out': { words: 'rules out', tone: 'ok' },
};

function meaning({ snapshot, looks }: Scene, branch: Branch | undefined): readonly Block[] {
	const { article } = snapshot.context;
	const links = branch?.causes ?? [];
	if (links.length === 0 && !branch?.next) return [];
	return [
		...heading('What it means'),
		...links.map(({ cause, bearing }) => {
			const { words, tone } = bearings[bearing];
			return item(
				[drawn(`${looks.glyphs.bullet} `)],
				[toned(`${words}: `, tone), ...inlineSpans(causeTitle(article, cause))],
			);
		}),
		...(branch?.next
			? [item([drawn(`${looks.glyphs.arrow} `)], [faint(`next: ${checkTitle(article, branch.next)}`)])]
			: []),
	];
}

/** An error as a person in trouble needs it: what happened, then what to do. */
export function failureBlocks({ looks }: Scene, failure: Failure): readonly Block[] {
	const code = failure.code === 'unexpected' ? '' : ` (${failure.code})`;
	return [
		text(`${failure.message}${code}`),
		...failure.next.map((step) => item([drawn(`${looks.glyphs.arrow} `)], inlineSpans(step))),
	];
}

/** That it may be true no more; nothing where it was seen in this run. */
export function staleBlocks({ now }: Scene, finding: Finding): readonly Block[] {
	const words = staleInWords(finding, now);
	return words === null ? [] : [text(toned('Stale: ', 'warning'), plain(`${words}.`))];
}

function oneFinding(scene: Scene, finding: Finding): readonly Block[] {
	const { glyphs } = scene.looks;
	return [
		text(...severitySpans(finding.severity, glyphs), '  ', ...inlineSpans(finding.text, 'strong')),
		...staleBlocks(scene, finding),
		text(faint(whence(finding))),
		...(finding.error === null ? [] : [gap, ...failureBlocks(scene, finding.error)]),
		...(finding.grant === null
			? []
			: [gap, text('This role does not see all. To see more:'), verbatim(finding.grant)]),
	];
}

export function findingPage(scene: Scene, check: string, verdict: string): Page {
	const { context } = scene.snapshot;
	const node = context.article.checks.find(({ id }) => id === check);
	const finding = shownFinding(context.findings, check, verdict);
	const beside = context.findings.filter((other) => other.check === check && other !== finding);
	const branch = node?.branches.find((candidate) => candidate.verdict === verdict);
	return page(checkTitle(context.article, check), {
		blocks: [
			...(finding === undefined ? [text('Nothing was found.')] : oneFinding(scene, finding)),
			...beside.flatMap((other) => [gap, ...oneFinding(scene, other)]),
			...(scene.snapshot.can({ type: 'wait for a slot' })
				? [
						gap,
						text(
							strong('w'),
							' waits for the first free slot and keeps it, so that the rest can be looked at.',
						),
					]
				: []),
			...meaning(scene, branch),
			...(finding === undefined || finding.rows.length === 0
				? []
				: [gap, text(faint(`${counted(finding.rows.length, 'row')} to look at: e`))]),
		],
		aside: node?.prose ?? null,
		pinned: soFarBlocks(scene),
	});
}
