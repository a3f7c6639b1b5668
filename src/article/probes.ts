/** The languages of a check's fence that are not SQL: what they can answer, and what they take. */
import type { Fence } from './article.ts';
import { logPatternLines } from './log-patterns.ts';

export type Probe = {
	/** Its closed list; `otherwise` is always possible too. */
	readonly verdicts: readonly string[];
	/** Attributes besides `min`, `max`, `timeout`. */
	readonly attributes: readonly string[];
	/** Columns of its finding; null: they depend on what was found, so placeholders are not checked. */
	readonly facts: readonly string[] | null;
};

const inTime = ['now', 'earlier', 'never'] as const;

/** Signatures that `log signature=` knows. `read-timeout` is told apart by its timing, the others by their age. */
export const logSignatures = [
	'slots-refused',
	'read-timeout',
	'client-pool',
	'request-limit',
	'connection-reset',
	'backend-crash',
	'fork-failed',
	'standby-settings',
] as const;
export type LogSignature = (typeof logSignatures)[number];

export const readTimeoutVerdicts = [
	'at the command timeout',
	'after a pause',
	'irregular',
	'earlier',
	'never',
] as const;

/** What `openiz setting=` can ask of the `<connectionManager>`, and answer. */
const openizSettings: Readonly<Record<string, readonly string[]>> = {
	stm: ['on', 'off'],
	readonly: ['apart', 'together'],
};

/** What `openiz compare=instances` answers. */
const comparisonVerdicts = ['different', 'alike', 'one instance'] as const;

/** The verdicts of a connection attempt (`connect` in the article format). */
export const connectVerdicts = [
	'connected',
	'ordinary slots gone',
	'no slot at all',
	'role limit',
	'database limit',
	'walsender limit',
	'database closed',
	'starting or stopping',
	'credentials refused',
	'tls refused',
	'refused',
	'no such name',
	'no answer',
	'silent',
	'could not fork',
	'pooler refused',
] as const;
export const probes: Readonly<Record<string, Probe>> = {
	connect: {
		verdicts: connectVerdicts,
		attributes: ['as'],
		facts: [
			...['code', 'routine', 'layer', 'message', 'host', 'port', 'user', 'database', 'address'],
			...['tls', 'tls_offered', 'slot', 'pooled'],
			...['dns_ms', 'tcp_ms', 'tls_ms', 'startup_ms', 'authentication_ms', 'query_ms', 'total_ms'],
		],
	},
	processes: {
		verdicts: [
			...['slots held', 'at work', 'stalled logins', 'clients gone'],
			...['blocked', 'waiting for a standby', 'idle in transaction', 'quiet'],
		],
		attributes: ['budget'],
		facts: [
			...['server_process', 'slots_held', 'slots_in_words', 'most_held_by', 'not_shown'],
			...[
				'logged_in_processes',
				'logins_under_way',
				'logins_stalled',
				'longest_login_s',
				'connections_silent',
			],
			...['processes_idle', 'processes_in_transaction', 'processes_waiting', 'processes_waiting_for_standby'],
			...['processes_working', 'processes_unclear', 'clients_gone', 'replication_processes'],
		],
	},
	log: {
		verdicts: inTime,
		attributes: ['signature'],
		facts: [
			...['events', 'first', 'last', 'age_s', 'rate_per_min', 'gap_s', 'pause_s', 'stop_after_s'],
			...['files', 'files_read', 'files_skipped', 'old', 'seen', 'unread', 'own_limit'],
		],
	},
	openiz: {
		verdicts: ['larger', 'fits'],
		attributes: ['budget', 'compare', 'instances', 'setting'],
		facts: [
			...['config', 'instances', 'strings', 'pools', 'pool_count', 'floor', 'unlimited', 'elsewhere'],
			...['slots', 'over', 'proposal', 'spread', 'stm', 'max_requests', 'readonly', 'stands'],
			...['differing', 'differences', 'command_timeout_s'],
		],
	},
	pooler: {
		verdicts: ['waiting', 'quiet', 'none'],
		attributes: [],
		facts: [
			...['cl_active', 'cl_waiting', 'sv_active', 'sv_idle', 'maxwait_s'],
			...['pool_size', 'pool_mode', 'clients', 'max_client_conn', 'pooler_version'],
		],
	},
	rest: {
		verdicts: ['dropped', 'survived'],
		attributes: ['for'],
		facts: ['rested_s', 'lost_after_s', 'code', 'left_behind'],
	},
};

/** Columns of a probe's finding; null: they cannot be known before. A pattern's name is one, with its count. */
export function probeFacts(fence: Fence): readonly string[] | null {
	const facts = Object.hasOwn(probes, fence.language) ? (probes[fence.language]?.facts ?? null) : null;
	if (facts === null || fence.language !== 'log') return facts;
	const names = logPatternLines(fence.body).flatMap(({ name }) =>
		name === null ? [] : [name.replaceAll('-', '_')],
	);
	return [...facts, ...names];
}

/**
 * The closed list of a probe's fence; null: it is not a probe (SQL's list is read off the query).
 * @param language first word of the info string
 * @param attributes decides for `log` (read timeouts are judged by when they occur) and `openiz` (what is asked)
 */
export function probeVerdicts(
	language: string,
	attributes: Readonly<Record<string, string>>,
): readonly string[] | null {
	if (language === 'log' && attributes.signature === 'read-timeout') return readTimeoutVerdicts;
	const { setting, compare } = attributes;
	if (language === 'openiz' && compare !== undefined)
		return compare === 'instances' ? comparisonVerdicts : [];
	if (language === 'openiz' && setting !== undefined)
		return Object.hasOwn(openizSettings, setting) ? (openizSettings[setting] ?? null) : [];
	return Object.hasOwn(probes, language) ? (probes[language]?.verdicts ?? null) : null;
}
