/**
 * `standbys apply raised=:standbys on=standby`: the order in which a primary and its standbys are raised. A standby that allows less
 * than its primary stops following (up to 13 it stops altogether), so it comes first. It is
 * proved where there is one and it may be looked at, else a person's word is taken. Nothing is changed here.
 */
import type { PostgresSession } from '../evidence/postgres/postgres.ts';
import { attributeValue, parameterOf } from './attribute.ts';
import type { Effect, Prepared } from './effect.ts';
import {
	type ConnectTo,
	type OtherServer,
	onOtherServer,
	otherServerOf,
	otherServerProblem,
} from './other-server.ts';
import { lowerThan, settingsOf } from './replication/primary-needs.ts';
import { standbyOf } from './replication/standby-proof.ts';
import { missingRight, nextStart, plannedSettings, type StartChange } from './restart/next-start.ts';

/** A standby must have at least its primary's value of each. */
const follow: ReadonlySet<string> = new Set([
	'max_connections',
	'max_worker_processes',
	'max_wal_senders',
	'max_prepared_transactions',
	'max_locks_per_transaction',
]);

/** What receives, subscribers and backups apart; and slots whose standby is away at the moment. */
const standbysQuery = `select coalesce(nullif(r.application_name, ''), 'a standby') || coalesce(' at ' || host(r.client_addr), '') as standby
from pg_stat_replication r
where r.state is distinct from 'backup'
  and not exists (select from pg_replication_slots l where l.slot_type = 'logical' and l.active_pid = r.pid)
union
select 'the one of slot ' || s.slot_name || ' (away now)'
from pg_replication_slots s where s.slot_type = 'physical' and not s.active and s.restart_lsn is not null
order by 1`;

export const standbys: Effect = {
	language: 'standbys',
	async prepare({ session, solution, fence, values, connectTo }): Promise<Prepared> {
		if (session === null) return { kind: 'unavailable', why: 'there is no session', next: ['connect first'] };
		const next = await nextStart(session, plannedSettings(solution, values));
		if ('unreadable' in next)
			return missingRight(
				session,
				next,
				'Where standbys follow this server and a setting is raised: have it raised on each of them first, and each restarted.',
			);
		const changes = next.changes.filter(({ name }) => follow.has(name));
		const lowered = changes.filter(({ from, to }) => Number(to) < Number(from));
		if (lowered.length > 0 && (await isStandby(session)))
			return {
				kind: 'unavailable',
				why: `this server is a standby, and would not start with less than its primary has: ${inWords(lowered)}`,
				next: ['lower the primary first, let this one replay that, then lower it here'],
			};
		const raised = changes.filter(({ from, to }) => Number(to) > Number(from));
		if (raised.length === 0) return { kind: 'nothing to do', why: 'no standby has to come first' };
		const { rows } = await session.read(standbysQuery);
		const found = rows.map(({ standby }) => String(standby));
		if (found.length === 0) return { kind: 'nothing to do', why: 'no standby follows this server' };
		const who = found.join(', ');
		const { parameter, conninfo } = otherServerOf(fence, values);
		const proof =
			conninfo === null || connectTo === null
				? null
				: await proved(connectTo, { parameter, conninfo }, session, raised);
		if (proof !== null && 'kind' in proof) return proof;
		if (proof !== null && found.length === 1) return told(`The standby comes first: ${proof.sentence}.`);
		if (attributeValue(fence, 'raised', values) !== 'raised') {
			const each = found.length === 1 ? 'it' : 'each';
			const problem = `${who} ${found.length === 1 ? 'follows' : 'follow'} this server and would stop. First, on ${each}: ${settingIt(raised)}; restart ${each}; then say raised. With “${parameter}” given, how it is reached, that is looked at instead`;
			const name = parameterOf(fence, 'raised');
			if (name === null) return { kind: 'unavailable', why: problem, next: [] };
			return { kind: 'parameter', name, problem, choices: ['raised'] };
		}
		return told(
			`You say that the standbys were raised and restarted first: ${who}. ${proof === null ? 'That is not proved' : `Of one it is proved (${proof.sentence})`}: one that has less than ${inWords(raised)} stops following.`,
		);
	},
};

function told(said: string): Prepared {
	return {
		kind: 'ready',
		effect: {
			statements: [],
			consequences: [said],
			undoable: [],
			diff: null,
			apply: async () => ({ rows: [], done: [{ what: said, status: 'skipped', why: null }], failure: null }),
		},
	};
}

/** Whether that standby has been raised and restarted. */
async function proved(
	connectTo: ConnectTo,
	other: OtherServer,
	session: PostgresSession,
	raised: readonly StartChange[],
): Promise<{ readonly sentence: string } | Extract<Prepared, { readonly kind: 'parameter' }>> {
	const not = (problem: string) => ({
		kind: 'parameter' as const,
		name: other.parameter,
		problem,
		choices: [],
	});
	const wanted = new Map(raised.map(({ name, to }) => [name, Number(to)]));
	try {
		return await onOtherServer(connectTo, other, session, async (standby) => {
			const { where, why } = await standbyOf(standby, session);
			if (why !== null) return not(`${where} ${why}`);
			const lower = lowerThan(wanted, await settingsOf(standby));
			if (lower.size === 0) return { sentence: `${where} has ${inWords(raised)} or more` };
			return not(`${where} has less. First, there: ${settingIt(raised)}; and restart it`);
		});
	} catch (error) {
		const problem = otherServerProblem(error);
		if (problem === null) throw error;
		return not(problem);
	}
}

async function isStandby(session: PostgresSession): Promise<boolean> {
	const { rows } = await session.read('select pg_is_in_recovery() as standby');
	return rows[0]?.standby === true;
}

function settingIt(changes: readonly StartChange[]): string {
	return changes.map(({ name, to }) => `alter system set ${name} = ${to}`).join('; ');
}

function inWords(changes: readonly StartChange[]): string {
	return changes.map(({ name, to }) => `${name} ${to}`).join(', ');
}
