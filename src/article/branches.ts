/** The list under a check: `- **verdict** (severity): finding with {column} → links`. */
import type { Tokens } from 'marked';
import { nearestName } from '../nearest-name.ts';
import type { Bearing, Branch, CauseLink, Severity, Slug } from './article.ts';
import { type CompileContext, followAnchor } from './compile-context.ts';
import { inlineTokens } from './inline-tokens.ts';
import {
	anchorOf,
	blocksOf,
	type Item,
	isCode,
	isLink,
	isList,
	itemsOf,
	lineBreaks,
	ownText,
} from './markdown-blocks.ts';
import { plainInline } from './plain-text.ts';

const severities: readonly Severity[] = ['ok', 'info', 'warning', 'critical', 'unknown'];
const bearings: ReadonlyMap<string, Bearing> = new Map([
	['', 'for'],
	['not', 'against'],
	['proves', 'proves'],
	['rules out', 'rules out'],
]);

const syntax = '- **verdict** (severity): finding → [cause or check](#its-heading)';
const head = /^\*\*([\s\S]+?)\*\*\s*(?:\(([^()\n]*)\))?\s*(:?)\s*/;

/** Whether a list of a check routes its verdicts; another one is prose. */
export function isBranchList(list: Tokens.List): boolean {
	return list.items.some((item) => /^\*\*[^*]+\*\*\s*(?:\(|:.*(?:→|->))/.test(item.text));
}

export function readBranches(context: CompileContext, list: Tokens.List, line: number): Branch[] {
	return itemsOf(list, line).flatMap((item) => readBranch(context, item) ?? []);
}

function readBranch(context: CompileContext, item: Item): Branch | null {
	const { report } = context;
	const { line } = item;
	const source = ownText(item);
	const match = head.exec(source);
	if (match === null || match[2] === undefined || match[3] !== ':') {
		report({
			line,
			rule: 'branch-syntax',
			message: `this branch cannot be read: ${plainInline(source).slice(0, 60)}`,
			expected: syntax,
		});
		return null;
	}
	const [whole, verdict = '', severityName] = match;
	const severity = severities.find((known) => known === severityName.trim());
	if (severity === undefined) {
		report({
			line,
			rule: 'unknown-severity',
			message: `no severity is called ${severityName}`,
			expected: severities.join(', '),
			nearest: nearestName(severityName, severities),
		});
	}
	const rest = source.slice(whole.length);
	const arrow = lastArrow(rest);
	const text = arrow === null ? rest : rest.slice(0, arrow.index);
	const links =
		arrow === null
			? { causes: [], next: null }
			: readLinks(context, rest.slice(arrow.end), line + lineBreaks(whole + rest.slice(0, arrow.end)));
	return {
		line,
		verdict: plainInline(verdict),
		severity: severity ?? 'unknown',
		text: text.replace(/\s+/g, ' ').trim(),
		causes: links.causes,
		next: links.next,
		say: readSay(context, item),
	};
}

/** The last arrow that has a link behind it and stands neither in code nor in a link's text. */
function lastArrow(text: string): { readonly index: number; readonly end: number } | null {
	const masked = text.replace(
		/(`+)[\s\S]*?\1|\[[^\]]*\]\([^)]*\)/g,
		(span) => (span.startsWith('[') ? '[' : ' ') + ' '.repeat(span.length - 1),
	);
	const arrow = [...masked.matchAll(/→|->/g)].at(-1);
	if (arrow === undefined || !masked.includes('[', arrow.index)) return null;
	return { index: arrow.index, end: arrow.index + arrow[0].length };
}

function readLinks(
	context: CompileContext,
	text: string,
	firstLine: number,
): { readonly causes: CauseLink[]; readonly next: Slug | null } {
	const { report } = context;
	const causes: CauseLink[] = [];
	let next: Slug | null = null;
	let before = '';
	let line = firstLine;
	for (const token of inlineTokens(text)) {
		const here = line;
		line += lineBreaks(token.raw);
		if (!isLink(token)) {
			before += token.raw;
			continue;
		}
		const words = before
			.replace(/[\s,;]+/g, ' ')
			.trim()
			.replace(/^and\b\s*/, '');
		before = '';
		const bearing = bearings.get(words.toLowerCase());
		if (bearing === undefined) {
			report({
				line: here,
				rule: 'unknown-bearing',
				message: `"${words}" before a link means nothing`,
				expected: 'nothing, not, proves, or rules out',
				nearest: nearestName(
					words,
					[...bearings.keys()].filter((known) => known !== ''),
				),
			});
		}
		const anchor = anchorOf(token);
		if (anchor === null) {
			report({
				line: here,
				rule: 'dead-link',
				message: `${token.href} is not a heading of this article`,
				expected: 'a link to #a-heading behind the arrow',
			});
			continue;
		}
		const kind = followAnchor(context, anchor, here, ['check', 'cause']);
		if (kind === 'cause') {
			if (causes.some(({ cause }) => cause === anchor)) {
				report({
					line: here,
					rule: 'duplicate-link',
					message: `this branch links #${anchor} twice`,
					expected: 'each cause once',
				});
			} else causes.push({ line: here, cause: anchor, bearing: bearing ?? 'for' });
		} else if (kind === 'check') {
			if (next !== null || (bearing ?? 'for') !== 'for') {
				report({
					line: here,
					rule: 'two-next-checks',
					message:
						next === null
							? `#${anchor} is a check: nothing can be for or against it`
							: `this branch goes to #${next} and to #${anchor}`,
					expected: 'at most one check, without a word before it',
				});
			} else next = anchor;
		} else if (kind === 'solution') {
			report({
				line: here,
				rule: 'solution-in-branch',
				message: `#${anchor} is a solution; a finding does not lead to one`,
				expected: 'a link to the cause, and from the cause to the solution',
			});
		} else if (kind === 'heading') {
			report({
				line: here,
				rule: 'dead-link',
				message: `#${anchor} is neither a check nor a cause`,
				expected: 'the anchor of a ### heading below Checks or Causes',
			});
		}
	}
	const left = before.replace(/[\s.,;]+/g, ' ').trim();
	if (left !== '') {
		report({
			line,
			rule: 'branch-syntax',
			message: `"${left.slice(0, 60)}" behind the last link means nothing`,
			expected: 'links only behind the arrow',
		});
	}
	return { causes, next };
}

/** The indented `say:` item; null: there is none. */
function readSay(context: CompileContext, item: Item): string | null {
	let say: string | null = null;
	for (const { token, line } of blocksOf(item)) {
		if (isCode(token)) {
			context.report({
				line,
				rule: 'misplaced-fence',
				message: 'a fence cannot stand in a branch',
				expected: 'fences above the list',
			});
		}
		if (!isList(token)) continue;
		for (const nested of itemsOf(token, line)) {
			const text = /^say:\s*([\s\S]+)$/i.exec(ownText(nested))?.[1];
			if (text === undefined || say !== null) {
				context.report({
					line: nested.line,
					rule: 'branch-syntax',
					message: 'an item below a branch must be what a caller would say',
					expected: 'one item "- say: …"',
				});
			} else say = text.replace(/\s+/g, ' ').trim();
		}
	}
	return say;
}
