/** Names and addresses become tokens, equal ones equal tokens, before a report leaves the house. */
import { isIP } from 'node:net';
import { columnKind, type NamedKind } from '../article/column-kind.ts';
import type { Facts, FactValue, ParameterValues, Row } from '../machine/ports.ts';
import type { Diagnosis, ReportedFinding, ReportedServer } from './diagnosis.ts';
import type { Change, Report } from './report.ts';

/** Every installation has these: they name nobody, and a reader needs them. */
const common = new Set([
	'',
	'localhost',
	'127.0.0.1',
	'::1',
	'postgres',
	'template0',
	'template1',
	'kbwizard',
]);
const isCommon = (value: string): boolean =>
	common.has(value) || /^\/(?:var\/run|run|tmp)(?:\/postgresql)?$/.test(value);

/** What may be an address: the parser of addresses decides, for a time of day looks much the same. */
const addressLike = /(?<![\w.:])(?:[\da-f]*:[\da-f:.]*[\da-f:]|\d+(?:\.\d+){3})(?![\w:])/gi;

const escapeForRegExp = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&');

/** A name as it stands in a row, in a quoted identifier, in a literal, and on one line of text. */
function spellingsOf(name: string): ReadonlySet<string> {
	const literal = name.replaceAll("'", "''");
	return new Set([
		name,
		name.replaceAll('"', '""'),
		literal,
		literal.replaceAll('\\', '\\\\'),
		name.replaceAll(/\s+/g, ' ').trim(),
	]);
}

/** Hands out the tokens of one report, and finds the names again wherever a text quotes them. */
class Redactor {
	readonly #tokens = new Map<string, string>();
	readonly #counts: Record<NamedKind, number> = { address: 0, role: 0, database: 0, application: 0 };
	/** Made anew after a name was learned. */
	#known: RegExp | null = null;

	learn(kind: NamedKind, value: string): void {
		if (isCommon(value) || this.#tokens.has(value)) return;
		this.#counts[kind] += 1;
		for (const spelling of spellingsOf(value)) this.#tokens.set(spelling, `${kind}-${this.#counts[kind]}`);
		this.#known = null;
	}

	/** A column's value; a list of names, as aggregates and parameters write it, is learned name by name. */
	learnColumn(column: string, value: FactValue): void {
		const kind = columnKind(column);
		if (kind === null || typeof value !== 'string') return;
		for (const part of value.split(',')) this.learn(kind, part.trim());
	}

	readonly text = (text: string): string => {
		const named = text.replaceAll(this.#pattern(), (found) => this.#tokens.get(found) ?? found);
		return named.replaceAll(addressLike, (found) => {
			if (isIP(found) === 0) return found;
			this.learn('address', found);
			return this.#tokens.get(found) ?? found;
		});
	};

	readonly maybe = (text: string | null): string | null => (text === null ? null : this.text(text));

	/** Longest first, so that `openiz_audit` is not read as `openiz` with a tail. */
	#pattern(): RegExp {
		if (this.#known === null) {
			const names = [...this.#tokens.keys()].sort((a, b) => b.length - a.length).map(escapeForRegExp);
			// Without a name: a pattern that matches nothing.
			this.#known =
				names.length === 0
					? /(?!)/g
					: new RegExp(`(?<![\\p{L}\\p{N}_])(?:${names.join('|')})(?![\\p{L}\\p{N}_])`, 'gu');
		}
		return this.#known;
	}

	record<T extends Facts | Row>(record: T): Row {
		return Object.fromEntries(
			Object.entries(record).map(([column, value]) => [
				column,
				typeof value === 'string' ? this.text(value) : value,
			]),
		);
	}

	parameters(values: ParameterValues): ParameterValues {
		return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, this.text(value)]));
	}
}

function learnDiagnosis(redactor: Redactor, { server, findings }: Diagnosis): void {
	if (server !== null) {
		for (const [column, value] of Object.entries(server)) redactor.learnColumn(column, value);
	}
	for (const { facts, rows } of findings) {
		for (const record of [facts, ...rows]) {
			for (const [column, value] of Object.entries(record)) redactor.learnColumn(column, value);
		}
	}
}

function learnChange(redactor: Redactor, { rows, parameters }: Change): void {
	for (const [name, value] of Object.entries(parameters)) redactor.learnColumn(name, value);
	for (const { columns } of rows) {
		for (const [column, value] of Object.entries(columns)) redactor.learnColumn(column, value);
	}
}

function redactServer(redactor: Redactor, server: ReportedServer | null): ReportedServer | null {
	if (server === null) return null;
	return {
		...server,
		host: redactor.maybe(server.host),
		database: redactor.maybe(server.database),
		user: redactor.maybe(server.user),
	};
}

function redactFinding(redactor: Redactor, finding: ReportedFinding): ReportedFinding {
	const { error } = finding;
	return {
		...finding,
		text: redactor.text(finding.text),
		answeredBy: finding.answeredBy === null ? null : 'a person',
		facts: redactor.record(finding.facts),
		rows: finding.rows.map((row) => redactor.record(row)),
		error:
			error === null
				? null
				: { ...error, message: redactor.text(error.message), next: error.next.map(redactor.text) },
	};
}

function redactDiagnosis(redactor: Redactor, diagnosis: Diagnosis): Diagnosis {
	return {
		...diagnosis,
		server: redactServer(redactor, diagnosis.server),
		findings: diagnosis.findings.map((finding) => redactFinding(redactor, finding)),
		notSeen: diagnosis.notSeen.map(({ check, why, grant }) => ({
			check,
			why: redactor.text(why),
			grant: redactor.maybe(grant),
		})),
		solutions: diagnosis.solutions.map((solution) => ({ ...solution, why: redactor.maybe(solution.why) })),
	};
}

function redactChange(redactor: Redactor, change: Change): Change {
	const { verified, undone } = change;
	return {
		...change,
		parameters: redactor.parameters(change.parameters),
		rows: change.rows.map((row) => ({
			...row,
			why: redactor.maybe(row.why),
			columns: redactor.record(row.columns),
		})),
		statements: change.statements.map(redactor.text),
		diff: redactor.maybe(change.diff),
		done: change.done.map(({ what, status, why }) => ({
			what: redactor.text(what),
			status,
			why: redactor.maybe(why),
		})),
		verified:
			verified === null
				? null
				: {
						...verified,
						text: redactor.text(verified.text),
						before: redactor.record(verified.before),
						after: redactor.record(verified.after),
						note: redactor.maybe(verified.note),
					},
		undoable: change.undoable.map(redactor.text),
		undone:
			undone === null
				? null
				: {
						session: undone.session,
						undone: undone.undone.map(redactor.text),
						skipped: undone.skipped.map(({ what, why }) => ({
							what: redactor.text(what),
							why: redactor.text(why),
						})),
					},
	};
}

/**
 * The same report with hosts, addresses, roles, databases and applications as `address-1`, `role-1`, …; the article's
 * own words and SQL stay. One name is one token throughout the report, whichever text it is quoted in.
 */
export function redactReport(report: Report): Report {
	const redactor = new Redactor();
	learnDiagnosis(redactor, report.diagnosis);
	for (const change of report.changes) learnChange(redactor, change);
	return {
		...report,
		redacted: true,
		summary: report.summary.map(({ label, text }) => ({ label, text: redactor.text(text) })),
		diagnosis: redactDiagnosis(redactor, report.diagnosis),
		changes: report.changes.map((change) => redactChange(redactor, change)),
	};
}
