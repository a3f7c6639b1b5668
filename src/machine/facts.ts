import type { Slug } from '../article/article.ts';
import type { Finding } from './finding.ts';
import type { Facts, FactValue } from './ports.ts';

/** How a fact is named where its plain name could be any check's: `check_slug__column`, fit for psql. */
export function qualifiedName(check: Slug, column: string): string {
	return `${check.replaceAll('-', '_')}__${column}`;
}

/**
 * Everything that is known, by name. The latest finding wins a plain name; the qualified one is always there.
 * @param findings oldest first
 */
export function factBook(findings: readonly Finding[]): Facts {
	const book: Record<string, FactValue> = {};
	for (const finding of findings) {
		for (const [column, value] of Object.entries(finding.facts)) {
			book[column] = value;
			book[qualifiedName(finding.check, column)] = value;
		}
	}
	return book;
}

/** An address becomes a link by itself, with whatever stands behind it, unless its colon, dot or at sign is escaped. */
const markdownSpecial = /[\\`*_{}[\]<>()#+!|~&@]|:(?=\/\/)|(?<=\bwww)\./gi;

/** A value as it stands in Markdown: what a database says is text, never markup. A null reads as a dash. */
export function valueAsMarkdown(value: FactValue): string {
	if (value === null) return '–';
	if (typeof value === 'number' && !Number.isInteger(value)) return String(Math.round(value * 10) / 10);
	return String(value)
		.replaceAll(/[\r\n]+/g, ' ')
		.replaceAll(markdownSpecial, '\\$&');
}

const placeholder = /\{([A-Za-z_][A-Za-z0-9_]*)\}/g;

/** Fills `{column}` of a finding's text; a name that is not known stays as a dash, so that no brace reaches a reader. */
export function fillTemplate(text: string, facts: Facts): string {
	return text.replaceAll(placeholder, (_, name: string) => valueAsMarkdown(facts[name] ?? null));
}
