/**
 * `standbys apply raised=:standbys`: the order in which a primary and its standbys are raised. A standby that allows less
 * than its primary stops following (up to 13 it stops altogether), so it comes first. Nothing is changed here.
 */
import type { PostgresSession } from '../evidence/postgres/postgres.ts';
import { attributeValue, parameterOf } from './attribute.ts';
import type { Effect, Prepared } from './effect.ts';
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
	async prepare({ session, solution, fence, values }): Promise<Prepared> {
		if (session === null) return { kind: 'unavailable', why: 'there is no session', next: ['connect first'] };
		const next = await nextStart(session, plannedSettings(solution, values));
		if ('unreadable' in next) return missingRight(session, next.unreadable);
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
		if (attributeValue(fence, 'raised', values) !== 'raised') {
			const problem = `${who} ${found.length === 1 ? 'follows' : 'follow'} this server and would stop: make ${inWords(raised)} there first, restart ${found.length === 1 ? 'it' : 'each'}, then say raised`;
			const name = parameterOf(fence, 'raised');
			if (name === null) return { kind: 'unavailable', why: problem, next: [] };
			return { kind: 'parameter', name, problem, choices: ['raised'] };
		}
		const said = `You say that the standbys were raised and restarted first: ${who}. That is not proved: one that has less than ${inWords(raised)} stops following.`;
		return {
			kind: 'ready',
			effect: {
				statements: [],
				consequences: [said],
				undoable: [],
				diff: null,
				apply: async () => ({
					rows: [],
					done: [
						{
							what: `the standbys come first: ${who}`,
							status: 'skipped',
							why: 'a person said that it is so',
						},
					],
					failure: null,
				}),
			},
		};
	},
};

async function isStandby(session: PostgresSession): Promise<boolean> {
	const { rows } = await session.read('select pg_is_in_recovery() as standby');
	return rows[0]?.standby === true;
}

function inWords(changes: readonly StartChange[]): string {
	return changes.map(({ name, to }) => `${name} ${to}`).join(', ');
}
