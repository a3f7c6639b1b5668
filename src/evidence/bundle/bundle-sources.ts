/** A bundle in place of the live server: the same observations, at the bundle's time, of all that psql can carry. */
import type { Fence } from '../../article/article.ts';
import { quoteIdentifier } from '../../article/parameters.ts';
import type { Facts, Failure, Observation, ServerIdentity } from '../../machine/ports.ts';
import { absent } from '../absent.ts';
import { logObservation } from '../logs/log-observation.ts';
import type { EvidenceSource, EvidenceSources } from '../observe.ts';
import { providerOf, slotOf } from '../postgres/identity.ts';
import { failureByCode } from '../postgres/query-failure.ts';
import { onceInside } from '../postgres/refusal.ts';
import type { Bundle, BundledAnswer } from './bundle.ts';
import { fenceDigest } from './format.ts';

export type BundleSourcesOptions = {
	readonly bundle: Bundle;
	/** When it was, where the bundle itself does not say: a refusal has no clock. ISO 8601. */
	readonly at: string;
};

const notCarried: Readonly<Record<string, string>> = {
	processes: 'the bundle has no look at the processes of the server’s host',
	pooler: 'the bundle has no look at a pooler',
	rest: 'the bundle has no idle connection that was watched',
	openiz: 'the bundle has no configuration (--config PATH takes one that is here)',
};

/** The sources of everything that is not on this machine. */
export function bundleSources(options: BundleSourcesOptions): EvidenceSources {
	const missing = Object.entries(notCarried).map(([language, why]): readonly [string, EvidenceSource] => [
		language,
		async () => absent(why),
	]);
	return {
		...Object.fromEntries(missing),
		sql: async ({ check }) => sqlObservation(options, check.checks, check.evidence),
		log: async ({ check }) => bundledLogObservation(options, check.checks),
		connect: async ({ check }) => connectObservation(options, check.checks),
	};
}

/** Major version of the server; null: it let nobody in. */
export function bundledMajor({ head }: Bundle): number | null {
	return head === null ? null : Math.floor(head.versionNum / 10_000);
}

/** The server as the bundle shows it: names and addresses are tokens. */
export function bundledServer({ head, refusal }: Bundle): ServerIdentity {
	if (head === null) {
		const { host = null, port = null, user = null, database = null } = refusal?.named ?? {};
		return {
			host,
			port,
			user,
			database,
			version: null,
			versionNum: null,
			provider: 'unknown',
			slot: null,
			superuser: null,
		};
	}
	const { server, versionNum } = head;
	const superuser = server.superuser === true;
	const said = (name: string): string | null => {
		const value = server[name];
		return typeof value === 'string' ? value : null;
	};
	return {
		host: said('host'),
		port: typeof server.port === 'number' ? server.port : null,
		database: said('database'),
		user: said('role'),
		version: said('version'),
		versionNum,
		provider: providerOf(said('provider'), superuser),
		slot: slotOf(server),
		superuser,
	};
}

function firstCovering(fences: readonly Fence[], major: number): Fence | null {
	const covers = ({ language, min, max }: Fence): boolean =>
		language === 'sql' && (min ?? major) <= major && major <= (max ?? major);
	return fences.find(covers) ?? null;
}

function sqlObservation(
	{ bundle }: BundleSourcesOptions,
	checks: readonly Fence[],
	evidence: readonly Fence[],
): Observation {
	const major = bundledMajor(bundle);
	if (major === null) return absent('the bundle has no session: it was refused');
	const fence = firstCovering(checks, major);
	if (fence === null) return absent(`not on this version: PostgreSQL ${major}`);
	const name = fenceDigest(fence);
	const answer = bundle.checks.get(name);
	if (answer === undefined) return absent(whyMissing(bundle, name));
	if (answer.rows === null) {
		return {
			kind: 'failed',
			failure: failureOf(bundle, answer, fence),
			source: 'bundle',
			sql: fence.body,
			durationMs: answer.durationMs,
			at: answer.at,
		};
	}
	const { verdict = null, ...facts } = answer.rows[0] ?? { verdict: 'none' };
	const said = verdict === null ? 'otherwise' : String(verdict);
	const rows = firstCovering(evidence, major);
	return {
		kind: 'verdict',
		verdict: said,
		facts,
		rows: (rows === null ? null : bundle.evidence.get(fenceDigest(rows))?.rows) ?? [],
		source: 'bundle',
		sql: fence.body,
		durationMs: answer.durationMs,
		at: answer.at,
		failure: null,
		grant: said === 'hidden' ? grantFor(bundle) : null,
	};
}

