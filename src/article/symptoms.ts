/** Symptoms: list items, some below others. */
import type { Slug, Symptom } from './article.ts';
import { type CompileContext, followAnchor } from './compile-context.ts';
import { inlineTokens } from './inline-tokens.ts';
import {
	anchorOf,
	type Block,
	blocksOf,
	type Item,
	isLink,
	isList,
	isParagraph,
	itemsOf,
	ownText,
} from './markdown-blocks.ts';
import { plainInline, plainText } from './plain-text.ts';

/** Ids are for people too: of a long log message its beginning is enough. */
const longestId = 80;

export function readSymptoms(context: CompileContext, blocks: readonly Block[]): Symptom[] {
	const listed = blocks.flatMap(({ token, line }) =>
		isList(token) ? itemsOf(token, line).flatMap((item) => readSymptom(context, item) ?? []) : [],
	);
	if (listed.length > 0) return listed;
	// Without a list, each paragraph is one.
	return blocks.flatMap(({ token, line }) =>
		isParagraph(token) ? [symptomOf(context, token.raw.trim(), line, [])] : [],
	);
}

function readSymptom(context: CompileContext, item: Item): Symptom | null {
	const text = ownText(item);
	if (plainText(text) === '') return null;
	const symptom = symptomOf(context, text, item.line, []);
	const children = blocksOf(item).flatMap(({ token, line }) =>
		isList(token) ? itemsOf(token, line).flatMap((child) => readSymptom(context, child) ?? []) : [],
	);
	return { ...symptom, children };
}

function symptomOf(
	context: CompileContext,
	text: string,
	line: number,
	children: readonly Symptom[],
): Symptom {
	let check: Slug | null = null;
	for (const token of inlineTokens(text)) {
		const anchor = isLink(token) ? anchorOf(token) : null;
		if (anchor === null) continue;
		const kind = followAnchor(context, anchor, line, ['check']);
		if (kind === 'check') check ??= anchor;
	}
	const id = context.outline.uniqueSlug(plainInline(text).slice(0, longestId).trim());
	return { id, text: text.replace(/\s*\n\s*/g, ' '), line, check, children };
}
