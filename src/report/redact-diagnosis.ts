/** The diagnosis of a report with tokens for names; the article's own words and SQL stay. */
import type { Diagnosis, ReportedFinding, ReportedServer } from './diagnosis.ts';
import type { Redactor } from './redactor.ts';

export function learnDiagnosis(redactor: Redactor, { server, findings }: Diagnosis): void {
	if (server !== null) redactor.learnRecord(server);
	for (const { facts, rows } of findings) for (const record of [facts, ...rows]) redactor.learnRecord(record);
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

export function redactDiagnosis(redactor: Redactor, diagnosis: Diagnosis): Diagnosis {
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
