/**
 * The candidate that was probably meant, by edit distance with swapped neighbours (optimal string alignment),
 * upper and lower case alike; else the only one that begins so. Null: none is near enough to suggest.
 */
export function nearestName(name: string, given: Iterable<string>): string | null {
	const wanted = name.toLowerCase();
	const candidates = [...given];
	let best: string | null = null;
	let bestDistance = Math.max(1, Math.floor(wanted.length / 3)) + 1;
	for (const candidate of candidates) {
		const distance = editDistance(wanted, candidate.toLowerCase());
		if (distance < bestDistance) {
			best = candidate;
			bestDistance = distance;
		}
	}
	return best ?? onlyBeginning(wanted, candidates);
}

/** A name that was not typed to its end; null: no candidate begins so, or several do. */
function onlyBeginning(wanted: string, candidates: readonly string[]): string | null {
	const [first, ...others] = candidates.filter((candidate) => candidate.toLowerCase().startsWith(wanted));
	return wanted.length < 3 || others.length > 0 ? null : (first ?? null);
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
