const units: ReadonlyMap<string, number> = new Map([
	['ms', 1],
	['s', 1_000],
	['m', 60_000],
	['min', 60_000],
	['h', 3_600_000],
	['d', 86_400_000],
]);

/** Milliseconds of `500ms`, `5s`, `2m`, `1h`; null: it is not a duration. */
export function parseDuration(text: string): number | null {
	const match = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|min|h|d)$/.exec(text);
	const unit = units.get(match?.[2] ?? '');
	return match === null || unit === undefined ? null : Math.round(Number(match[1]) * unit);
}
