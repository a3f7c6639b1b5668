import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { describeOn, holdSlots, testMajors } from '../helpers/postgres.ts';
import { misfits } from '../report/json-schema.ts';
import { run } from './run-cli.ts';

const schema: unknown = JSON.parse(
	await readFile(new URL('../../src/report/schema/diagnosis-1.json', import.meta.url), 'utf8'),
);

describeOn(
	testMajors,
	'check',
	{
		settings: { max_connections: '20', superuser_reserved_connections: '3' },
		auth: 'scram',
		databases: ['openiz'],
		roles: [{ name: 'ims', password: 'w0rd', attributes: '' }],
	},
	(server, major) => {
		const app = (): string => server().uri({ user: 'ims', database: 'openiz' });

		test('a healthy server is ok, in one line and one document', async () => {
			const text = await run(['check', 'KB008', app()]);
			expect(text, text.stderr).toMatchObject({ status: 0, stderr: '' });
			expect(text.stdout).toMatch(/^OK - .* \| used=\d+;13;16;0;17\n/);
			const json = await run(['check', 'KB008', app(), '--json']);
			const diagnosis = JSON.parse(json.stdout);
			expect(misfits(diagnosis, schema)).toEqual([]);
			expect(diagnosis).toMatchObject({
				severity: 'ok',
				server: { user: 'ims', database: 'openiz', slot: 'ordinary' },
				causes: [],
			});
			expect(diagnosis.server.versionNum).toBeGreaterThan(major * 10_000);
		});

		test('with every ordinary slot taken it is critical, whoever asks', async () => {
			const held = await holdSlots(17, app());
			try {
				const refused = JSON.parse((await run(['check', 'KB008', app(), '--json'])).stdout);
				expect(misfits(refused, schema)).toEqual([]);
				expect(refused).toMatchObject({ severity: 'critical', server: { slot: null, user: 'ims' } });
				expect(refused.findings[0]).toMatchObject({
					check: 'can-we-connect',
					verdict: 'ordinary slots gone',
					error: { code: '53300', routine: 'InitPostgres', layer: 'startup' },
				});
				const inside = await run(['check', 'KB008', server().superuser]);
				expect(inside.status).toBe(2);
				expect(inside.stdout.split('\n')[0]).toMatch(
					/^CRITICAL - 17 of 17 slots are taken.* \| used=17;13;16;0;17$/,
				);
				const rescued = JSON.parse(
					(await run(['check', 'KB008', app(), '--rescue', server().superuser, '--json'])).stdout,
				);
				expect(rescued.server).toMatchObject({ slot: 'reserved' });
				expect(rescued.findings.map(({ verdict }: { verdict: string }) => verdict)).toEqual(
					expect.arrayContaining(['ordinary slots gone', 'full']),
				);
			} finally {
				await held.release();
			}
		});

		test('a wrong password is a finding, and stays out of sight', async () => {
			const uri = app().replace('w0rd', 'wr0ng-w0rd');
			const { status, stdout, stderr } = await run(['check', 'KB008', uri, '--json']);
			expect(status).toBe(2);
			expect(JSON.parse(stdout).findings[0]).toMatchObject({
				verdict: 'credentials refused',
				error: { code: '28P01', layer: 'authentication' },
			});
			expect(stdout + stderr).not.toContain('wr0ng-w0rd');
		});
	},
);

test('where nothing listens, there is no server in the document', async () => {
	const { status, stdout } = await run(['check', 'KB008', '-h', '127.0.0.1', '-p', '1', '-U', 'x', '--json']);
	const diagnosis = JSON.parse(stdout);
	expect(misfits(diagnosis, schema)).toEqual([]);
	expect(status).toBe(2);
	expect(diagnosis).toMatchObject({
		server: null,
		severity: 'critical',
		causes: [{ id: 'nothing-listens-there' }],
	});
	expect(diagnosis.findings[0].error).toMatchObject({ code: 'ECONNREFUSED', layer: 'tcp' });
});
