import type { Symptom } from '../../article/article.ts';
import { flatSymptoms } from '../../article/flat-symptoms.ts';
import { plainInline } from '../../article/plain-text.ts';
import type { Finding } from '../../machine/finding.ts';
import { isGuided } from '../../machine/guided.ts';
import { type Block, gap, heading, item, markdown, text } from '../block.ts';
import { inlineSpans } from '../inline.ts';
import { type Page, page } from '../page.ts';
import { onlyAsks, type Scene } from '../scene.ts';
import { drawn, faint, plain, type Span, severitySpans, strong, toned } from '../span.ts';
import { age, checkTitle, counted, serverInWords, titleOf } from '../words.ts';

function symptomBlocks(symptoms: readonly Symptom[], bullet: string, indent: number): readonly Block[] {
	return symptoms.flatMap((symptom) => [
		item([drawn(`${bullet} `)], inlineSpans(symptom.text), indent),
		...symptomBlocks(symptom.children, bullet, indent + 2),
	]);
}

/** What an earlier run of the session found: it counts until it is looked at again. */
function knownBefore(findings: readonly Finding[], now: number): Block {
	const latest = Math.max(...findings.map(({ at }) => Date.parse(at)).filter(Number.isFinite));
	const ago = Number.isFinite(latest) ? ` of ${age(now - latest)} ago` : '';
	const [are, each] = findings.length === 1 ? ['is', 'it is'] : ['are', 'each is'];
	return text(
		`${counted(findings.length, 'answer')}${ago} ${are} known, and stale: ${each} looked at again where it can be.`,
	);
}

/** What a person said of it, before its text; nothing where they have not. */
function saidSpans(observed: boolean | null): readonly Span[] {
	if (observed === null) return [];
	return [observed ? toned('seen: ', 'warning') : faint('not seen: ')];
}

/** A log message is a paragraph of its own; its beginning is enough to know it by. */
const longestSymptom = 130;

function shortened(symptom: Symptom): string {
	const text = plainInline(symptom.text);
	return text.length <= longestSymptom ? text : `${text.slice(0, longestSymptom).replace(/\s+\S*$/, '')} …`;
}

/** With the numbers by which a person says what they see. */
function tickableBlocks({ article, snapshot, looks }: Scene): readonly Block[] {
	const { symptoms } = snapshot.context;
	return flatSymptoms(article.symptoms).map((symptom, index) =>
		item(index < 9 ? [toned(`${index + 1} `, 'key')] : [drawn(`${looks.glyphs.bullet} `)], [
			...saidSpans(symptoms[symptom.id] ?? null),
			plain(shortened(symptom)),
		]),
	);
}

function symptomSection(scene: Scene): readonly Block[] {
	const { article, looks } = scene;
	if (article.symptoms.length === 0) return [];
	return isGuided(article)
		? [...heading('You may see'), ...symptomBlocks(article.symptoms, looks.glyphs.bullet, 0)]
		: [...heading('You may see'), ...tickableBlocks(scene)];
}

/** Which server, or who is asked. */
function aboutBlock({ snapshot, target, article }: Scene): Block {
	const { context } = snapshot;
	const { length } = context.article.checks;
	if (isGuided(article)) {
		return text(
			length === 0
				? 'This article has nothing to look at and nothing to ask: it leads to its solutions.'
				: `This article has no checks that a tool can make: it asks you ${counted(length, 'question')}.`,
		);
	}
	if (context.asksOnly) {
		return text(
			strong('Nobody connects'),
			`, and nothing of this machine is looked at: you are asked up to ${counted(length, 'question')}. `,
			strong('c'),
			' goes to the causes as soon as enough is known.',
		);
	}
	const server = serverInWords(context.server) ?? target;
	return text(
		`${counted(length, 'check')}, one after the other, on `,
		server === null ? faint('no server: none was named, so you are asked') : strong(server),
		'.',
	);
}

/** What is known before anything is asked: by an earlier session, or by a message that was pasted. */
function knownBlocks({ snapshot, looks }: Scene): readonly Block[] {
	const { article, findings } = snapshot.context;
	const read = findings.filter(({ facts }) => facts.recognised !== undefined);
	if (read.length === 0) return [];
	return [
		...heading('What was pasted says'),
		...read.map((finding) =>
			item(severitySpans(finding.severity, looks.glyphs), [
				drawn('  '),
				strong(checkTitle(article, finding.check)),
				drawn('  '),
				...inlineSpans(finding.text),
			]),
		),
	];
}

/** What somebody advises, which is looked at again before any of it is done. */
function planBlocks({ snapshot, followed, looks }: Scene): readonly Block[] {
	if (followed === null) return [];
	const { article, advised } = snapshot.context;
	return [
		...heading(`A plan by ${followed.by}, of ${followed.madeAt.slice(0, 16).replace('T', ' ')} UTC`),
		...(followed.edited
			? [
					text(
						toned('The file was changed after it was saved', 'warning'),
						': what counts is what stands here.',
					),
				]
			: []),
		...advised.map((id, index) =>
			item([faint(`${index + 1}. `)], inlineSpans(titleOf(article.solutions, id), 'strong')),
		),
		...followed.notes.map((note) => item([drawn(`${looks.glyphs.bullet} `)], [plain(note)])),
		text(
			faint(
				'Nothing of it is done by itself: first everything is looked at here, then each step asks for consent.',
			),
		),
	];
}

/** What the article is about, before anything is looked at. */
export function introPage(scene: Scene): Page {
	const { snapshot, looks, article, now } = scene;
	const { context } = snapshot;
	const looksItself = !onlyAsks(scene);
	const stale = context.findings.filter(({ stale }) => stale !== undefined);
	return page(`${article.id}  ${plainInline(article.title)}`, {
		blocks: [
			...planBlocks(scene),
			...knownBlocks(scene),
			...(article.issue.trim() === '' ? [] : [gap, text(...inlineSpans(plainInline(article.issue)))]),
			...symptomSection(scene),
			...(context.connectionFailure === null ? [] : [gap, markdown(context.connectionFailure.message)]),
		],
		// In sight whatever is scrolled: which server, and that nothing happens to it.
		pinned: [
			aboutBlock(scene),
			...(stale.length === 0 ? [] : [knownBefore(stale, now)]),
			...(looksItself
				? [
						item(severitySpans('ok', looks.glyphs, 'It only reads'), [
							...inlineSpans(' until you have seen the exact plan of a fix and consented to it.'),
						]),
					]
				: []),
		],
	});
}
