/** Changes to an XML text at offsets: what they do not touch stays as it is, byte for byte. */
import {
	attributeOf,
	valueOffsets,
	type XmlAttribute,
	type XmlElement,
} from '../../evidence/openiz/scan-xml.ts';

/** What stands from `start` to `end` becomes `text`. */
export type Edit = { readonly start: number; readonly end: number; readonly text: string };

export function edited(text: string, edits: readonly Edit[]): string {
	let result = '';
	let at = 0;
	for (const edit of edits.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
		if (edit.start < at) throw new Error('two edits of the same text');
		result += text.slice(at, edit.start) + edit.text;
		at = edit.end;
	}
	return result + text.slice(at);
}

/** An attribute's value in its own quotes; one that is not there goes behind the last, or behind the name. */
export function setAttribute(text: string, element: XmlElement, name: string, value: string): Edit {
	const attribute = attributeOf(element, name);
	if (attribute !== null)
		return {
			start: attribute.valueStart,
			end: attribute.valueEnd,
			text: escaped(value, text.charAt(attribute.valueEnd)),
		};
	const last = element.attributes.at(-1);
	const at = last === undefined ? element.nameEnd : last.valueEnd + 1;
	return { start: at, end: at, text: ` ${name}="${escaped(value, '"')}"` };
}

/** A part of an attribute's value, given by its place in the value as it is read. */
export function setPart(
	text: string,
	attribute: XmlAttribute,
	part: { readonly start: number; readonly end: number },
	value: string,
): Edit {
	const offsets = valueOffsets(text, attribute);
	const at = (unit: number): number => offsets[unit] ?? attribute.valueEnd;
	return { start: at(part.start), end: at(part.end), text: escaped(value, text.charAt(attribute.valueEnd)) };
}

/** One more `key=value` at the end of a connection string: some end in `; `, some in a value, and some are empty. */
export function appendSetting(text: string, attribute: XmlAttribute, setting: string): Edit {
	const end = attribute.value.length;
	const joint = /(?:^|;)\s*$/.test(attribute.value) ? '' : ';';
	return setPart(text, attribute, { start: end, end }, joint + setting);
}

function escaped(value: string, quote: string): string {
	const safe = value.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
	return quote === "'" ? safe.replaceAll("'", '&apos;') : safe.replaceAll('"', '&quot;');
}
