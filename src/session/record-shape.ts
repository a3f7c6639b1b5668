/** Whether a line that was read is a record that this program wrote: what is not, is not acted upon. */
import type { EntryOf, Envelope, Inverse, JournalEntry, JournalRecord } from './record.ts';

type Test = (value: unknown) => boolean;

/** One test for every field of `T`: a field that is added to the type and not here does not compile. */
type Shape<T> = { readonly [Field in keyof T as Field extends 'kind' ? never : Field]-?: Test };

const text: Test = (value) => typeof value === 'string';
const number: Test = (value) => typeof value === 'number';
const flag: Test = (value) => typeof value === 'boolean';
const fact: Test = (value) => value === null || text(value) || number(value) || flag(value);
const orNull =
	(test: Test): Test =>
	(value) =>
		value === null || test(value);
const orAbsent =
	(test: Test): Test =>
	(value) =>
		value === undefined || test(value);
const listOf =
	(test: Test): Test =>
	(value) =>
		Array.isArray(value) && value.every(test);
const oneOf =
	(...values: readonly string[]): Test =>
	(value) =>
		typeof value === 'string' && values.includes(value);

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function fits(value: unknown, shape: Readonly<Record<string, Test>>): boolean {
	return isObject(value) && Object.entries(shape).every(([field, test]) => test(value[field]));
}

const object =
	(shape: Readonly<Record<string, Test>>): Test =>
	(value) =>
		fits(value, shape);
const mapOf =
	(test: Test): Test =>
	(value) =>
		isObject(value) && Object.values(value).every(test);

const severity = oneOf('ok', 'info', 'warning', 'critical', 'unknown');
const facts = mapOf(fact);
const failure = object({ code: text, message: text, next: listOf(text) });
const tool = object({ name: text, version: text });
const server = object({
	host: orNull(text),
	port: orNull(number),
	database: orNull(text),
	user: orNull(text),
	version: orNull(text),
	versionNum: orNull(number),
	provider: text,
	slot: orNull(text),
	superuser: orNull(flag),
	rights: orAbsent(text),
	timeZone: orAbsent(text),
});
const planRow = object({ pid: number, backend_start: text, status: text, why: orNull(text), columns: facts });

type InverseOf<Effect extends Inverse['effect']> = Omit<
	Extract<Inverse, { readonly effect: Effect }>,
	'effect'
>;
/** In an inverse `kind` is a field like any other. */
const inverses: {
	readonly [Effect in Inverse['effect']]: { readonly [Field in keyof InverseOf<Effect>]-?: Test };
} = {
	'connection-limit': { kind: oneOf('database', 'role'), name: text, before: Number.isInteger },
	'allow-connections': { database: text, before: flag },
	setting: { role: orNull(text), database: orNull(text), name: text, before: orNull(text) },
	file: {
		path: text,
		host: text,
		before: orNull(text),
		backup: orNull(text),
		afterUndo: orNull(text),
	},
	'replication-role': { name: text },
	'replication-slot': { name: text },
	'replication-access': { path: text, host: text, before: text, backup: text },
};

const inverse: Test = (value) =>
	isObject(value) &&
	Object.entries(inverses).some(([effect, shape]) => value.effect === effect && fits(value, shape));

const shapes: { readonly [Kind in JournalEntry['kind']]: Shape<EntryOf<Kind>> } = {
	opened: {
		article: object({ id: text, sha256: text, path: orAbsent(text), checks: orAbsent(mapOf(text)) }),
		tool,
		server: orNull(server),
		host: text,
		user: text,
		timeZone: orAbsent(text),
	},
	resumed: {
		article: object({ sha256: text, checks: mapOf(text) }),
		tool,
		host: text,
		user: text,
		dropped: listOf(text),
	},
	outdated: { why: oneOf('slept', 'disconnected') },
	server: { server },
	cluster: { id: text },
	finding: {
		finding: object({
			check: text,
			verdict: text,
			severity,
			text,
			source: text,
			at: text,
			durationMs: number,
			sql: orNull(text),
			answeredBy: orNull(text),
			facts,
			rows: listOf(facts),
			error: orNull(failure),
			grant: orNull(text),
		}),
	},
	'not-seen': { notSeen: object({ check: text, why: text, grant: orNull(text) }) },
	answer: { check: text, verdict: text, by: text },
	symptom: { symptom: text, observed: orNull(flag), by: text },
	'asks-only': { only: flag },
	advised: { solution: text, advised: flag },
	choice: { solution: text },
	plan: {
		plan: object({
			id: text,
			solution: text,
			step: orAbsent(text),
			parameters: mapOf(text),
			confirm: orNull(text),
			rows: listOf(planRow),
			statements: listOf(text),
			diff: orNull(text),
			consequences: listOf(text),
			undoable: listOf(text),
			server: orNull(server),
			plannedAt: text,
		}),
	},
	consent: { plan: text, typed: flag },
	intent: {
		plan: orNull(text),
		solution: orNull(text),
		effect: text,
		object: text,
		old: fact,
		set: orAbsent(fact),
		inverse: orNull(inverse),
		statement: orNull(text),
	},
	outcome: {
		intent: number,
		status: oneOf('done', 'skipped', 'failed', 'unknown'),
		why: orNull(text),
		rows: listOf(planRow),
	},
	verified: {
		solution: text,
		step: orAbsent(text),
		verified: object({
			check: text,
			verdict: text,
			severity,
			text,
			held: flag,
			proof: oneOf('login', 'arithmetic'),
			samples: listOf(object({ atMs: number, verdict: text, severity, facts })),
			before: facts,
			after: facts,
			note: orNull(text),
		}),
	},
	undone: {
		undone: object({
			session: text,
			undone: listOf(text),
			skipped: listOf(object({ what: text, why: text })),
		}),
	},
	step: { solution: text, step: text, outcome: oneOf('done', 'did not help') },
	helped: { solution: text, helped: flag },
	lifted: { of: text, intent: number, by: text, why: orNull(text) },
	note: { text, by: orAbsent(text) },
	gauge: { used: number, usable: number },
	closed: {
		outcome: text,
		severity: orNull(severity),
		causes: orAbsent(listOf(object({ id: text, title: text, standing: text }))),
	},
};

/** What every record has, of whatever version and kind. */
export type AnyEnvelope = Omit<Envelope, 'v'> & { readonly v: number; readonly kind: string };

/** Whether it can be told where a record stands in its chain, though not what it says. */
export function isEnvelope(value: unknown): value is AnyEnvelope {
	if (!isObject(value) || !Number.isSafeInteger(value.v) || !Number.isSafeInteger(value.seq)) return false;
	return text(value.session) && orNull(text)(value.prev) && text(value.at) && text(value.kind);
}

/** Whether this version has records of that kind. */
export function isKnownKind(kind: string): boolean {
	return Object.hasOwn(shapes, kind);
}

/** Whether a value read from a journal has every field that its kind wants. */
export function isJournalRecord(value: unknown): value is JournalRecord {
	if (!isObject(value)) return false;
	if (value.v !== 1 || !isEnvelope(value)) return false;
	return Object.entries(shapes).some(([kind, shape]) => value.kind === kind && fits(value, shape));
}
