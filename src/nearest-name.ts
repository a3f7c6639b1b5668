/**
 * The candidate that was probably meant, by edit distance with swapped neighbours (optimal string alignment),
 * upper and lower case alike; null: none is near enough to suggest.
 */
export function nearestName(name: string, candidates: Iterable<string>): string | null {
	const wanted = name.toLowerCase();
	let best: string | null = null;
	let bestDistance = Math.max(1, Math.floor(wanted.length / 3)) + 1;
	for (const candidate of candidates) {
		const distance = editDistance(wanted, candidate.toLowerCase());
		if (distance < bestDistance) {
			best = candidate;
			bestDistance = distance;
		}
	}
	return best;
}

function editDistance(left: string, right: string): number {
	let beforePrevious: number[] = [];
	let previous = Array.from({ length: right.length + 1 }, (_, column) => column);
	for (let row = 1; row <= left.length; row += 1) {
		const current = [row];
		for (let column = 1; column <= right.length; column += 1) {
			const same = left[row - 1] === right[column - 1];
			let distance = Math.min(
				(previous[column] ?? 0) + 1,
				(current[column - 1] ?? 0) + 1,
				(previous[column - 1] ?? 0) + (same ? 0 : 1),
			);
			if (left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1]) {
				distance = Math.min(distance, (beforePrevious[column - 2] ?? 0) + 1);
			}
			current.push(distance);
		}
		beforePrevious = previous;
		previous = current;
	}
	return previous[right.length] ?? 0;
}
