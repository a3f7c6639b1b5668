/** Times for a reader: in UTC, for the server, the logs and whoever reads may each have a zone of their own. */
import { type Html, h, join } from './markup.ts';

/** Whether it is a time at all, and so can be drawn. */
export function isInstant(text: string): boolean {
	return asDate(text) !== null;
}

function asDate(iso: string): Date | null {
	const date = new Date(iso);
	return Number.isFinite(date.getTime()) ? date : null;
}

/** As `2026-11-22 14:00:01 UTC`; what is no time stays what it is. */
export function instant(iso: string): Html {
	const date = asDate(iso);
	if (date === null) return join(iso);
	return h('time', { datetime: date.toISOString() }, `${dayOf(iso)} ${clockOf(iso)} UTC`);
}

/** As `14:00:01`, where the day stands elsewhere. */
export function timeOfDay(iso: string): Html {
	const date = asDate(iso);
	return date === null ? join(iso) : h('time', { datetime: date.toISOString() }, clockOf(iso));
}

/** As `2026-11-22`. */
export function dayOf(iso: string): string {
	return asDate(iso)?.toISOString().slice(0, 10) ?? iso;
}

/** As `14:00:01`. */
export function clockOf(iso: string): string {
	return asDate(iso)?.toISOString().slice(11, 19) ?? iso;
}
