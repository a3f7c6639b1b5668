/** Who answers the checks of one run: one source for each language of a fence. */
import { platform } from 'node:os';
import type { GateResult } from '../article/sql-gate.ts';
import { absent } from '../evidence/absent.ts';
import { type LookAtServer, listingFor, serverLook } from '../evidence/host/look-at-server.ts';
import { createProcessesSource } from '../evidence/host/observe-processes.ts';
import { configuredTimeouts, discoverLogs } from '../evidence/logs/discover.ts';
import { createLogSource } from '../evidence/logs/log-source.ts';
import { readServerClock } from '../evidence/logs/server-clock.ts';
import { createObserver, type EvidenceSource } from '../evidence/observe.ts';
import { createApplicationLogin } from '../evidence/openiz/application-login.ts';
import { createOpenizSource } from '../evidence/openiz/openiz-source.ts';
import { createPoolerSource } from '../evidence/pooler/observe-pooler.ts';
import type { PostgresKeeper } from '../evidence/postgres/keeper.ts';
import { createConnectSource } from '../evidence/postgres/observe-connect.ts';
import { createRestSource } from '../evidence/postgres/observe-rest.ts';
import { createSqlSource, type SqlSource } from '../evidence/postgres/observe-sql.ts';
import { serverMajor } from '../evidence/postgres/server-major.ts';
import type { LoadedArticle } from './article-argument.ts';
import type { ComposeInput } from './compose.ts';

const defaultMaxRows = 200;

export type Gate = (sql: string) => Promise<GateResult>;

/**
 * An article that the build linted was gated then: PostgreSQL's parser is not loaded for it. Every query of any
 * other text is parsed before it is sent.
 */
export function gateFor({ checked }: LoadedArticle): Gate {
	if (checked) return async () => ({ allowed: true, select: {} });
	let gate: Gate | null = null;
	return async (sql) => {
		gate ??= (await import('../article/sql-gate.ts')).createQueryGate();
		return gate(sql);
	};
}

/** Why a query is not sent; null: it may be. */
async function whyRefused(gate: Gate, sql: string): Promise<string | null> {
	const result = await gate(sql);
	return result.allowed ? null : result.refusals.map(({ message }) => message).join('; ');
}

export type EvidenceInput = Pick<
	ComposeInput,
	'loaded' | 'connection' | 'logs' | 'configs' | 'maxRows' | 'world'
> & {
	readonly keeper: PostgresKeeper;
	/** Whether only what was given may be looked at: no server, and nothing of this machine. */
	readonly staysAway: () => boolean;
	readonly gate: Gate;
	/** Told how far a long look is, in a few words. */
	readonly say: (text: string) => void;
};

export function composeEvidence({
	loaded,
	connection,
	logs,
	configs,
	keeper,
	staysAway,
	gate,
	say,
	...input
}: EvidenceInput): {
	readonly observe: EvidenceSource;
	readonly sql: SqlSource;
	readonly lookAtServer: LookAtServer;
} {
	const { article } = loaded;
	const clock = input.world.now;
	const maxRows = input.maxRows ?? defaultMaxRows;
	const connect = createConnectSource({
		keeper,
		application: createApplicationLogin({ paths: configs, settings: connection.settings, clock }),
	});
	const sql = createSqlSource({
		keeper,
		article,
		gate: (text) => whyRefused(gate, text),
		maxRows,
		timeoutMs: connection.timeoutMs,
		clock,
	});
	const pooler = createPoolerSource({
		keeper,
		settings: connection.settings,
		maxRows,
		clock,
	});
	const lookAtServer = serverLook(keeper, connection.settings, listingFor(platform()));
	const processes = createProcessesSource({ keeper, look: lookAtServer, maxRows, clock });
	const rest = createRestSource({ keeper, settings: connection.settings, clock });
	const log = createLogSource({
		paths: logs,
		clock,
		checks: article.checks,
		discover: () => discoverLogs({ configs, session: keeper.session, clock }),
		serverClock: () => readServerClock(keeper.session, clock),
		commandTimeouts: () => configuredTimeouts(configs),
		onProgress: say,
	});
	const openiz = createOpenizSource({ paths: configs, clock });
	const sources: Record<string, EvidenceSource> = {
		connect,
		sql: (asked, signal) => sql.observe(asked, signal),
		openiz,
		pooler,
		processes,
		rest,
		log,
	};
	const observeAll = createObserver(sources, {
		serverMajor: () => (keeper.session === null ? null : serverMajor(keeper.session.server)),
		clock,
	});
	const given: Record<string, EvidenceSource> = {
		...(logs.length > 0 ? { log } : {}),
		...(configs.length > 0 ? { openiz } : {}),
	};
	const observeGiven = createObserver(given, { clock });
	const observe: EvidenceSource = async (asked, signal) => {
		if (!staysAway()) return observeAll(asked, signal);
		return asked.check.checks.some(({ language }) => language in given)
			? observeGiven(asked, signal)
			: absent('nobody connects: only whoever is asked can say');
	};
	return { observe, sql, lookAtServer };
}
