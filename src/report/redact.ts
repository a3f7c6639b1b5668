/** Names and addresses become tokens, equal ones equal tokens, before a report leaves the house. */
import { learnChange, redactChange } from './redact-change.ts';
import { learnDiagnosis, redactDiagnosis } from './redact-diagnosis.ts';
import { namesTakenOut, removedOnEntry } from './redactions.ts';
import { Redactor } from './redactor.ts';
import type { Charts, Circumstances, PersonsNote, Report, Share } from './report.ts';
import { TokenBook } from './token-book.ts';

function learnReport(redactor: Redactor, report: Report): void {
	const { circumstances, charts } = report;
	learnDiagnosis(redactor, report.diagnosis);
	for (const change of report.changes) learnChange(redactor, change);
	for (const { name } of charts.byClient) redactor.learn('address', name);
	for (const { name } of charts.byApplication) redactor.learn('application', name);
	if (circumstances.host !== null) redactor.learn('address', circumstances.host);
	for (const person of [circumstances.user, ...report.notes.map(({ by }) => by)])
		if (person !== null) redactor.learn('person', person);
}

function redactCircumstances(redactor: Redactor, circumstances: Circumstances): Circumstances {
	const { user, host, rights, timeZones } = circumstances;
	return {
		...circumstances,
		user: redactor.maybe(user),
		host: redactor.maybe(host),
		rights: redactor.maybe(rights),
		timeZones: { ...timeZones, logs: redactor.maybe(timeZones.logs) },
	};
}

function redactCharts(redactor: Redactor, charts: Charts): Charts {
	const shares = (list: readonly Share[]): readonly Share[] =>
		list.map((share) => ({ ...share, name: redactor.text(share.name) }));
	return {
		...charts,
		byClient: shares(charts.byClient),
		byApplication: shares(charts.byApplication),
	};
}

function redactNote(redactor: Redactor, note: PersonsNote): PersonsNote {
	return { ...note, by: redactor.text(note.by), text: redactor.personsText(note.text) };
}

function withTokens(redactor: Redactor, report: Report): Report {
	return {
		...report,
		redacted: true,
		summary: report.summary.map((line) => ({ ...line, text: redactor.text(line.text) })),
		circumstances: redactCircumstances(redactor, report.circumstances),
		diagnosis: redactDiagnosis(redactor, report.diagnosis),
		thresholds: Object.fromEntries(
			Object.entries(report.thresholds).map(([check, text]) => [check, redactor.text(text)]),
		),
		timeline: report.timeline.map((event) => ({
			...event,
			text: event.kind === 'person' ? redactor.personsText(event.text) : redactor.text(event.text),
		})),
		changes: report.changes.map((change) => redactChange(redactor, change)),
		outside: report.outside.map((step) => ({ ...step, what: redactor.personsText(step.what) })),
		notes: report.notes.map((note) => redactNote(redactor, note)),
		charts: redactCharts(redactor, report.charts),
		caveats: report.caveats.map(redactor.text),
	};
}

/**
 * The same report with hosts, addresses, roles, databases, applications and persons as `address-1`, `role-1`, …; the
 * article's own words and SQL stay. One name is one token throughout the report, whichever text it is quoted in.
 * @param book remembers the names of earlier reports, and is told the new ones
 */
export function redactReport(report: Report, book: TokenBook = new TokenBook()): Report {
	const redactor = new Redactor(book);
	learnReport(redactor, report);
	// Once to find what only a text names, and once more now that it is known everywhere.
	withTokens(redactor, report);
	const redacted = withTokens(redactor, report);
	return {
		...redacted,
		redactions: [...namesTakenOut(redactor.used), ...removedOnEntry(report)],
	};
}

/** The report as it is: what was removed where it came in is counted all the same. */
export function unredactedReport(report: Report): Report {
	return { ...report, redacted: false, redactions: removedOnEntry(report) };
}
