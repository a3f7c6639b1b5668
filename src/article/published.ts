/**
 * Causes and solutions as the published articles write them: without headings of their own, as paragraphs and lists.
 * An item of a bulleted list is a way out; a numbered list is one way, step by step.
 */
import type { Tokens } from 'marked';
import type { Cause, CureLink, Solution, Step } from './article.ts';
import type { CompileContext } from './compile-context.ts';
import { type Block, isHeading, isList, isSpace, itemsOf, rawText } from './markdown-blocks.ts';
import type { Section } from './outline.ts';
import { plainText } from './plain-text.ts';

const longestTitle = 100;

/** A numbered list behind such words is a choice, not a sequence. */
const choice = /\b(?:ways|options|alternatives|one of|any of|either)\b/i;

/** One cause from its paragraphs, or one from each item of a list. */
export function publishedCauses(
	context: CompileContext,
	section: Section,
	cures: readonly CureLink[],
): Cause[] {
	const lists = section.blocks.filter(({ token }) => isList(token));
	const paragraphs = section.blocks.filter(({ token }) => !isList(token) && !isSpace(token));
	const only = lists.length === 1 && paragraphs.length <= 1 ? lists[0] : undefined;
	const items =
		only !== undefined && isList(only.token)
			? itemsOf(only.token, only.line).map((item) => ({ text: item.item.text.trim(), line: item.line }))
			: [{ text: rawText(section.blocks), line: section.line }];
	return items
		.filter(({ text }) => plainText(text) !== '')
		.map(({ text, line }) => {
			const title = titleOf(text);
			return { id: context.outline.uniqueSlug(title), title, line, prose: text, lastResort: false, cures };
		});
}

/** The ways out, in the order written. What follows a list, such as a fence, belongs to the item before it. */
export function publishedSolutions(context: CompileContext, section: Section): Solution[] {
	const drafts: Draft[] = [];
	let intro: Block[] = [];
	const choices = choice.test(rawText(section.blocks.filter(({ token }) => !isList(token))));
	for (const [index, block] of section.blocks.entries()) {
		const { token } = block;
		if (isList(token) && (!token.ordered || choices)) {
			const [heading] = intro;
			for (const [at, item] of itemsOf(token, block.line).entries()) {
				const before = at === 0 ? intro : [];
				drafts.push(
					draftOf(item.line, [...before, { line: item.line, token: paragraphOf(item.item) }], item.item.text),
				);
			}
			if (heading !== undefined && drafts.length === 0) drafts.push(draftOf(heading.line, intro, null));
			intro = [];
		} else if (isList(token)) {
			const text = rawText(intro);
			const draft = draftOf(intro[0]?.line ?? block.line, intro, text === '' ? null : text);
			draft.steps.push(
				...itemsOf(token, block.line).map((item) => ({ text: item.item.text.trim(), line: item.line })),
			);
			drafts.push(draft);
			intro = [];
		} else if (isSpace(token)) {
			(intro.length > 0 ? intro : (drafts.at(-1)?.blocks ?? intro)).push(block);
		} else if (drafts.length > 0 && !introduces(section.blocks, index)) {
			drafts.at(-1)?.blocks.push(block);
		} else intro.push(block);
	}
	if (rawText(intro) !== '') drafts.push(draftOf(intro[0]?.line ?? section.line, intro, rawText(intro)));
	return drafts.map((draft) => solutionOf(context, section, draft));
}

type Draft = {
	readonly line: number;
	readonly blocks: Block[];
	/** Markdown whose first sentence is the title; null: the section's name. */
	readonly heading: string | null;
	readonly steps: { readonly text: string; readonly line: number }[];
};

function draftOf(line: number, blocks: readonly Block[], heading: string | null): Draft {
	return { line, blocks: [...blocks], heading, steps: [] };
}

function paragraphOf(item: Tokens.ListItem): Tokens.Paragraph {
	return { type: 'paragraph', raw: `${item.text.trim()}\n`, text: item.text, tokens: [] };
}

/** Whether a block leads into a numbered list: only paragraphs and headings stand between them. */
function introduces(blocks: readonly Block[], index: number): boolean {
	for (const { token } of blocks.slice(index)) {
		if (isList(token)) return token.ordered;
		if (token.type !== 'paragraph' && !isSpace(token) && !isHeading(token)) return false;
	}
	return false;
}

function solutionOf(context: CompileContext, section: Section, draft: Draft): Solution {
	const title = draft.heading === null ? section.title.replace(/:$/, '') : titleOf(draft.heading);
	const id = context.outline.uniqueSlug(title);
	const step = (from: string, text: string, line: number): Step => ({
		id: from,
		title: text === '' ? title : titleOf(text),
		prose: text,
		line,
		previews: [],
		applies: [],
		undos: [],
		verify: null,
	});
	return {
		id,
		title,
		line: draft.line,
		prose: rawText(draft.blocks),
		risk: 'mild',
		how: 'guided',
		confirm: null,
		needs: null,
		interrupts: null,
		notOn: [],
		onProviders: [],
		parameters: [],
		steps:
			draft.steps.length === 0
				? [step(id, '', draft.line)]
				: draft.steps.map(({ text, line }, index) =>
						step(context.outline.uniqueSlug(`${id} step ${index + 1}`), text, line),
					),
		verify: null,
	};
}

/** The first sentence, without formatting; cut at a word where it is long. */
export function titleOf(markdown: string): string {
	// Some lists were flattened into their sentence when they were published: "In a window 1. Open it 2. Type".
	const [first = ''] = blocksText(markdown).split(/(?<=\S)\s+1[.)]\s/, 1);
	const sentence = /^[\s\S]*?[^\d\s][.:;!?](?=\s|$)/.exec(first)?.[0] ?? first;
	const plain = sentence.replace(/[\s.:;,!]+$/, '');
	if (plain.length <= longestTitle) return plain;
	return `${plain.slice(0, longestTitle).replace(/\s+\S*$/, '')}…`;
}

function blocksText(markdown: string): string {
	const paragraph = markdown.split(/\n\s*\n|\n\s*(?:[*+-]|\d+[.)])\s/, 1)[0] ?? '';
	const plain = plainText(paragraph);
	return plain === '' ? plainText(markdown) : plain;
}

/** Every solution is a way out of a cause that names none, in the order written. */
export function allCures(solutions: readonly Solution[]): CureLink[] {
	return solutions.map(({ id, line }) => ({ solution: id, line, relief: false }));
}
