import { providers } from '../../article/article.ts';
import { cleanText, withoutSecrets } from '../../evidence/untrusted.ts';
import type { Finding } from '../../machine/finding.ts';
import type {
	Facts,
	FactValue,
	Layer,
	Observation,
	ServerIdentity,
	Slot,
	SourceKind,
} from '../../machine/ports.ts';
import { diagnosisSchema } from '../../report/diagnosis.ts';
import { reportSchema } from '../../report/report.ts';
import { loadArticle } from '../article-argument.ts';
import type { World } from '../world.ts';
import type { FileToOpen } from './open-file.ts';
import { inMinutes, type Opened } from './opened.ts';

type Loose = Readonly<Record<string, unknown>>;

const objectOf = (value: unknown): Loose =>
	typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
const listOf = (value: unknown): readonly Loose[] => (Array.isArray(value) ? value.map(objectOf) : []);
const textOf = (value: unknown): string | null =>
	typeof value === 'string' ? withoutSecrets(cleanText(value)) : null;
const timeOf = (value: unknown): string | null =>
	typeof value === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]{8,16}Z$/.test(value) ? value : null;

const layers: readonly Layer[] = ['dns', 'tcp', 'tls', 'startup', 'authentication', 'query'];
const slots: readonly Slot[] = ['ordinary', 'reserved', 'waited'];
const sources: readonly SourceKind[] = ['live', 'log', 'config', 'host', 'bundle', 'person'];

function factOf(value: unknown): FactValue {
	if (typeof value === 'number' || typeof value === 'boolean') return value;
	return textOf(value);
}

function factsOf(value: unknown): Facts {
	return Object.fromEntries(
		Object.entries(objectOf(value)).map(([name, fact]) => [cleanText(name, { max: 63 }), factOf(fact)]),
	);
}

/** What `check --json` printed, or a report in JSON: its findings as of then. Null: it is something else. @throws ExpectedError */
export async function openDiagnosis(file: FileToOpen, world: World): Promise<Opened | null> {
	const written = parsed(file.bytes.toString('utf8').replace(/^\ufeff/, ''));
	// A report holds the diagnosis that it is about: so the result of a plan comes back to whoever made it.
	const document = written.schema === reportSchema ? objectOf(written.diagnosis) : written;
	if (document.schema !== diagnosisSchema) return null;
	const about = objectOf(document.article);
	const loaded = await loadArticle(file.article ?? textOf(about.id), world, file.trust);
	const startedAt = timeOf(document.startedAt) ?? file.writtenAt;
	const findings = listOf(document.findings).flatMap((finding) => {
		const check = loaded.article.checks.find(({ id }) => id === finding.check);
		return check === undefined ? [] : [{ check: check.id, finding }];
	});
	const server = document.server === null ? null : serverOf(objectOf(document.server));
	return {
		loaded,
		what: `a diagnosis of ${inMinutes(startedAt)}`,
		sources: {},
		answers: new Map(
			findings
				.filter(({ finding }) => finding.source !== 'person')
				.map(({ check, finding }): [string, Observation] => [check, observationOf(finding, startedAt)]),
		),
		said: findings
			.filter(({ finding }) => finding.source === 'person')
			.map(({ check, finding }) => saidOf(check, finding, startedAt)),
		server,
		refusal: null,
		major: server?.versionNum == null ? null : Math.floor(server.versionNum / 10_000),
		startedAt,
		finishedAt: timeOf(document.finishedAt) ?? startedAt,
		warnings:
			about.sha256 === loaded.article.sha256
				? []
				: [`${loaded.article.id} has changed since: what is said of it now is by today's text`],
	};
}

const numberOf = (value: unknown): number | null => (typeof value === 'number' ? value : null);

function serverOf(server: Loose): ServerIdentity {
	return {
		host: textOf(server.host),
		port: numberOf(server.port),
		database: textOf(server.database),
		user: textOf(server.user),
		version: textOf(server.version),
		versionNum: numberOf(server.versionNum),
		provider: providers.find((provider) => provider === server.provider) ?? 'unknown',
		slot: slots.find((slot) => slot === server.slot) ?? null,
		superuser: null,
	};
}

function parsed(text: string): Loose {
	try {
		return objectOf(JSON.parse(text));
	} catch {
		return {};
	}
}

function observationOf(finding: Loose, fallback: string): Extract<Observation, { kind: 'verdict' }> {
	const error = finding.error === null || finding.error === undefined ? null : objectOf(finding.error);
	return {
		kind: 'verdict',
		verdict: textOf(finding.verdict) ?? 'otherwise',
		facts: factsOf(finding.facts),
		rows: listOf(finding.rows).slice(0, 1_000).map(factsOf),
		source: sources.find((source) => source === finding.source) ?? 'live',
		sql: typeof finding.sql === 'string' ? finding.sql : null,
		durationMs: typeof finding.durationMs === 'number' ? finding.durationMs : 0,
		at: timeOf(finding.at) ?? fallback,
		failure:
			error === null
				? null
				: {
						code: textOf(error.code) ?? 'unknown',
						routine: textOf(error.routine),
						layer: layers.find((layer) => layer === error.layer) ?? null,
						message: textOf(error.message) ?? '',
						next: Array.isArray(error.next) ? error.next.flatMap((step) => textOf(step) ?? []) : [],
					},
		grant: null,
	};
}

function saidOf(check: string, finding: Loose, fallback: string): Finding {
	const { kind: _, failure, ...seen } = observationOf(finding, fallback);
	const severities = ['ok', 'info', 'warning', 'critical', 'unknown'] as const;
	return {
		check,
		...seen,
		severity: severities.find((severity) => severity === finding.severity) ?? 'unknown',
		text: textOf(finding.text) ?? '',
		source: 'person',
		answeredBy: textOf(finding.answeredBy) ?? 'somebody',
		error: failure,
	};
}
