/** Values of settings as PostgreSQL reads them: with units, in any spelling of yes and no. */
import type { Row } from '../machine/ports.ts';

/** A setting as `pg_settings` describes it. */
export type Setting = {
	readonly name: string;
	/** The value that this session has, in `unit`. */
	readonly current: string;
	/** `kB`, `8kB`, `ms`, `s`, `min`; null: it has none. */
	readonly unit: string | null;
	readonly type: 'bool' | 'enum' | 'integer' | 'real' | 'string';
	/** `postmaster`: at a restart only; `sighup`: for the whole server only; `superuser`, `user`: also for roles and databases. */
	readonly context: string;
	readonly min: number | null;
	readonly max: number | null;
	/** Of an enum. */
	readonly allowed: readonly string[];
	/** As installed, in `unit`. */
	readonly builtIn: string | null;
	/** Where this session's value comes from. */
	readonly source: string;
};

export function settingFrom(row: Row): Setting {
	const number = (value: unknown): number | null => (value === null ? null : Number(value));
	const type = String(row.vartype);
	return {
		name: String(row.name),
		current: String(row.setting ?? ''),
		unit: row.unit === null || row.unit === undefined ? null : String(row.unit),
		type: type === 'bool' || type === 'enum' || type === 'integer' || type === 'real' ? type : 'string',
		context: String(row.context),
		min: number(row.min_val),
		max: number(row.max_val),
		allowed: listFrom(row.allowed),
		builtIn: typeof row.boot_val === 'string' ? row.boot_val : null,
		source: String(row.source),
	};
}

function listFrom(json: unknown): readonly string[] {
	if (typeof json !== 'string') return [];
	const list: unknown = JSON.parse(json);
	return Array.isArray(list) ? list.map(String) : [];
}

const bytes = { B: 1, kB: 1024, MB: 1024 ** 2, GB: 1024 ** 3, TB: 1024 ** 4 } as const;
const microseconds = { us: 1, ms: 1e3, s: 1e6, min: 60e6, h: 3600e6, d: 86_400e6 } as const;

/** The sizes that a value's unit may have, in the smallest of its kind, and the setting's own. Null: it takes none. */
function scaleOf(
	unit: string | null,
): { readonly units: Readonly<Record<string, number>>; readonly own: number } | null {
	const [, factor = '', name = ''] = /^(\d*)([A-Za-z]+)$/.exec(unit ?? '') ?? [];
	for (const units of [bytes, microseconds] as Readonly<Record<string, number>>[]) {
		const size = Object.hasOwn(units, name) ? units[name] : undefined;
		if (size !== undefined) return { units, own: size * Number(factor === '' ? 1 : factor) };
	}
	return null;
}

const numeral = /^\s*([-+]?(?:0x[0-9a-f]+|\d+(?:\.\d*)?(?:e[-+]?\d+)?|\.\d+))\s*([A-Za-z]*)\s*$/i;

/** In the setting's own unit; or what is wrong with it. */
function numberOf({ name, unit, type }: Setting, text: string): number | { readonly problem: string } {
	const [, digits, suffix = ''] = numeral.exec(text) ?? [];
	const scale = scaleOf(unit);
	const units = scale === null ? '' : `, with or without a unit (${Object.keys(scale.units).join(', ')})`;
	if (digits === undefined) return { problem: `“${text}” is not a value of ${name}: it is a number${units}` };
	const value = Number(digits);
	const size = suffix === '' ? undefined : scale?.units[suffix];
	if (suffix !== '' && (scale === null || size === undefined))
		return {
			problem:
				scale === null
					? `${name} is a number without a unit`
					: `${name} knows no unit ${suffix}: write ${Object.keys(scale.units).join(', ')}`,
		};
	const inOwn = size === undefined || scale === null ? value : (value * size) / scale.own;
	return type === 'integer' ? Math.round(inOwn) : inOwn;
}

/** Words for units of time that PostgreSQL does not take in a setting, though it does in an interval. */
const timeWords: readonly (readonly [RegExp, string])[] = [
	[/^(?:milliseconds?|msecs?)$/i, 'ms'],
	[/^(?:seconds?|secs?)$/i, 's'],
	[/^(?:minutes?|mins?)$/i, 'min'],
	[/^(?:hours?|hrs?)$/i, 'h'],
	[/^days?$/i, 'd'],
];

/** `5 minutes` as the server wants it: `5min`. What is not such a time is left as it is. */
export function inServerUnits({ unit, type }: Setting, text: string): string {
	if (type === 'string' || scaleOf(unit)?.units !== microseconds) return text;
	const [, digits, suffix = ''] = numeral.exec(text) ?? [];
	const word = timeWords.find(([pattern]) => pattern.test(suffix));
	return digits === undefined || word === undefined ? text : `${digits}${word[1]}`;
}

/** Yes and no as PostgreSQL reads them; null: neither. */
function truthOf(text: string): boolean | null {
	const word = text.trim().toLowerCase();
	if (word === '') return null;
	if (word === '1' || word === 'on') return true;
	if (word === '0' || (word.length > 1 && 'off'.startsWith(word))) return false;
	if ('true'.startsWith(word) || 'yes'.startsWith(word)) return true;
	return 'false'.startsWith(word) || 'no'.startsWith(word) ? false : null;
}

/** What is wrong with a value, for a person; null: nothing that can be seen without the server. */
export function valueProblem(setting: Setting, text: string): string | null {
	const { name, type, min, max, allowed, unit } = setting;
	if (/[\n\r\0]/.test(text)) return `${name} cannot have a value of more than one line`;
	switch (type) {
		case 'bool':
			return truthOf(text) === null ? `${name} is on or off` : null;
		case 'enum':
			return allowed.some((each) => each.toLowerCase() === text.trim().toLowerCase())
				? null
				: `${name} must be one of ${allowed.join(', ')}`;
		case 'integer':
		case 'real': {
			const value = numberOf(setting, text);
			if (typeof value !== 'number') return value.problem;
			if (
				value !== 0 &&
				scaleOf(unit)?.units === microseconds &&
				/^[-+]?[\d.]+$/.test(text.trim()) &&
				value > 0
			)
				return `${text.trim()} would be ${text.trim()} ${unit} for ${name}: write the unit (${Object.keys(microseconds).join(', ')})`;
			const shown = unit === null ? '' : ` (in units of ${unit})`;
			if (min !== null && value < min) return `${name} must be at least ${min}${shown}`;
			return max !== null && value > max ? `${name} must be at most ${max}${shown}` : null;
		}
		case 'string':
			return null;
	}
}

/** Whether a value is a number below another; 0, which mostly switches off, is not. */
export function isBelow(setting: Setting, text: string, least: string): boolean {
	const [value, bound] = [numberOf(setting, text), numberOf(setting, least)];
	return typeof value === 'number' && typeof bound === 'number' && value !== 0 && value < bound;
}

/** Whether two spellings mean the same value: `5min` and `300000` (ms) do. */
export function sameValue(setting: Setting, a: string, b: string): boolean {
	switch (setting.type) {
		case 'bool':
			return truthOf(a) !== null && truthOf(a) === truthOf(b);
		case 'enum':
			return a.trim().toLowerCase() === b.trim().toLowerCase();
		case 'integer':
		case 'real': {
			const [left, right] = [numberOf(setting, a), numberOf(setting, b)];
			return typeof left === 'number' && left === right;
		}
		case 'string':
			return a === b;
	}
}