/** By the clock of the machine that the logs lie on: it need not be the server's. */
function bundledLogObservation({ bundle, at }: BundleSourcesOptions, fences: readonly Fence[]): Observation {
	const { scans, problems, takenAt } = bundle.logs;
	const fence = fences.find(({ language }) => language === 'log');
	if (fence === undefined || (takenAt === null && problems.length === 0))
		return absent('the bundle has no log (--log PATH takes one that is here)');
	if (fence.attributes.signature === undefined)
		return absent(
			'a bundle takes along no patterns of an article’s own (--log PATH takes a log that is here)',
		);
	const logs = {
		...{ scans, skipped: problems, incomplete: problems.length > 0 },
		...{ server: null, commandTimeoutsMs: [] },
	};
	const taken = takenAt ?? at;
	return logObservation(fence, logs, {
		...{ given: true, now: new Date(taken) },
		...({ source: 'bundle', sql: null, durationMs: 0, at: taken } as const),
	});
}

function whyMissing(bundle: Bundle, name: string): string {
	if (bundle.damaged.has(name)) return 'the bundle’s record of it was damaged on its way';
	if (bundle.finishedAt === null) return 'the bundle ends before it: it was cut off';
	return 'the bundle has no answer to this query: its script was of another article';
}

function grantFor(bundle: Bundle): string | null {
	const { user } = bundledServer(bundle);
	return user === null ? null : `GRANT pg_read_all_stats TO ${quoteIdentifier(user)}`;
}

const defaultTimeoutMs = 5_000;

function failureOf(bundle: Bundle, { code }: BundledAnswer, { timeoutMs }: Fence): Failure {
	const failure = failureByCode(code ?? 'unknown', timeoutMs ?? defaultTimeoutMs);
	const grant = code === '42501' ? grantFor(bundle) : null;
	return grant === null ? failure : { ...failure, next: [`${grant};`, ...failure.next] };
}

/** The refusal is the evidence where there is one, also where another way in was found after it. */
function connectObservation(options: BundleSourcesOptions, fences: readonly Fence[]): Observation {
	const own = fences.find(({ language }) => language === 'connect');
	if (own?.attributes.as === 'application')
		return absent('the bundle has no attempt with the application’s own settings');
	const { bundle } = options;
	const { head, refusal } = bundle;
	if (head === null && refusal === null) return absent('the bundle has no attempt to connect');
	const failure = refusal?.failure ?? null;
	return {
		kind: 'verdict',
		verdict: refusal?.verdict ?? 'connected',
		facts: connectFacts(bundle),
		rows: [],
		source: 'bundle',
		sql: null,
		durationMs: 0,
		at: head?.startedAt ?? options.at,
		failure: failure !== null && head !== null ? onceInside(failure) : failure,
		grant: null,
	};
}

function connectFacts(bundle: Bundle): Facts {
	const { refusal } = bundle;
	const server = bundledServer(bundle);
	const { named } = refusal ?? {};
	return {
		code: refusal?.code ?? null,
		routine: refusal?.routine ?? null,
		layer: refusal?.layer ?? null,
		message: refusal?.failure.message ?? null,
		host: named?.host ?? server.host ?? 'the server',
		port: named?.port ?? server.port,
		user: named?.user ?? server.user ?? 'this role',
		database: named?.database ?? server.database ?? 'this database',
		slot_kind: server.slot,
	};
}
