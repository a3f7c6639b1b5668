/**
 * What each query of KB008 costs a server with thousands of sessions, most of them idle, some in a queue for one lock:
 * `npm run cost`, or with the number of sessions and the major as arguments (`npm run cost -- 1000 13`).
 */
import { readFile } from 'node:fs/promises';
import { performance } from 'node:perf_hooks';
import pg from 'pg';
import type { Fence } from '../../src/article/article.ts';
import { bindParameters } from '../../src/article/parameters.ts';
import { gaugeQuery, identityQuery } from '../../src/evidence/postgres/statements.ts';
import { allMajors, type Major } from '../../src/lab/binaries.ts';
import { type LabServer, startServer } from '../../src/lab/server.ts';
import type { Facts } from '../../src/machine/ports.ts';
import { fits, kb008 } from '../content/kb008.ts';
import { openSession, openSessions, say, sayOnly } from './many-sessions.ts';

/** What is cheap: less than a person notices, and little beside what the sessions themselves cost. */
const cheapMs = 50;
const repeats = 5;

/** Of the sessions, so many wait for one lock: more have hardly been seen at once. */
const waiters = 300;

type Measured = { readonly what: string; readonly ms: number };

const [sessions = 5_000, majorAsked = 18] = process.argv.slice(2).map(Number);
const major = allMajors.find((known) => known === majorAsked);
if (major === undefined) throw new Error(`PostgreSQL ${majorAsked} is none of ${allMajors.join(', ')}`);

async function connected(uri: string): Promise<Session> {
	const client = new pg.Client({ connectionString: uri, application_name: 'kbwizard' });
	await client.connect();
	await client.query('SET search_path = pg_catalog, pg_temp; SET statement_timeout = 60000');
	if (major !== undefined && major >= 11) await client.query('SET jit = off');
	const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
	return { client, pid: rows[0]?.pid ?? Number.NaN };
}

/** Nanoseconds of the processor that this backend has had (Linux); elsewhere the clock's, which a busy machine adds to. */
async function spent(pid: number): Promise<number> {
	const text = await readFile(`/proc/${pid}/schedstat`, 'utf8').catch(() => null);
	return text === null ? performance.now() * 1e6 : Number(text.split(' ')[0]);
}

/** A session that is measured, and the process that serves it. */
type Session = { readonly client: pg.Client; readonly pid: number };

/** The server's time for one query, the median of some, and its columns. */
async function measured(
	{ client, pid }: Session,
	sql: string,
	facts: Facts,
): Promise<{ ms: number; row: Facts }> {
	const { text, values } = bindParameters(sql, facts);
	const times: number[] = [];
	let row: Facts = {};
	for (let time = 0; time < repeats; time += 1) {
		const before = await spent(pid);
		const { rows } = await client.query<Facts>(text, [...values]);
		times.push(((await spent(pid)) - before) / 1e6);
		row = rows[0] ?? {};
	}
	return { ms: times.toSorted((a, b) => a - b)[Math.floor(repeats / 2)] ?? Number.NaN, row };
}

async function measureAll(session: Session, on: Major): Promise<readonly Measured[]> {
	const article = kb008();
	const results: Measured[] = [];
	let known: Facts = { database: 'openiz' };
	const of = async (what: string, sql: string): Promise<Facts> => {
		const { ms, row } = await measured(session, sql, known);
		results.push({ what, ms });
		return row;
	};
	await of('(one look at pg_stat_activity)', 'select count(wait_event) from pg_stat_activity');
	await of('(the gauge)', gaugeQuery(on * 10_000));
	await of('(who we are)', identityQuery(on * 10_000));
	const covering = (fences: readonly Fence[]) => fences.find((fence) => fits(fence, on));
	for (const { id, checks, evidence } of article.checks) {
		const [check, rows] = [covering(checks), covering(evidence)];
		if (check !== undefined) known = { ...known, ...(await of(id, check.body)) };
		if (rows !== undefined) await of(`${id}: rows`, rows.body);
	}
	for (const { id, steps } of article.solutions) {
		for (const preview of steps.flatMap(({ previews }) => covering(previews) ?? []))
			await of(`${id}: preview`, preview.body);
	}
	return results;
}

function print(title: string, results: readonly Measured[]): void {
	const total = results.reduce((sum, { ms }) => sum + ms, 0);
	console.log(`\n${title}: ${results.length} queries, ${total.toFixed(0)} ms in all`);
	for (const { what, ms } of results.toSorted((a, b) => b.ms - a.ms).slice(0, 12))
		console.log(`  ${ms.toFixed(1).padStart(8)} ms  ${what}${ms > cheapMs ? '  NOT CHEAP' : ''}`);
}

async function measureAs(server: LabServer, user: string, title: string): Promise<void> {
	const session = await connected(server.uri({ user, database: 'openiz', socket: true }));
	try {
		print(`${title}, as ${user}`, await measureAll(session, server.major));
	} finally {
		await session.client.end();
	}
}

const server = await startServer({
	major,
	databases: ['openiz'],
	roles: [{ name: 'ims' }, { name: 'watcher', attributes: 'IN ROLE pg_monitor' }, { name: 'stranger' }],
	settings: { max_connections: sessions + 20, shared_buffers: '128MB', log_min_messages: 'fatal' },
});
try {
	if (server.socketDir === null) throw new Error('so many sessions need Unix sockets');
	const login = { path: `${server.socketDir}/.s.PGSQL.${server.port}`, user: 'ims', database: 'openiz' };
	const started = performance.now();
	const open = await openSessions(sessions, login, 'ims');
	console.log(
		`PostgreSQL ${server.version}, ${open.length} sessions opened in ${((performance.now() - started) / 1_000).toFixed(1)} s`,
	);
	for (const user of ['postgres', 'watcher', 'stranger']) await measureAs(server, user, 'all idle');

	const owner = await openSession({ ...login, user: 'postgres' }, 'import');
	await say(owner, 'CREATE TABLE patient (id int); GRANT ALL ON patient TO ims');
	await say(owner, 'BEGIN; LOCK TABLE patient');
	const [queue, inTransaction] = [open.slice(0, waiters), open.slice(waiters, 2 * waiters)];
	for (const socket of queue) sayOnly(socket, 'SELECT FROM patient');
	await Promise.all(inTransaction.map((socket) => say(socket, 'BEGIN; SELECT 1 FROM pg_class LIMIT 1')));
	const { client: admin } = await connected(server.uri({ database: 'openiz', socket: true }));
	let waiting = 0;
	while (waiting < queue.length) {
		const { rows } = await admin.query<{ n: number }>(
			'SELECT count(*)::int AS n FROM pg_locks WHERE NOT granted',
		);
		waiting = rows[0]?.n ?? 0;
	}
	await admin.end();
	for (const user of ['postgres', 'stranger'])
		await measureAs(
			server,
			user,
			`${queue.length} waiting for one lock, ${inTransaction.length} idle in transaction`,
		);
	for (const socket of [...open, owner]) socket.destroy();
} finally {
	await server.stop();
}
