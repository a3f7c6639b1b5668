/** What would change in a text file, line by line, for a person: without secrets, and safe to print. */
import { cleanText, withoutSecrets } from '../../evidence/untrusted.ts';
import { shownPath } from './file-error.ts';

type Line = { readonly sign: ' ' | '-' | '+'; readonly text: string };

/** Lines shown around a change. */
const contextLines = 3;
/** Beyond as many pairs of lines that differ, what is between the common ends is shown as replaced whole. */
const mostPairs = 4_000_000;

/** @param before null: the file is not there yet */
export function unifiedDiff(path: string, before: string | null, after: string): string {
	const name = shownPath(path);
	const header = [before === null ? '--- /dev/null' : `--- ${name}`, `+++ ${name}`];
	const lines = compared(before === null ? [] : linesOf(before), linesOf(after));
	return [...header, ...hunks(lines)].join('\n');
}

function linesOf(text: string): readonly string[] {
	const lines = text.split(/\r\n?|\n/);
	return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}

function compared(before: readonly string[], after: readonly string[]): readonly Line[] {
	let start = 0;
	while (start < before.length && start < after.length && before[start] === after[start]) start += 1;
	let end = 0;
	while (
		end < before.length - start &&
		end < after.length - start &&
		before[before.length - 1 - end] === after[after.length - 1 - end]
	)
		end += 1;
	const same = (texts: readonly string[]): Line[] => texts.map((text) => ({ sign: ' ', text }));
	return [
		...same(before.slice(0, start)),
		...middle(before.slice(start, before.length - end), after.slice(start, after.length - end)),
		...same(before.slice(before.length - end)),
	];
}

/** By the longest common subsequence. */
function middle(before: readonly string[], after: readonly string[]): readonly Line[] {
	const removed = (text: string): Line => ({ sign: '-', text });
	const added = (text: string): Line => ({ sign: '+', text });
	if (before.length * after.length > mostPairs) return [...before.map(removed), ...after.map(added)];
	const width = after.length + 1;
	const common = new Uint32Array((before.length + 1) * width);
	const at = (row: number, column: number): number => common[row * width + column] ?? 0;
	for (let row = before.length - 1; row >= 0; row -= 1)
		for (let column = after.length - 1; column >= 0; column -= 1)
			common[row * width + column] =
				before[row] === after[column]
					? at(row + 1, column + 1) + 1
					: Math.max(at(row + 1, column), at(row, column + 1));
	const lines: Line[] = [];
	let row = 0;
	let column = 0;
	while (row < before.length || column < after.length) {
		const old = before[row];
		const fresh = after[column];
		if (old !== undefined && old === fresh) {
			lines.push({ sign: ' ', text: old });
			row += 1;
			column += 1;
		} else if (old !== undefined && (fresh === undefined || at(row + 1, column) >= at(row, column + 1))) {
			lines.push(removed(old));
			row += 1;
		} else if (fresh !== undefined) {
			lines.push(added(fresh));
			column += 1;
		}
	}
	return lines;
}

function hunks(lines: readonly Line[]): readonly string[] {
	const near = lines.map((_, index) =>
		lines.slice(Math.max(0, index - contextLines), index + contextLines + 1).some(({ sign }) => sign !== ' '),
	);
	const result: string[] = [];
	let before = 0;
	let after = 0;
	for (let index = 0; index < lines.length; index += 1) {
		if (near[index] === true && near[index - 1] !== true) {
			const rest = near.indexOf(false, index);
			const hunk = lines.slice(index, rest < 0 ? lines.length : rest);
			const count = (sign: '-' | '+') =>
				hunk.filter((line) => line.sign === ' ' || line.sign === sign).length;
			result.push(`@@ -${before + 1},${count('-')} +${after + 1},${count('+')} @@`);
		}
		const line = lines[index];
		if (line === undefined) continue;
		if (near[index] === true) result.push(`${line.sign}${printable(line.text)}`);
		if (line.sign !== '+') before += 1;
		if (line.sign !== '-') after += 1;
	}
	return result;
}

/** Indentation stays: `cleanText` would take it away. */
function printable(text: string): string {
	const indent = /^[ \t]*/.exec(text)?.[0].replaceAll('\t', '    ') ?? '';
	return `${indent}${withoutSecrets(cleanText(text, { max: 4000 }))}`;
}
