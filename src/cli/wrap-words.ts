/**
 * Breaks lines between words, for a terminal that would break them inside one. A word longer than a line, such as a
 * path, keeps its own line whole, so that it can be copied.
 * @param columns of the terminal
 */
export function wrapWords(text: string, columns: number): string {
	return text
		.split('\n')
		.flatMap((line) => wrapped(line.split(' '), columns))
		.join('\n');
}

function wrapped(words: readonly string[], columns: number): readonly string[] {
	const lines: string[] = [];
	let line = '';
	for (const word of words) {
		const longer = line === '' ? word : `${line} ${word}`;
		if (line !== '' && longer.length > columns) {
			lines.push(line);
			line = word;
		} else line = longer;
	}
	return [...lines, line];
}
