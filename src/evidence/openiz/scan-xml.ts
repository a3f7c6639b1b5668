/**
 * XML by offsets: where each element and attribute stands in the text, so that one value can be changed and every other
 * byte left alone. It refuses whatever is not well-formed, as .NET would, and a DOCTYPE, which could redefine text.
 */

export type XmlAttribute = {
	readonly name: string;
	readonly start: number;
	/** Of the value between its quotes, as written. */
	readonly valueStart: number;
	readonly valueEnd: number;
	/** References replaced, line ends and tabs as blanks. */
	readonly value: string;
};

export type XmlElement = {
	readonly name: string;
	/** Of `<`. */
	readonly start: number;
	/** After the name in the start tag. */
	readonly nameEnd: number;
	/** After the end tag, or after `/>`. */
	end: number;
	readonly attributes: readonly XmlAttribute[];
	readonly children: XmlElement[];
};

export type XmlDocument = {
	readonly root: XmlElement;
	/** The text of each comment. */
	readonly comments: readonly string[];
};

/** Not well-formed; `line` and `column` count from 1. */
export class XmlError extends Error {
	readonly line: number;
	readonly column: number;
	constructor(message: string, text: string, offset: number) {
		super(message);
		this.name = 'XmlError';
		const before = text.slice(0, offset).split(/\r\n?|\n/);
		this.line = before.length;
		this.column = (before.at(-1)?.length ?? 0) + 1;
	}
}

const forbidden = /[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/;
const name = /[\p{L}_:][\p{L}\p{N}\p{M}._:·-]*/uy;
const blanks = /[ \t\r\n]*/y;
const declaration =
	/^<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*(["'])1\.[0-9]+\1(?:[ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*(["'])([A-Za-z][A-Za-z0-9._-]*)\2)?(?:[ \t\r\n]+standalone[ \t\r\n]*=[ \t\r\n]*(["'])(?:yes|no)\4)?[ \t\r\n]*\?>/;
