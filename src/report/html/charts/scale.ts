/** Where a number is drawn. */

/** A share as SVG takes it, between `0%` and `100%`. */
export function percent(part: number, whole: number): string {
	const share = whole > 0 && Number.isFinite(part) ? Math.min(1, Math.max(0, part / whole)) : 0;
	return `${rounded(share * 100)}%`;
}

/** Two digits after the point are finer than any screen. */
export function rounded(number: number): number {
	return Math.round(number * 100) / 100;
}

/** Round whole numbers from 0 up to `most`, four or five. */
export function ticks(most: number): readonly number[] {
	const rough = Math.max(1, most / 5);
	const magnitude = 10 ** Math.floor(Math.log10(rough));
	const step = [1, 2, 2.5, 5, 10]
		.map((factor) => factor * magnitude)
		.find((candidate) => candidate >= rough && Number.isInteger(candidate));
	const size = step ?? Math.ceil(rough);
	return Array.from({ length: Math.floor(most / size) + 1 }, (_, index) => index * size);
}

/** A name as long as a narrow page has room for; the whole of it stands in the table below. */
export function shortened(name: string, most = 34): string {
	const characters = [...name];
	return characters.length <= most ? name : `${characters.slice(0, most - 1).join('')}…`;
}
