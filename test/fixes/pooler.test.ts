/** KB008's pooler: its configuration made for a real server, and a real PgBouncer run with it. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { freePort } from '../../src/lab/free-port.ts';
import type { Applied, ParameterValues, Plan, Planned } from '../../src/machine/ports.ts';
import { kb008 } from '../content/kb008.ts';
import { describeBehindPgbouncer, pgbouncerFolder, startPgbouncer } from '../helpers/pgbouncer.ts';
import { connect, holdSlots, type LabServer, query, testMajors } from '../helpers/postgres.ts';
import { solutionOf } from './article.ts';
import { type Fixing, fixingOn } from './fixing.ts';

const options = {
	auth: 'scram' as const,
	settings: { max_connections: 25, superuser_reserved_connections: 3 },
	databases: ['openiz', 'openiz_audit', 'o d'],
	roles: [
		{ name: 'ims', password: `i"m's \\pw` },
		{ name: 'audit', password: 'w0rd' },
	],
};
const password = `i"m's \\pw`;
const id = 'put-a-pooler-in-front';

type Site = Fixing & {
	/** Plans one step, and carries it out. */
	step(name: string, more?: ParameterValues): Promise<{ readonly plan: Plan; readonly applied: Applied }>;
	plannedStep(name: string, more?: ParameterValues): Promise<Planned>;
	readonly files: { readonly path: string; readonly userlist: string };
	readonly port: number;
	uri(database?: string): string;
};

async function site(server: LabServer, parameters: ParameterValues = {}): Promise<Site> {
	const folder = await pgbouncerFolder(server);
	const port = await freePort();
	const files = { path: join(folder, 'pgbouncer.ini'), userlist: join(folder, 'userlist.txt') };
	const fixing = await fixingOn(server.uri({ database: 'openiz' }), { article: kb008() });
	const plannedStep = (name: string, more: ParameterValues = {}) =>
		fixing.fixer.plan({
			solution: solutionOf(kb008(), id),
			step: name,
			parameters: {
				...files,
				role: 'ims',
				listen_port: String(port),
				...parameters,
				...more,
			},
			facts: {},
			server: fixing.keeper.session?.server ?? null,
		});
	return {
		...fixing,
		files,
		port,
		plannedStep,
		async step(name, more) {
			const planned = await plannedStep(name, more);
			if (planned.kind !== 'plan') throw new Error(`no plan: ${JSON.stringify(planned)}`);
			const consent = { yes: true, typed: null };
			return {
				plan: planned.plan,
				applied: await fixing.fixer.apply(planned.plan, consent, () => undefined),
			};
		},
		uri: (database = 'openiz') =>
			`postgresql://ims:${encodeURIComponent(password)}@127.0.0.1:${port}/${encodeURIComponent(database)}`,
	};
}

async function started({ files, port }: Site) {
	const pgbouncer = await startPgbouncer(files.path, port);
	onTestFinished(pgbouncer.stop);
	return pgbouncer;
}