const reference = /&(?:(amp|lt|gt|quot|apos)|#([0-9]{1,7})|#x([0-9A-Fa-f]{1,6}));/y;
const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** The encoding that the declaration names; null: none, and so UTF-8. */
export function declaredEncoding(text: string): string | null {
	return declaration.exec(text.replace(/^\ufeff/, ''))?.[3] ?? null;
}

/** @throws XmlError */
export function scanXml(text: string): XmlDocument {
	const fail = (message: string, offset: number): XmlError => new XmlError(message, text, offset);
	const bad = forbidden.exec(text);
	if (bad !== null) throw fail('a character that XML does not allow', bad.index);
	const comments: string[] = [];
	const open: XmlElement[] = [];
	let root: XmlElement | null = null;
	let at = text.startsWith('\ufeff') ? 1 : 0;
	if (/^<\?xml[ \t\r\n?]/.test(text.slice(at, at + 6))) {
		const found = declaration.exec(text.slice(at));
		if (found === null) throw fail('an XML declaration that cannot be read', at);
		at += found[0].length;
	}
	while (at < text.length) {
		if (text.startsWith('<!--', at)) {
			const end = text.indexOf('--', at + 4);
			if (end < 0) throw fail('a comment that is not closed', at);
			if (text[end + 2] !== '>') throw fail('“--” inside a comment', end);
			comments.push(text.slice(at + 4, end));
			at = end + 3;
		} else if (text.startsWith('<![CDATA[', at)) {
			if (open.length === 0) throw fail('CDATA outside the root element', at);
			at = after(']]>', at + 9, 'a CDATA section that is not closed', at);
		} else if (text.startsWith('<?', at)) {
			const target = matchAt(name, at + 2) ?? '';
			if (target === '' || /^xml$/i.test(target))
				throw fail('a processing instruction that is not allowed here', at);
			at = after('?>', at + 2, 'a processing instruction that is not closed', at);
		} else if (text.startsWith('<!DOCTYPE', at)) {
			throw fail('a DOCTYPE, which is not read here', at);
		} else if (text.startsWith('</', at)) {
			at = closeTag(at);
		} else if (text[at] === '<') {
			at = openTag(at);
		} else {
			at = characters(at);
		}
	}
	const unclosed = open.at(-1);
	if (unclosed !== undefined) throw fail(`<${unclosed.name}> is not closed`, unclosed.start);
	if (root === null) throw fail('there is no element', 0);
	return { root, comments };

	function matchAt(pattern: RegExp, offset: number): string | null {
		pattern.lastIndex = offset;
		return pattern.exec(text)?.[0] ?? null;
	}

	function after(mark: string, from: number, problem: string, start: number): number {
		const found = text.indexOf(mark, from);
		if (found < 0) throw fail(problem, start);
		return found + mark.length;
	}

	function skipBlanks(offset: number): number {
		return offset + (matchAt(blanks, offset)?.length ?? 0);
	}

	function characters(from: number): number {
		const next = text.indexOf('<', from);
		const end = next < 0 ? text.length : next;
		const piece = text.slice(from, end);
		if (open.length === 0) {
			const stray = /[^ \t\r\n]/.exec(piece);
			if (stray !== null) throw fail('text outside the root element', from + stray.index);
			return end;
		}
		const marked = piece.indexOf(']]>');
		if (marked >= 0) throw fail('“]]>” in text', from + marked);
		for (let amp = piece.indexOf('&'); amp >= 0; amp = piece.indexOf('&', amp + 1)) decodeAt(from + amp);
		return end;
	}

	function decodeAt(offset: number): { readonly text: string; readonly length: number } {
		reference.lastIndex = offset;
		const found = reference.exec(text);
		if (found === null) throw fail('“&” that begins no reference that XML knows', offset);
		const [whole, entity, decimal, hexadecimal] = found;
		if (entity !== undefined) return { text: entities[entity] ?? '', length: whole.length };
		const code = decimal === undefined ? Number.parseInt(hexadecimal ?? '', 16) : Number(decimal);
		if (code === 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
			throw fail('a reference to a character that there is not', offset);
		const character = String.fromCodePoint(code);
		if (forbidden.test(character)) throw fail('a reference to a character that XML does not allow', offset);
		return { text: character, length: whole.length };
	}

	function openTag(start: number): number {
		const tag = matchAt(name, start + 1);
		if (tag === null) throw fail('“<” that begins no tag', start);
		if (root !== null && open.length === 0) throw fail('a second root element', start);
		const nameEnd = start + 1 + tag.length;
		const attributes: XmlAttribute[] = [];
		let offset = nameEnd;
		for (;;) {
			const next = skipBlanks(offset);
			if (text.startsWith('/>', next) || text[next] === '>') {
				const closed = text[next] === '/';
				const end = next + (closed ? 2 : 1);
				const element: XmlElement = { name: tag, start, nameEnd, end, attributes, children: [] };
				open.at(-1)?.children.push(element);
				root ??= element;
				if (!closed) open.push(element);
				return end;
			}
			if (next >= text.length) throw fail(`<${tag}> is not closed`, start);
			if (next === offset) throw fail('a blank is missing before an attribute', next);
			const attribute = readAttribute(next);
			if (attributes.some((other) => other.name === attribute.name))
				throw fail(`the attribute ${attribute.name} stands there twice`, next);
			attributes.push(attribute);
			offset = attribute.valueEnd + 1;
		}
	}

	function readAttribute(start: number): XmlAttribute {
		const own = matchAt(name, start);
		if (own === null) throw fail('an attribute without a name', start);
		const equals = skipBlanks(start + own.length);
		if (text[equals] !== '=') throw fail(`the attribute ${own} has no value`, start);
		const quoteAt = skipBlanks(equals + 1);
		const quote = text[quoteAt];
		if (quote !== '"' && quote !== "'") throw fail(`the value of ${own} has no quotes`, quoteAt);
		const valueStart = quoteAt + 1;
		const valueEnd = text.indexOf(quote, valueStart);
		if (valueEnd < 0) throw fail(`the value of ${own} is not closed`, quoteAt);
		const less = text.slice(valueStart, valueEnd).indexOf('<');
		if (less >= 0) throw fail('“<” in an attribute’s value', valueStart + less);
		let value = '';
		for (const { text: piece } of pieces(valueStart, valueEnd)) value += piece;
		return { name: own, start, valueStart, valueEnd, value };
	}

	function* pieces(from: number, to: number): Generator<{ readonly text: string }> {
		for (let offset = from; offset < to; ) {
			const piece = text[offset] === '&' ? decodeAt(offset) : plainAt(text, offset);
			yield piece;
			offset += piece.length;
		}
	}

	function closeTag(start: number): number {
		const tag = matchAt(name, start + 2) ?? '';
		const end = skipBlanks(start + 2 + tag.length);
		const element = open.pop();
		if (element === undefined || element.name !== tag || text[end] !== '>')
			throw fail(
				element === undefined ? `</${tag}> closes nothing` : `</${tag}> where </${element.name}> is due`,
				start,
			);
		element.end = end + 1;
		return end + 1;
	}
}

/** One character of a value that is no reference: a line end, however written, and a tab become a blank. */
function plainAt(text: string, offset: number): { readonly text: string; readonly length: number } {
	const character = text[offset] ?? '';
	if (character === '\r' && text[offset + 1] === '\n') return { text: ' ', length: 2 };
	return { text: /[\t\r\n]/.test(character) ? ' ' : character, length: 1 };
}

/** Where each UTF-16 unit of an attribute's value begins in the text as written; one more for its end. */
export function valueOffsets(text: string, { valueStart, valueEnd }: XmlAttribute): readonly number[] {
	const offsets: number[] = [];
	for (let at = valueStart; at < valueEnd; ) {
		const semicolon = text[at] === '&' ? text.indexOf(';', at) : -1;
		const length = semicolon >= 0 ? semicolon + 1 - at : plainAt(text, at).length;
		// A reference beyond the basic plane is two units, at one place.
		const code = /^&#(?:x([0-9A-Fa-f]+)|([0-9]+));$/.exec(text.slice(at, at + length));
		const point =
			code === null ? 0 : Number.parseInt(code[1] ?? code[2] ?? '', code[1] === undefined ? 10 : 16);
		offsets.push(at);
		if (point > 0xffff) offsets.push(at);
		at += length;
	}
	return [...offsets, valueEnd];
}

export function attributeOf({ attributes }: XmlElement, wanted: string): XmlAttribute | null {
	return attributes.find((attribute) => attribute.name === wanted) ?? null;
}

/** All elements below one, it included, in document order. */
export function* elementsOf(element: XmlElement): Generator<XmlElement> {
	const waiting = [element];
	for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
		yield next;
		waiting.push(...next.children.toReversed());
	}
}
