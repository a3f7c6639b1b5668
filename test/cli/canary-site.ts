/** A site whose every corner holds something that nobody may see. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type pg from 'pg';
import type { LabRole } from '../../src/lab/server.ts';
import { configuration } from '../evidence/openiz/configurations.ts';
import { connect, type LabServer, query } from '../helpers/postgres.ts';
import type { Canaries } from './canaries.ts';

export type Passwords = {
	readonly uri: string;
	readonly environment: string;
	readonly passfile: string;
	readonly service: string;
	readonly rescue: string;
	readonly verifyAs: string;
};

export function plantPasswords(canaries: Canaries): Passwords {
	return {
		uri: canaries.plant('the password of the URI'),
		environment: canaries.plant('PGPASSWORD'),
		passfile: canaries.plant('the password file'),
		service: canaries.plant('the service file'),
		rescue: canaries.plant('the password in --rescue'),
		verifyAs: canaries.plant('the password in --verify-as'),
	};
}

export function rolesWith(passwords: Passwords): readonly LabRole[] {
	const role = (name: string, password: string): LabRole => ({ name, password, attributes: 'superuser' });
	return [
		role('ops_uri', passwords.uri),
		role('ops_env', passwords.environment),
		role('ops_pass', passwords.passfile),
		role('ops_service', passwords.service),
		role('ops_rescue', passwords.rescue),
		{ name: 'ims', password: passwords.verifyAs },
	];
}

/** Names are no secrets on screen; in a report that leaves the building they are tokens. */
export const names = {
	role: 'Asha Mrema',
	database: 'clinic_dodoma',
	application: 'ward 7 of Neema',
} as const;

/** Sessions that sit in an open transaction, or at work, after having said what holds data. */
export async function plantQueries(server: LabServer, canaries: Canaries): Promise<readonly pg.Client[]> {
	const admin = server.uri({ database: names.database });
	await query(admin, 'create table patient (id bigint, name text, born date, data jsonb)');
	await query(admin, "insert into patient values (1, 'x', null, null)");
	const literal = (where: string) => canaries.plant(`a query: ${where}`);
	const long = literal('a string cut off by track_activity_query_size');
	const idle: readonly (readonly string[])[] = [
		[`select '${literal('a string')}'`],
		[`select * from patient where id = ${canaries.plantNumber('a query: a national id as a number')}`],
		[`select $note$${literal('a dollar quote')}$note$`],
		[`select E'${literal('an E string')}\\n', U&'${literal('a U& string')}\\0061'`],
		[`select 1 /* patient ${literal('a comment')} */ -- ${literal('a comment at the end')}`],
		[`select 1 as "born ${literal('a quoted alias')}"`],
		[
			`insert into patient values (2, '${literal('an inserted row')}', '1988-01-02', '{"a": "${literal('JSON')}"}')`,
		],
		[`notify wards, '${literal('the payload of NOTIFY')}'`],
		[`set local app.patient = '${literal('the value of SET')}'`],
		[`do $$ begin perform '${literal('a DO block')}'; end $$`],
		[`prepare p as select * from patient where name = '${literal('PREPARE')}'`],
		['prepare q (text) as select $1', `execute q('${literal('EXECUTE')}')`],
		[`select '${'x'.repeat(900)}', '${long}${'x'.repeat(300)}'`],
		[`select '${'x'.repeat(1005)}${literal('a string that is cut in two')}'`],
		[
			`alter role ims password '${literal('ALTER ROLE')}'`,
			`comment on table patient is '${literal('COMMENT')}'`,
		],
	];
	const clients: pg.Client[] = [];
	for (const statements of idle) {
		const client = await connect(
			server.uri({ user: 'postgres', database: names.database }),
			names.application,
		);
		clients.push(client);
		await client.query('begin');
		for (const statement of statements) await client.query(statement);
	}
	// The last one holds a lock, two wait for it, and one is at work.
	await query(admin, 'create table held (x int)');
	const holder = await connect(admin, names.application);
	await holder.query('begin');
	await holder.query(`lock table held; `);
	await holder.query(`select '${literal('of a session that blocks')}'`);
	clients.push(holder);
	for (const sql of [
		`select * from held where x = 1 and '${literal('of a session that waits')}' <> ''`,
		`select pg_sleep(600), '${literal('of a session at work')}'`,
	]) {
		const client = await connect(admin, names.application);
		clients.push(client);
		client.query(sql).catch(() => undefined);
	}
	return clients;
}

