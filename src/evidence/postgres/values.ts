/** From the wire's text to plain facts. The session's settings (ISO dates, UTC, ISO intervals) make the text stable. */
import type { FactValue } from '../../machine/ports.ts';
import { cleanText, withoutSecrets } from '../untrusted.ts';

/** Type OIDs of pg_type.dat, which never change. */
const oid = {
	bool: 16,
	name: 19,
	int8: 20,
	int2: 21,
	int4: 23,
	oid: 26,
	xid: 28,
	float4: 700,
	float8: 701,
	inet: 869,
	timestamp: 1114,
	timestamptz: 1184,
	interval: 1186,
	numeric: 1700,
} as const;

/**
 * Numbers where they are exact, else their text; timestamps as ISO 8601 with their microseconds, intervals as seconds
 * (a month counts 30 days, a year 365.25, as in PostgreSQL's own `extract(epoch …)`); all other text sanitised.
 */
export function factFromText(text: string, type: number): FactValue {
	switch (type) {
		case oid.bool:
			return text === 't';
		case oid.int2:
		case oid.int4:
		case oid.int8:
		case oid.oid:
		case oid.xid:
			return Number.isSafeInteger(Number(text)) ? Number(text) : text;
		case oid.float4:
		case oid.float8:
			return Number.isFinite(Number(text)) ? Number(text) : text;
		case oid.numeric:
			return exactNumber(text) ?? text;
		case oid.timestamp:
			return isoTimestamp(text);
		case oid.timestamptz:
			return isoTimestamp(text);
		case oid.interval:
			return secondsOf(text) ?? text;
		// Names are how things are found again; an address has no room for a secret.
		case oid.name:
		case oid.inet:
			return cleanText(text);
		default:
			return withoutSecrets(cleanText(text));
	}
}

const exactTypes: ReadonlySet<number> = new Set(Object.values(oid));

/** A value that may say anything: text, and whatever has no form of its own here. */
export function isFreeText(type: number): boolean {
	return !exactTypes.has(type);
}

function exactNumber(text: string): number | null {
	if (!/^-?\d{1,30}(\.\d{1,30})?$/.test(text)) return null;
	const shortest = text.includes('.') ? text.replace(/\.?0+$/, '') : text;
	const value = Number(text);
	return String(value) === shortest ? value : null;
}

function isoTimestamp(text: string): string {
	const parts = /^(\d{4,}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?)([+-]\d\d(?::?\d\d){0,2})?$/.exec(text);
	if (parts === null) return cleanText(text);
	const [, date, time, offset = ''] = parts;
	return `${date}T${time}${/^[+-]00(:?00)*$/.test(offset) ? 'Z' : offset}`;
}

const isoInterval =
	/^P(?:(-?\d+)Y)?(?:(-?\d+)M)?(?:(-?\d+)W)?(?:(-?\d+)D)?(?:T(?:(-?\d+)H)?(?:(-?\d+)M)?(?:(-?[\d.]+)S)?)?$/;
const secondsPer = [365.25 * 86_400, 30 * 86_400, 7 * 86_400, 86_400, 3600, 60, 1] as const;

/** An interval as the sessions' setting writes it (ISO 8601), in seconds; null: it is none. */
export function secondsOf(text: string): number | null {
	const parts = isoInterval.exec(text);
	if (parts === null) return null;
	const seconds = secondsPer.reduce((sum, unit, index) => sum + unit * Number(parts[index + 1] ?? 0), 0);
	// Microseconds are all that PostgreSQL keeps; the sum of fractions would show more.
	return Math.round(seconds * 1e6) / 1e6;
}

/** A parameter as the wire takes it: the server finds the type. */
export function textFromFact(value: FactValue): string | null {
	return value === null ? null : String(value);
}
