/** A cause: prose, and an ordered list of links to its cures, the preferred first. */
import type { Tokens } from 'marked';
import type { Cause, CureLink } from './article.ts';
import { type CompileContext, followAnchor } from './compile-context.ts';
import { readFence } from './fences.ts';
import { inlineTokens } from './inline-tokens.ts';
import {
	anchorOf,
	type Block,
	type Item,
	isCode,
	isLink,
	isList,
	itemsOf,
	ownText,
	rawText,
} from './markdown-blocks.ts';
import type { OutlineNode } from './outline.ts';
import { plainInline } from './plain-text.ts';
import { readSaying } from './verifications.ts';

/** `, where [a check](#its-heading) says **verdict**` behind a cure. */
const whereItStands = /^[\s(,;:.–—-]*(?:first )?where\b\s*/i;

const lastResort = /^\*\*Last resort:?\*\*\s*:?\s*(\w+)/i;

export function readCause(context: CompileContext, node: OutlineNode): Cause {
	const prose: Block[] = [];
	const cures: CureLink[] = [];
	let last = false;
	for (const block of node.blocks) {
		const { token, line } = block;
		if (isList(token) && token.ordered && hasAnchor(token)) {
			cures.push(...itemsOf(token, line).flatMap((item) => readCure(context, item) ?? []));
		} else if (isList(token) && token.items.some((item) => lastResort.test(item.text))) {
			last = readLastResort(context, token, line);
		} else {
			if (isCode(token)) readFence(token, line, 'elsewhere', context.report);
			prose.push(block);
		}
	}
	return { id: node.id, title: node.title, line: node.line, prose: rawText(prose), lastResort: last, cures };
}

function hasAnchor(list: Tokens.List): boolean {
	return list.items.some((item) =>
		inlineTokens(item.text).some((token) => isLink(token) && anchorOf(token) !== null),
	);
}

function readCure(context: CompileContext, item: Item): CureLink | null {
	const { line } = item;
	const tokens = inlineTokens(ownText(item));
	const at = tokens.findIndex((token) => isLink(token) && anchorOf(token) !== null);
	const link = tokens[at];
	const anchor = link !== undefined && isLink(link) ? anchorOf(link) : null;
	if (anchor === null) {
		context.report({
			line,
			rule: 'cure-syntax',
			message: 'this cure links no solution',
			expected: '1. [the solution](#its-heading), and "relief" behind it where it cures nothing',
		});
		return null;
	}
	const kind = followAnchor(context, anchor, line, ['solution']);
	if (kind !== null && kind !== 'solution') {
		context.report({
			line,
			rule: 'cure-syntax',
			message: `#${anchor} is not a solution`,
			expected: 'the anchor of a ### heading below Solutions',
		});
	}
	const around = (part: readonly { readonly raw: string }[]): string =>
		plainInline(part.map(({ raw }) => raw).join(''));
	const relief =
		/^[\s(:;,.–—-]*relief\b/i.test(around(tokens.slice(at + 1))) ||
		/^\(?relief\b/i.test(around(tokens.slice(0, at)));
	if (kind !== 'solution') return null;
	const condition = tokens
		.slice(at + 1)
		.map(({ raw }) => raw)
		.join('');
	if (!whereItStands.test(condition)) return { line, solution: anchor, relief };
	const where = readSaying(context, condition.replace(whereItStands, ''), line, {
		rule: 'cure-syntax',
		who: 'This condition',
		syntax: '1. [the solution](#its-heading), where [a check](#its-heading) says **verdict**, **verdict**',
	});
	return { line, solution: anchor, relief, ...(where === null ? {} : { where }) };
}

function readLastResort({ report }: CompileContext, list: Tokens.List, line: number): boolean {
	let last = false;
	for (const item of itemsOf(list, line)) {
		const word = lastResort.exec(item.item.text)?.[1]?.toLowerCase();
		if (word === 'yes') last = true;
		else if (word !== 'no') {
			report({
				line: item.line,
				rule: 'unknown-fact',
				message: 'a cause has no such fact',
				expected: '- **Last resort**: yes',
			});
		}
	}
	return last;
}
