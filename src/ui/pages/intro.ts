import type { Symptom } from '../../article/article.ts';
import { plainInline } from '../../article/plain-text.ts';
import type { Finding } from '../../machine/finding.ts';
import { type Block, gap, heading, item, markdown, text } from '../block.ts';
import { inlineSpans } from '../inline.ts';
import { type Page, page } from '../page.ts';
import type { Scene } from '../scene.ts';
import { drawn, faint, severitySpans, strong } from '../span.ts';
import { age, counted, serverInWords } from '../words.ts';

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

/** What the article is about, before anything is looked at. */
export function introPage({ snapshot, looks, target, article, now }: Scene): Page {
	const { context } = snapshot;
	const asks = article.checks.length === 0;
	const server = serverInWords(context.server) ?? target;
	return page(`${article.id}  ${plainInline(article.title)}`, {
		blocks: [
			...(article.issue.trim() === '' ? [] : [text(...inlineSpans(plainInline(article.issue)))]),
			...(article.symptoms.length === 0
				? []
				: [...heading('You may see'), ...symptomBlocks(article.symptoms, looks.glyphs.bullet, 0)]),
			...(context.connectionFailure === null ? [] : [gap, markdown(context.connectionFailure.message)]),
		],
		// In sight whatever is scrolled: which server, and that nothing happens to it.
		pinned: [
			asks
				? text(
						`This article has no checks that a tool can make: it asks you ${counted(context.article.checks.length, 'question')}.`,
					)
				: text(
						`${counted(context.article.checks.length, 'check')}, one after the other, on `,
						server === null ? faint('no server: none was named, so you are asked') : strong(server),
						'.',
					),
			...(context.findings.length === 0 ? [] : [knownBefore(context.findings, now)]),
			item(severitySpans('ok', looks.glyphs, 'It only reads'), [
				...inlineSpans(' until you have seen the exact plan of a fix and consented to it.'),
			]),
		],
	});
}
