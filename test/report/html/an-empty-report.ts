/** A server that did not answer, looked at by nobody in particular: as little as a report can hold. */
import { noCharts, type Report } from '../../../src/report/report.ts';
import { aReport } from '../a-report.ts';

export const anEmptyReport: Report = {
	...aReport,
	session: null,
	redactions: [],
	summary: [],
	circumstances: {
		user: null,
		host: null,
		rights: null,
		timeZones: { server: null, local: null, logs: null },
	},
	diagnosis: {
		...aReport.diagnosis,
		source: 'live',
		server: null,
		severity: 'unknown',
		path: [],
		symptoms: [],
		findings: [],
		notSeen: [],
		causes: [],
		solutions: [],
	},
	thresholds: {},
	timeline: [],
	path: [],
	changes: [],
	outside: [],
	notes: [],
	charts: noCharts,
	caveats: [],
};
