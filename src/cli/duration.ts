import { usageError } from './errors.ts';

const units: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, min: 60_000, h: 3_600_000 };

/**
 * `500ms`, `10s`, `5m`, `1h`; a bare number is seconds.
 * @param option the option's name, for the message
 * @returns milliseconds
 * @throws ExpectedError with status 64
 */
export function durationMs(text: string, option: string): number {
	const [, number, unit = 's'] = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text.trim()) ?? [];
	const factor = units[unit === '' ? 's' : unit.toLowerCase()];
	if (number === undefined || factor === undefined) {
		throw usageError(`--${option} wants a duration such as 500ms, 10s or 5m, not "${text}"`);
	}
	return Math.round(Number(number) * factor);
}
