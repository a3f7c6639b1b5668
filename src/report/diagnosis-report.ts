/** The report of a diagnosis that was kept nowhere: what was found, and nothing that was done. */
import type { Slug } from '../article/article.ts';
import type { Diagnosis } from './diagnosis.ts';
import { noCharts, type Report, reportSchema } from './report.ts';
import { summaryOf } from './summary.ts';

/** @param titles of the checks */
export function diagnosisReport(diagnosis: Diagnosis, titles: Readonly<Record<Slug, string>>): Report {
	return {
		schema: reportSchema,
		session: null,
		writtenAt: diagnosis.finishedAt,
		redacted: false,
		redactions: [],
		summary: summaryOf({ diagnosis, changes: [] }),
		circumstances: {
			user: null,
			host: null,
			rights: null,
			timeZones: { server: null, local: null, logs: null },
		},
		diagnosis,
		titles,
		thresholds: {},
		timeline: [],
		path: [],
		changes: [],
		outside: [],
		notes: [],
		charts: noCharts,
		caveats: [],
	};
}
