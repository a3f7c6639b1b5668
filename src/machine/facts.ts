import type { Slug } from '../article/article.ts';
import { fillPlaceholders } from '../article/placeholders.ts';
import type { Finding } from './finding.ts';
import type { Facts, FactValue, PlanInput } from './ports.ts';

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

/** Fills `{column}` of a finding's text; a name that is not known stays as a dash, so that no brace reaches a reader. */
export function fillTemplate(text: string, facts: Facts): string {
	return fillPlaceholders(text, (name) => valueAsMarkdown(facts[name] ?? null));
}

/**
 * Fills `{name}`, as plain text.
 * @returns the text, or the first name that is not known
 */
export function filled(
	text: string,
	values: Facts,
): { readonly text: string } | { readonly unknown: string } {
	let unknown: string | null = null;
	const result = fillPlaceholders(text, (name) => {
		const value = Object.hasOwn(values, name) ? (values[name] ?? null) : null;
		if (value === null) unknown ??= name;
		return String(value);
	});
	return unknown === null ? { text: result } : { unknown };
}

/** What every `:name` may stand for before the parameters: the findings' facts, and the connection's own. */
export function knownValues({ facts, server }: Pick<PlanInput, 'facts' | 'server'>): Facts {
	const own: Record<string, FactValue> = {};
	if (server !== null) {
		const { database, user, host, port } = server;
		for (const [name, value] of Object.entries({ database, user, host, port })) {
			if (value !== null) own[name] = value;
		}
	}
	return { ...facts, ...own };
}
