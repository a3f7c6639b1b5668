/**
 * Where PostgreSQL's lexer sees plain SQL and where it does not: strings, quoted identifiers, dollar quotes and
 * comments are stepped over, so that a colon inside them is never taken for a parameter.
 */

/** How a parameter was written: `:name`, `:'name'` or `:"name"`, as psql distinguishes them. */
export type ParameterStyle = 'bare' | 'literal' | 'identifier';

/** A piece of SQL: text as it stands, or a parameter. */
export type SqlPiece =
	| { readonly kind: 'text'; readonly text: string }
	| {
			readonly kind: 'parameter';
			readonly name: string;
			readonly style: ParameterStyle;
			readonly text: string;
	  };

/** What is stepped over as a whole, tried in this order at each position. Block comments nest, so they are not here. */
const opaque: readonly RegExp[] = [
	/--[^\r\n]*/y,
	// E'…' knows backslashes; the letter must not be the end of a longer word.
	/(?<![\w$\u0080-\uffff])[eE]'(?:[^'\\]|''|\\[\s\S])*(?:'|$)/y,
	/'(?:[^']|'')*(?:'|$)/y,
	/"(?:[^"]|"")*(?:"|$)/y,
	/(?<![\w$\u0080-\uffff])\$([A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$[\s\S]*?(?:\$\1\$|$)/y,
];

const parameter = /:(?:([A-Za-z_]\w*)|'([A-Za-z_]\w*)'|"([A-Za-z_]\w*)")/y;
const word = /[\w$\u0080-\uffff]+/y;

/** Splits SQL into text and parameters. The pieces' texts joined are the input. */
export function scanSql(sql: string): SqlPiece[] {
	const pieces: SqlPiece[] = [];
	let start = 0;
	let at = 0;
	/** Open brackets, and for each whether what stands there now is an operand: then a colon is a slice. */
	let brackets = 0;
	let operand = false;
	const flush = (): void => {
		if (at > start) pieces.push({ kind: 'text', text: sql.slice(start, at) });
	};
	while (at < sql.length) {
		const end = endOfOpaque(sql, at);
		if (end !== null) {
			// A comment is nothing, a string or a quoted name is an operand.
			operand = sql.startsWith('--', at) || sql.startsWith('/*', at) ? operand : true;
			at = end;
			continue;
		}
		const character = sql.charAt(at);
		if (character === ':') {
			if (/[:=]/.test(sql.charAt(at + 1))) {
				at += 2;
				operand = false;
				continue;
			}
			parameter.lastIndex = at;
			const match = brackets > 0 && operand ? null : parameter.exec(sql);
			if (match !== null) {
				flush();
				const [text, bare, literal, identifier] = match;
				const style: ParameterStyle =
					bare !== undefined ? 'bare' : literal !== undefined ? 'literal' : 'identifier';
				pieces.push({ kind: 'parameter', name: bare ?? literal ?? identifier ?? '', style, text });
				at += text.length;
				start = at;
				operand = true;
				continue;
			}
			operand = false;
			at += 1;
			continue;
		}
		word.lastIndex = at;
		const whole = word.exec(sql)?.[0];
		if (whole !== undefined) {
			at += whole.length;
			operand = true;
			continue;
		}
		if (character === '[') brackets += 1;
		if (character === ']') brackets = Math.max(0, brackets - 1);
		if (!/\s/.test(character)) operand = character === ']' || character === ')';
		at += 1;
	}
	flush();
	return pieces;
}

/** Where the comment, string or quoted name that begins at `at` ends; null: none begins there. */
export function endOfOpaque(sql: string, at: number): number | null {
	if (sql.startsWith('/*', at)) return endOfBlockComment(sql, at);
	for (const pattern of opaque) {
		pattern.lastIndex = at;
		const match = pattern.exec(sql);
		if (match !== null) return at + match[0].length;
	}
	return null;
}

function endOfBlockComment(sql: string, at: number): number {
	let depth = 0;
	for (const marks = /\/\*|\*\//g; ; ) {
		marks.lastIndex = at;
		const mark = marks.exec(sql);
		if (mark === null) return sql.length;
		depth += mark[0] === '/*' ? 1 : -1;
		at = mark.index + 2;
		if (depth === 0) return at;
	}
}
