/** What was taken out of a report, counted by kind: the log of the redaction, which says nothing of what it was. */
import { holdsQuery } from '../article/query-column.ts';
import type { Row } from '../machine/ports.ts';
import type { RedactionCount, Report } from './report.ts';
import { parseToken, tokenKinds } from './token-book.ts';

/** As `evidence/untrusted.ts` writes it in place of a secret. */
const secretMark = /\*\*\*/g;

function rowsOf({ diagnosis, changes }: Report): readonly Row[] {
	return [
		...diagnosis.findings.flatMap(({ facts, rows }) => [facts, ...rows]),
		...changes.flatMap(({ rows }) => rows.map(({ columns }) => columns)),
	];
}

/** Queries that are shown without what they look for; `<insufficient privilege>` is none. */
function queriesIn(rows: readonly Row[]): number {
	const isQuery = ([column, value]: readonly [string, unknown]): boolean =>
		holdsQuery(column) && typeof value === 'string' && value !== '' && !value.startsWith('<');
	return rows.reduce((sum, row) => sum + Object.entries(row).filter(isQuery).length, 0);
}

/** Removed where it came in: it can be counted by what it left. */
export function removedOnEntry(report: Report): readonly RedactionCount[] {
	return [
		{ kind: 'query', count: queriesIn(rowsOf(report)) },
		{ kind: 'secret', count: JSON.stringify(report).match(secretMark)?.length ?? 0 },
	].filter(({ count }) => count > 0);
}

/** @param used tokens that stand in the report */
export function namesTakenOut(used: Iterable<string>): readonly RedactionCount[] {
	const kinds = [...used].map((token) => parseToken(token)?.kind);
	return tokenKinds
		.map((kind) => ({ kind, count: kinds.filter((each) => each === kind).length }))
		.filter(({ count }) => count > 0);
}

/** What a kind is called: one, several. */
const words: Readonly<Record<string, readonly [string, string]>> = {
	address: ['address', 'addresses'],
	person: ['person', 'persons'],
	mail: ['mail address', 'mail addresses'],
	query: ['query without its values', 'queries without their values'],
	secret: ['secret', 'secrets'],
};

/** As `addresses`; one of them is an `address`. */
export function kindInWords({ kind, count }: RedactionCount): string {
	const [one, many] = words[kind] ?? [kind, `${kind}s`];
	return count === 1 ? one : many;
}

/** What every report leaves out, whoever asks for it. */
export const neverKept =
	'Never kept, whatever the report: passwords, keys and connection strings; literals and comments in queries; the lines of logs, of which there are counts, times and signatures only.';

/** Of a report with tokens in it. */
export const tokensAreKept = 'What a token stands for is kept where the report was made, and only there.';

/** `12 addresses, 3 roles`; null: nothing. */
export function redactionsInWords(redactions: readonly RedactionCount[]): string | null {
	const parts = redactions.map((taken) => `${taken.count} ${kindInWords(taken)}`);
	return parts.length === 0 ? null : parts.join(', ');
}
