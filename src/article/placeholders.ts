/** `{column}` in a finding's text stands for a column of the row that decided. */

const pattern = /\{([A-Za-z_][A-Za-z0-9_]*)\}/g;

/** The names between braces, each once, in the order of first use; not those in code spans with other text. */
export function placeholders(text: string): string[] {
	return [...new Set([...text.matchAll(pattern)].map(([, name]) => name ?? ''))];
}

/** Writes a text in place of each of them. */
export function fillPlaceholders(text: string, textOf: (name: string) => string): string {
	return text.replaceAll(pattern, (_, name: string) => textOf(name));
}