describeBehindPgbouncer(testMajors, 'a pooler in front', options, (server) => {
	test('is configured for this server, runs as it was shown, lets clients wait, and goes again', async () => {
		const here = await site(server(), { max_client_conn: '60' });
		const { plan, applied } = await here.step('install-and-size-it');
		expect(applied).toMatchObject({ outcome: 'done', failure: null });
		const shown = plan.diff?.split('\n').filter((line) => line.startsWith('+') && !line.startsWith('+++'));
		expect(shown?.map((line) => `${line.slice(1)}\n`).join('')).toBe(readFileSync(here.files.path, 'utf8'));
		// 22 slots for ordinary roles: 12 for the pools, one of them in reserve.
		for (const line of ['default_pool_size = 11', 'reserve_pool_size = 1', 'max_db_connections = 12'])
			expect(shown).toContain(`+${line}`);
		expect(shown?.[0]).toContain('92 open files');

		expect(plan.consequences).toContainEqual(
			expect.stringMatching(/does not let clients into: o d, openiz_audit, postgres\./),
		);
		expect((await here.plannedStep('install-and-size-it')).kind).toBe('nothing to do');

		const users = await here.step('give-it-the-password', { password });
		expect(JSON.stringify([users.plan, here.journal.records])).not.toMatch(/i\\*"m's/);
		expect(statSync(here.files.userlist).mode & 0o777).toBe(0o600);

		const before = await here.step('see-that-it-pools', { pooler: here.uri() });
		expect(before.applied).toMatchObject({ outcome: 'nothing', failure: { code: 'ECONNREFUSED' } });
		await started(here);
		const proof = await here.step('see-that-it-pools', { pooler: here.uri() });
		expect(proof.applied).toMatchObject({
			outcome: 'done',
			done: [
				{ what: expect.stringMatching(/^ims gets into openiz through PgBouncer .* session mode, up to 11/) },
			],
		});
		expect(JSON.stringify(here.journal.records)).not.toContain(encodeURIComponent(password));

		const held = await holdSlots(30, here.uri());
		onTestFinished(() => held.release());
		const answers = held.clients.map((client) => client.query('select 1').then(() => client.end()));
		await Promise.all(answers);
		const [count] = await query(
			server().superuser,
			"select count(*)::int as sessions from pg_stat_activity where usename = 'ims'",
		);
		expect(count?.sessions).toBeLessThanOrEqual(12);

		const undone = await here.fixer.undo(here.journal.records, () => undefined);
		expect(undone.skipped).toEqual([]);
		expect(undone.undone).toHaveLength(2);
		expect(readdirSync(dirname(here.files.path))).toEqual([]);
	});

	test('shares the slots out over several databases, and takes SCRAM as well', async () => {
		const here = await site(server(), { database: 'openiz, openiz_audit, o d', auth_type: 'scram-sha-256' });
		await here.step('install-and-size-it');
		await here.step('give-it-the-password', { password });
		const second = await here.step('give-it-the-password', { role: 'audit', password: 'w0rd' });
		expect(second.plan.diff?.split('\n').slice(3)).toEqual([' "ims" ***', '+"audit" ***']);
		const text = readFileSync(here.files.path, 'utf8');
		const behind = `host='127.0.0.1' port=${server().port}`;
		expect(text).toContain(
			`o_d = ${behind} dbname='o d'\nopeniz = ${behind} dbname='openiz'\nopeniz_audit = ${behind} dbname='openiz_audit'\n\n`,
		);
		expect(text).toContain('max_db_connections = 4\n');
		// A list is mended as a whole, not by one of its names.
		expect(await here.plannedStep('install-and-size-it', { database: 'openiz, openiz_audt' })).toMatchObject({
			kind: 'parameter',
			suggestion: 'openiz, openiz_audit',
			choices: [],
			problem: expect.stringContaining('which has o d, openiz, openiz_audit, postgres'),
		});
		await started(here);
		for (const [listed, database] of Object.entries({
			openiz: 'openiz',
			openiz_audit: 'openiz_audit',
			o_d: 'o d',
		})) {
			const client = await connect(here.uri(listed));
			const { rows } = await client.query('select current_database() as database');
			expect(rows).toEqual([{ database }]);
			await client.end();
		}
		await expect(connect(here.uri('postgres'))).rejects.toThrow('no such database');
		const pooler = `postgresql://audit:w0rd@127.0.0.1:${here.port}/openiz`;
		expect((await here.step('see-that-it-pools', { pooler })).applied).toMatchObject({
			outcome: 'done',
			done: [{ what: expect.stringMatching(/^audit gets into openiz .* does not let audit look/) }],
		});
		const undone = await here.fixer.undo(here.journal.records, () => undefined);
		expect(undone.skipped).toEqual([]);
		expect(readdirSync(dirname(here.files.path))).toEqual([]);
	});

	test('what is no pooler is not taken for one', async () => {
		const here = await site(server());
		const { applied } = await here.step('see-that-it-pools', {
			pooler: server().uri({ user: 'ims', database: 'openiz' }),
		});
		expect(applied).toMatchObject({
			outcome: 'nothing',
			failure: { code: 'not-pooled', message: expect.stringContaining('There is no pooler at 127.0.0.1') },
		});
		expect(await here.plannedStep('see-that-it-pools')).toMatchObject({
			kind: 'parameter',
			name: 'pooler',
			secret: true,
		});
	});

	test('through a pooler nothing is changed: the direct address is asked for', async () => {
		const here = await site(server());
		await here.step('install-and-size-it');
		await here.step('give-it-the-password', { password });
		await started(here);
		const through = await fixingOn(here.uri(), { article: kb008() });
		expect(await through.plan('disconnect-idle-clients')).toMatchObject({
			kind: 'unavailable',
			why: expect.stringContaining('a pooler stands between'),
			next: [expect.stringContaining('the server itself')],
		});
	});
});
