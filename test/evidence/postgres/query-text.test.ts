import { expect, it } from 'vitest';
import { attemptSession } from '../../../src/evidence/postgres/attempt.ts';
import { resolveSettings } from '../../../src/evidence/postgres/connection-settings.ts';
import type { PostgresSession } from '../../../src/evidence/postgres/postgres.ts';
import { connect, describeOn, testMajors } from '../../helpers/postgres.ts';
import { machine } from './surroundings.ts';

async function open(uri: string): Promise<PostgresSession> {
	const settings = resolveSettings({ conninfo: uri }, machine());
	const { session, attempt } = await attemptSession(settings, { clock: () => new Date() });
	if (session === null) throw new Error(attempt.failure?.message);
	return session;
}

/** What a session of pg_stat_activity ran last, and what is shown of it. */
const asked: readonly (readonly [sql: string, shown: string])[] = [
	["select 'Asha' as name, 19880102 as born -- patient Asha", 'select $1 as name, $2 as born'],
	["select set_config('application_name', 'agent', false)", 'select set_config($1, $2, $3)'],
	["set application_name = 'agent Asha'", 'SET …'],
	["notify wards, 'Asha has come'", 'NOTIFY …'],
	["do $$ begin perform 'Asha'; end $$", 'DO …'],
	['commit', 'COMMIT'],
	[`select '${'Asha '.repeat(400)}'`, 'SELECT …'],
];

describeOn(testMajors, "other people's queries", {}, (server) => {
	it('come in without what they look for', async () => {
		const session = await open(server().superuser);
		const client = await connect(server().superuser);
		const shown = async (columns: string, sql: string) => {
			await client.query(sql);
			const { rows } = await session.read(
				`select ${columns} from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()`,
			);
			return rows;
		};
		for (const [sql, expected] of asked)
			expect(await shown('query, query as last_query', sql)).toEqual([
				{ query: expected, last_query: expected },
			]);
		// By a name that says nothing it is still known for what it is.
		const [row] = await shown(
			'left(query, 40), query as q, array[query] as list',
			"select 'Asha' from pg_class limit 1",
		);
		expect(row).toMatchObject({
			left: 'select $1 from pg_class limit $2',
			q: 'select $1 from pg_class limit $2',
		});
		expect(JSON.stringify(row)).not.toContain('Asha');
		await client.end();
		await session.close();
	});

	it('stay as PostgreSQL says it where there is none, and do not take long where there are many', async () => {
		const session = await open(server().superuser);
		const { rows } = await session.read(
			"select '<insufficient privilege>' as query union all select '' union all select null",
		);
		expect(rows.map(({ query }) => query)).toEqual(['<insufficient privilege>', '', null]);
		const many = await session.read(
			"select 'select name from patient where id = ' || n as query from generate_series(1, 1000) n",
		);
		expect(many.rows[0]).toEqual({ query: 'select name from patient where id = $1' });
		expect(many.rows.at(-1)).toEqual({ query: 'SELECT … FROM … WHERE …' });
		await session.close();
	});
});
