/** What a check has to say: `Verify: [a check](#its-heading) **verdict**, **verdict**`: what proves a cure. */
import type { Verification } from './article.ts';
import { type CompileContext, followAnchor } from './compile-context.ts';
import { inlineTokens } from './inline-tokens.ts';
import { anchorOf, isLink, lineBreaks } from './markdown-blocks.ts';
import { plainInline } from './plain-text.ts';

const head = /^(?:\*\*)?Verify:?(?:\*\*)?:?\s*/i;
const syntax = 'Verify: [a check](#its-heading) **verdict**, **verdict**';

export function isVerifyParagraph(raw: string): boolean {
	return /^(?:\*\*)?Verify\b(?:\*\*)?:/i.test(raw);
}

/** The verification; null: it cannot be read, which has been reported. That its verdicts exist is seen later. */
export function readVerification(context: CompileContext, raw: string, line: number): Verification | null {
	return readSaying(context, raw.replace(head, ''), line, { rule: 'verify-syntax', who: 'Verify', syntax });
}

/** How a passage that names a check and its verdicts is reported where it cannot be read. */
export type SayingProblem = {
	readonly rule: 'verify-syntax' | 'cure-syntax';
	readonly who: string;
	readonly syntax: string;
};

/** `[a check](#its-heading) says **verdict**, **verdict**`; null: it cannot be read, which has been reported. */
export function readSaying(
	context: CompileContext,
	raw: string,
	line: number,
	{ rule, who, syntax: expected }: SayingProblem,
): Verification | null {
	const tokens = inlineTokens(raw);
	const links = tokens.filter(isLink).filter((link) => anchorOf(link) !== null);
	const [link] = links;
	const anchor = link === undefined ? null : anchorOf(link);
	if (link === undefined || anchor === null || links.length > 1) {
		context.report({
			line,
			rule,
			message: `${who} links ${links.length === 0 ? 'no check' : 'more than one check'}`,
			expected,
		});
		return null;
	}
	const kind = followAnchor(context, anchor, line + lineBreaks(raw.slice(0, raw.indexOf(link.raw))), [
		'check',
	]);
	if (kind === null) return null;
	const named = tokens
		.filter(({ type }) => type === 'strong' || type === 'codespan')
		.map((token) => plainInline(token.raw));
	const verdicts = named.length > 0 ? named : listed(tokens.slice(tokens.indexOf(link) + 1));
	if (kind !== 'check' || verdicts.length === 0) {
		context.report({
			line,
			rule,
			message: kind === 'check' ? `${who} names no verdict` : `#${anchor} is not a check`,
			expected,
		});
		return null;
	}
	return { line, check: anchor, verdicts: [...new Set(verdicts)] };
}

/** Verdicts written plainly behind the link: `is free, nearly full or hidden`. */
function listed(tokens: readonly { readonly raw: string }[]): string[] {
	return plainInline(tokens.map(({ raw }) => raw).join(''))
		.replace(/^[\s:,=→-]*(?:(?:says|answers|is|must be|becomes)\b)?\s*/i, '')
		.replace(/\.$/, '')
		.split(/\s*,\s*(?:or\s+)?|\s+or\s+/)
		.map((verdict) => verdict.trim())
		.filter((verdict) => verdict !== '');
}