export type Files = {
	readonly passfile: string;
	readonly servicefile: string;
	readonly config: string;
	readonly broken: string;
	readonly secret: string;
	readonly logs: readonly string[];
};

const stamp = (secondsAgo: number): string =>
	new Date(Date.now() - secondsAgo * 1_000).toISOString().slice(0, 19).replace('T', ' ');

/** Files with a secret in each, in a folder of their own. */
export function plantFiles(
	folder: string,
	server: LabServer,
	passwords: Passwords,
	canaries: Canaries,
): Files {
	mkdirSync(folder, { recursive: true });
	const put = (name: string, text: string): string => {
		const path = join(folder, name);
		writeFileSync(path, text, { mode: 0o600 });
		return path;
	};
	const config = (where: string) => canaries.plant(`a configuration: ${where}`);
	const at = `server=127.0.0.1; port=${server.port}; user id=ims`;
	const strings = [
		['PSQL_RW', `${at}; database=${names.database}; password=${config('password=')}; MaxPoolSize=30`],
		['PSQL_RO', `${at}; database=${names.database}; Pwd='${config("Pwd='…'")};x'; MaxPoolSize=30`],
		[
			'Reporting',
			`${at}; database=${names.database}; PASSWORD = "${config('PASSWORD = "…"')} x"; MaxPoolSize=30`,
		],
	] as const;
	const settings = [
		`<add key="ApiSecret" value="${config('a key in appSettings')}"/>`,
		`<!-- <add connectionString="${at}; password=${config('in a comment')}"/> -->`,
	].join('\n');
	const whole = configuration({ strings }).replace(
		'</configuration>',
		`<appSettings>${settings}</appSettings></configuration>`,
	);
	const torn = config('one that is not well-formed');
	const log = (where: string) => canaries.plant(`a log: ${where}`);
	const refusal =
		'Npgsql.PostgresException (0x80004005): 53300: remaining connection slots are reserved for non-replication superuser connections';
	const application = [
		`[@11] : ${stamp(50)} : OpenIZ.Messaging.IMSI Information: 0 : GET imsi/Patient?name=${log('a name in a request')}&tel=${canaries.plantNumber('a log: a telephone number')}`,
		`[@11] : ${stamp(40)} : OpenIZ.Persistence.Data.ADO Error: 0 : Error : ${refusal} for ${log('a name behind an error')} born 1988-01-02 <${log('a mail address')}@clinic.example>`,
		`[@11] : ${stamp(30)} : OpenIZ.Persistence.Data.ADO Error: 0 : server=db;user id=ims;password=${log('a connection string')};`,
		`[@11] : ${stamp(20)} : OpenIZ.Persistence.Data.ADO Error: 0 : Error : ${refusal}`,
	];
	const database = [
		`${stamp(50)}.123 UTC [4711] ims@openiz FATAL:  remaining connection slots are reserved for non-replication superuser connections`,
		`${stamp(40)}.123 UTC [4712] ims@openiz ERROR:  duplicate key value violates unique constraint "patient_pkey"`,
		`${stamp(40)}.123 UTC [4712] ims@openiz DETAIL:  Key (nid)=(${canaries.plantNumber('a log: DETAIL')}) already exists.`,
		`${stamp(40)}.123 UTC [4712] ims@openiz STATEMENT:  insert into patient values ('${log('STATEMENT')}')`,
		`${stamp(30)}.123 UTC [4713] ims@openiz DETAIL:  parameters: $1 = '${log('parameters')}'`,
		`${stamp(20)}.123 UTC [4714] ims@openiz FATAL:  password authentication failed for user "${log('a user who is refused')}"`,
	];
	return {
		passfile: put('pgpass', `127.0.0.1:*:*:ops_pass:${passwords.passfile}\n`),
		servicefile: put(
			'pg_service.conf',
			`[clinic]\nhost=127.0.0.1\nport=${server.port}\nuser=ops_service\ndbname=${names.database}\npassword=${passwords.service}\n`,
		),
		config: put('openiz.exe.config', whole),
		broken: put(
			'broken.exe.config',
			`<configuration><add connectionString=password=${torn}></configuration>`,
		),
		secret: put('secret', `${canaries.plant('--set password=@FILE')}\n`),
		logs: [
			put('OpenIZ_20261122.log', `${application.join('\r\n')}\r\n`),
			put('postgresql-2026-11-22.log', `${database.join('\n')}\n`),
		],
	};
}
