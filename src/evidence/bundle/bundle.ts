/** A bundle as it is known once it is read: who answered, what each query said, and what a refused client printed. */
import type { FactValue, Row } from '../../machine/ports.ts';
import { secondsOf } from '../postgres/values.ts';
import { connectVerdictOf, type TextVerdict } from '../refusal-text/connect-verdict.ts';
import { cleanText, withoutSecrets } from '../untrusted.ts';
import { askAgain, BundleError } from './bundle-error.ts';
import { type BundledLogs, splitLogs } from './bundled-logs.ts';
import { fileText } from './file-text.ts';
import { bundledRows, bundleFormat } from './format.ts';
import { type RawRecord, splitRecords } from './records.ts';

export type BundledAnswer = {
	/** Null: the query failed, or this is what is known of the server itself. */
	readonly rows: readonly Row[] | null;
	/** SQLSTATE; null: psql did not say (before 11), or it is none. */
	readonly code: string | null;
	/** ISO 8601, by the server's clock. */
	readonly at: string;
	readonly durationMs: number;
};

export type BundleHead = {
	readonly article: string;
	readonly sha256: string;
	/** Of kbwizard, when the script was made. */
	readonly tool: string;
	readonly psql: string | null;
	/** Names and addresses are tokens of this bundle. */
	readonly server: Row;
	readonly versionNum: number;
	readonly startedAt: string;
};

export type Bundle = {
	/** Null: no session was had; the refusal is all there is. */
	readonly head: BundleHead | null;
	/** By the digest of the fence. */
	readonly checks: ReadonlyMap<string, BundledAnswer>;
	readonly evidence: ReadonlyMap<string, BundledAnswer>;
	/** What was damaged on its way, by the digest of its fence. */
	readonly damaged: ReadonlySet<string>;
	/** Whether the script came to its end, ISO 8601; null: it did not, or its end is missing. */
	readonly finishedAt: string | null;
	/** What a refused client printed; null: nothing of the kind is in it. */
	readonly refusal: TextVerdict | null;
	readonly logs: BundledLogs;
};

/** @throws BundleError for what is no bundle: binary, empty, something else */
export function parseBundle(bytes: Uint8Array): Bundle {
	const { records, around: beside } = splitRecords(fileText(bytes));
	const { logs, around } = splitLogs(beside);
	// Of several runs in one file the last one counts.
	const from = records.findLastIndex(({ kind }) => kind === 'head');
	const run = from < 0 ? records : records.slice(from);
	const [first] = run;
	const head = first?.kind === 'head' && first.json !== null ? headOf(first.json) : null;
	const refusal = connectVerdictOf(around);
	if (head === null && run.length > 0)
		throw new BundleError(
			'damaged',
			'the beginning of the bundle is missing or damaged: it does not say of which article and server it is',
			[askAgain],
		);
	if (head === null && refusal === null && logs.takenAt === null) {
		throw new BundleError('no-bundle', 'this is no bundle, and no refusal of psql that we know is in it', [
			'a bundle is what the script of kbwizard collect prints, or the text with which psql was refused',
			'kbwizard search finds an article by an error message',
		]);
	}
	return {
		head,
		checks: answersOf(run, 'check'),
		evidence: answersOf(run, 'rows'),
		damaged: new Set(run.filter(({ json }) => json === null).map(({ name }) => name)),
		finishedAt: timeOf(run.find(({ kind }) => kind === 'tail')?.json ?? null),
		refusal,
		logs,
	};
}

type Loose = Readonly<Record<string, unknown>>;

function objectOf(value: unknown): Loose {
	return typeof value === 'object' && value !== null && !Array.isArray(value)
		? Object.fromEntries(Object.entries(value))
		: {};
}

/** Its check sum is that of what was printed, but anybody can write one: nothing is taken for granted. */
function parsed(json: string): Loose {
	try {
		return objectOf(JSON.parse(json));
	} catch {
		return {};
	}
}

const text = (value: unknown): string | null =>
	typeof value === 'string' ? withoutSecrets(cleanText(value)) : null;

function headOf(json: string): BundleHead | null {
	const { about, rows, at } = parsed(json);
	const { format, article, sha256, tool, psql } = objectOf(about);
	if (format !== bundleFormat) {
		throw new BundleError(
			'other-format',
			'this bundle was made by another version of kbwizard, and is written otherwise',
			['open it with the version that made its script, or have it made again with the script of this one'],
		);
	}
	const [server] = rowsOf(rows);
	const versionNum = server?.version_num;
	const startedAt = isoTime(at);
	if (typeof versionNum !== 'number' || server === undefined || startedAt === null) return null;
	return {
		article: text(article) ?? '',
		sha256: text(sha256) ?? '',
		tool: text(tool) ?? '',
		psql: text(psql),
		server,
		versionNum,
		startedAt,
	};
}

function answersOf(records: readonly RawRecord[], wanted: string): ReadonlyMap<string, BundledAnswer> {
	const answers = new Map<string, BundledAnswer>();
	for (const { kind, name, json } of records) {
		if (kind !== wanted || json === null) continue;
		const { said, code, at, ms, rows } = parsed(json);
		const time = isoTime(at);
		if (time === null) continue;
		answers.set(name, {
			rows: said === 'answered' ? rowsOf(rows) : null,
			code: typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && code !== '00000' ? code : null,
			at: time,
			durationMs: typeof ms === 'number' && ms >= 0 ? ms : 0,
		});
	}
	return answers;
}

function rowsOf(value: unknown): readonly Row[] {
	const rows = Array.isArray(value) ? value.slice(0, bundledRows) : [];
	return rows.map((row) =>
		Object.fromEntries(
			Object.entries(objectOf(row)).map(([column, cell]) => [cleanText(column, { max: 63 }), factOf(cell)]),
		),
	);
}

/** As a live look passes values on: an array as PostgreSQL writes it, a timestamp in UTC with a Z, an interval in seconds. */
function factOf(value: unknown): FactValue {
	if (typeof value === 'number' || typeof value === 'boolean' || value === null) return value;
	if (Array.isArray(value)) return cleanText(`{${value.map(String).join(',')}}`);
	if (typeof value !== 'string') return cleanText(JSON.stringify(value));
	return (
		isoTime(value) ?? (/^P[-T\d]/.test(value) ? secondsOf(value) : null) ?? withoutSecrets(cleanText(value))
	);
}

function isoTime(value: unknown): string | null {
	if (typeof value !== 'string') return null;
	const match = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d(?:\.\d{1,6})?)(?:Z|\+00(?::?00)?)$/.exec(value);
	return match === null ? null : `${match[1]}T${match[2]}Z`;
}

function timeOf(json: string | null): string | null {
	return json === null ? null : isoTime(parsed(json).at);
}
