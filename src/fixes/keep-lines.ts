/** New lines of a list, one entry a line, among those that a file has already: each entry is known by its first word. */

/** As PgBouncer's list of users has it: `"role" "password"`; else up to the first blank. */
const firstWord = /^\s*("(?:[^"]|"")*"|[^\s;#]\S*)/;

/** Null: a comment, or nothing. */
export function keyOf(line: string): string | null {
	const key = firstWord.exec(line)?.[1] ?? null;
	return key === null || key.startsWith('"') ? key : `"${key}"`;
}

/** The lines that are there, those of the same entry replaced where they stand; new entries come last. */
export function amongLines(before: readonly string[], fresh: readonly string[]): readonly string[] {
	const byKey = new Map(
		fresh.flatMap((line) => (keyOf(line) === null ? [] : [[keyOf(line), line] as const])),
	);
	const replaced = before.map((line) => {
		const key = keyOf(line);
		return (key === null ? undefined : byKey.get(key)) ?? line;
	});
	const there = new Set(before.map(keyOf));
	return [...replaced, ...fresh.filter((line) => keyOf(line) !== null && !there.has(keyOf(line)))];
}
