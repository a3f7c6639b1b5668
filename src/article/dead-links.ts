/** Every `#anchor` in the text must be a heading, not only those that are edges. */
import { nearestName } from '../nearest-name.ts';
import { type CompileContext, withHash } from './compile-context.ts';
import { type Block, decodeAnchor, isCode, lineBreaks } from './markdown-blocks.ts';

const code = /(`+)(?!`)[\s\S]*?[^`]\1(?!`)/g;
const anchorLink = /\]\(\s*<?#([^)\s>]+)/g;

export function reportDeadLinks({ outline, report }: CompileContext, blocks: readonly Block[]): void {
	for (const { token, line } of blocks) {
		if (isCode(token) || !token.raw.includes('](')) continue;
		const prose = token.raw.trimStart().replace(code, (span) => span.replace(/[^\n]/g, ' '));
		for (const match of prose.matchAll(anchorLink)) {
			const anchor = decodeAnchor(match[1] ?? '');
			if (outline.anchors.has(anchor)) continue;
			report({
				line: line + lineBreaks(prose.slice(0, match.index)),
				rule: 'dead-link',
				message: `no heading has the anchor #${anchor}`,
				expected: 'the anchor of a heading in this article',
				nearest: withHash(nearestName(anchor, outline.anchors.keys())),
			});
		}
	}
}
