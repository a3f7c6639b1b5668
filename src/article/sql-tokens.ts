/** SQL cut into what carries data and what does not; also of a text that is cut off or is no SQL at all. */
import { endOfOpaque } from './sql-scan.ts';

export type SqlToken = {
	readonly kind: 'blank' | 'comment' | 'string' | 'number' | 'quoted name' | 'word' | 'sign';
	readonly text: string;
};

const plain: readonly (readonly [SqlToken['kind'], RegExp])[] = [
	['blank', /\s+/y],
	['number', /\.?\d[\w.]*/y],
	['word', /[\w$\u0080-\uffff]+/y],
];

/** The tokens' texts joined are the input. What is not closed goes to the end. */
export function* sqlTokens(sql: string): Generator<SqlToken> {
	for (let at = 0; at < sql.length; ) {
		const token = opaqueAt(sql, at) ?? plainAt(sql, at) ?? { kind: 'sign', text: sql.charAt(at) };
		yield token;
		at += token.text.length;
	}
}

function opaqueAt(sql: string, at: number): SqlToken | null {
	const end = endOfOpaque(sql, at);
	if (end === null) return null;
	const text = sql.slice(at, end);
	if (/^(?:--|\/\*)/.test(text)) return { kind: 'comment', text };
	return { kind: text.startsWith('"') ? 'quoted name' : 'string', text };
}

function plainAt(sql: string, at: number): SqlToken | null {
	for (const [kind, pattern] of plain) {
		pattern.lastIndex = at;
		const text = pattern.exec(sql)?.[0];
		if (text !== undefined) return { kind, text };
	}
	return null;
}
