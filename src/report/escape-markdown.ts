/**
 * What a database says is text: nothing of it may become markup in a report. What a terminal obeys is taken out first, since
 * without it two characters may meet that are markup only together.
 */
import { printable } from '../evidence/untrusted.ts';
import { beginsFormula } from './formula.ts';

const special = /[\\`*_{}[\]<>()#!|~&$]/g;

/** One line of plain text as Markdown: no markup, table cell, HTML, link or mention can come of it. */
export function escapeMarkdown(text: string): string {
	return (
		printable(text)
			.replaceAll(/\s+/g, ' ')
			.replaceAll(special, '\\$&')
			.replaceAll('://', '&#58;//')
			.replaceAll(/\bwww\./gi, (found) => `${found.slice(0, -1)}&#46;`)
			.replaceAll('@', '&#64;')
			// At the beginning of a line these make a list or a heading.
			.replace(/^(\s*)([-+=])(?=[\s=-]|$)/, '$1\\$2')
			.replace(/^(\s*\d+)([.)])(?=\s|$)/, '$1\\$2')
	);
}

function longestRun(text: string): number {
	return Math.max(0, ...(text.match(/`+/g) ?? []).map(({ length }) => length));
}

/** A code span: its fence is longer than any run of backticks inside. In a table a pipe still ends the cell. */
export function codeSpan(text: string): string {
	const line = printable(text).replaceAll(/\s+/g, ' ');
	if (line.trim() === '') return '';
	const fence = '`'.repeat(longestRun(line) + 1);
	const padding = line.startsWith('`') || line.endsWith('`') ? ' ' : '';
	return `${fence}${padding}${line}${padding}${fence}`;
}

/** A fenced block that its content cannot close. */
export function codeBlock(language: string, text: string): string {
	const block = printable(text).trimEnd();
	const fence = '`'.repeat(Math.max(3, longestRun(block) + 1));
	return `${fence}${language}\n${block}\n${fence}`;
}

/** Long evidence behind a line of our own, which a reader opens. */
export function folded(summary: string, block: string): readonly string[] {
	return [`<details><summary>${summary}</summary>`, '', block, '', '</details>', ''];
}

/** The text of a cell that no spreadsheet computes: an apostrophe before it makes it text there. */
export function asCell(text: string): string {
	return beginsFormula(text) ? `'${text}` : text;
}

/** A table; cells are escaped here. Empty without rows. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
	if (rows.length === 0) return '';
	const line = (cells: readonly string[]): string =>
		`| ${cells.map((cell) => escapeMarkdown(asCell(cell))).join(' | ')} |`;
	return [line(header), `|${' --- |'.repeat(header.length)}`, ...rows.map(line)].join('\n');
}
