/** A report as a session leaves it, small enough to read in a test. */
import { type Change, noCharts, type Report, reportSchema } from '../../src/report/report.ts';
import { titlesOfChecks } from '../../src/report/session-report.ts';
import { summaryOf } from '../../src/report/summary.ts';
import { aDiagnosis, anArticle, full } from './a-diagnosis.ts';

export const disconnected: Change = {
	solution: 'disconnect-all-clients',
	title: 'Disconnect all clients',
	at: '2026-11-22T14:00:03.000Z',
	by: 'tool',
	outcome: 'held',
	helped: null,
	parameters: { database: 'openiz,openiz_audit' },
	rows: [
		{
			pid: 4711,
			backend_start: '2026-11-22T13:00:00.000000Z',
			status: 'ended',
			why: null,
			columns: { usename: 'ims_app', datname: 'openiz_audit', client_addr: '10.1.2.3' },
		},
	],
	statements: ['ALTER DATABASE "openiz" CONNECTION LIMIT 0'],
	diff: null,
	done: [{ what: 'connection-limit: database openiz', status: 'done', why: null }],
	verified: {
		check: full.check,
		verdict: 'free',
		severity: 'ok',
		text: '40 of 97 slots are taken',
		held: true,
		proof: 'login',
		before: { used: 97, usable: 97, are_the_slots_used_up__used: 97, senders: 3 },
		after: { used: 40, usable: 97 },
		note: '15 sessions came back from 10.1.2.3 within 210 ms',
	},
	undoable: ['the connection limit of database openiz'],
	undone: null,
};

export function aReport(changes: Partial<Report> = {}): Report {
	const diagnosis = aDiagnosis();
	return {
		schema: reportSchema,
		session: '20261122-140000-qkzm',
		writtenAt: '2026-11-22T14:01:00.000Z',
		redacted: false,
		redactions: [],
		summary: summaryOf({ diagnosis, changes: [disconnected] }),
		circumstances: {
			user: null,
			host: null,
			rights: null,
			timeZones: { server: null, local: null, logs: null },
		},
		thresholds: {},
		timeline: [],
		path: [],
		outside: [],
		notes: [],
		charts: noCharts,
		caveats: [],
		diagnosis,
		titles: titlesOfChecks(anArticle()),
		changes: [disconnected],
		...changes,
	};
}
