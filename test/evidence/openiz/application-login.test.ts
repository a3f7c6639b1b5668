import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createApplicationLogin } from '../../../src/evidence/openiz/application-login.ts';
import { resolveSettings } from '../../../src/evidence/postgres/connection-settings.ts';
import { describeOn, query, testMajors } from '../../helpers/postgres.ts';
import { machine } from '../postgres/surroundings.ts';
import { configuration, password } from './configurations.ts';

const check = {
	line: 1,
	id: 'c',
	title: 'c',
	prose: '',
	checks: [],
	evidence: [],
	branches: [],
	byHand: null,
};

describeOn(
	testMajors,
	'the way in that the configuration says',
	{ roles: [{ name: 'ims' }, { name: 'reports' }], databases: ['openiz', 'openiz_reporting'] },
	(server) => {
		/** Asked by a superuser, of a file with these strings: name, role, database, port. */
		function asked(
			strings: readonly (readonly [string, string, string])[],
			port = server().port,
			conninfo = server().uri({ database: 'postgres' }),
		) {
			const folder = mkdtempSync(join(tmpdir(), 'kbwizard-login-'));
			onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
			const file = join(folder, 'openiz.exe.config');
			const text = (user: string, database: string): string =>
				`server=localhost; port=${port}; database=${database}; user id=${user}; password=${password}; MaxPoolSize=5`;
			writeFileSync(
				file,
				configuration({ strings: strings.map(([name, user, database]) => [name, text(user, database)]) }),
			);
			const observe = createApplicationLogin({
				paths: [file],
				settings: resolveSettings({ conninfo }, machine()),
				clock: () => new Date(),
			});
			return observe({ check, facts: {} }, new AbortController().signal);
		}

		test('is tried for each of its databases, and the first refusal is the answer', async () => {
			const strings = [
				['PSQL_RW', 'ims', 'openiz'],
				['PSQL_RO', 'ims', 'openiz'],
				['Reporting', 'reports', 'openiz_reporting'],
			] as const;
			expect(await asked(strings)).toMatchObject({
				verdict: 'connected',
				facts: { user: 'ims', database: 'openiz' },
				rows: [
					{ string: 'PSQL_RW', answer: 'connected' },
					{ string: 'Reporting', role: 'reports' },
				],
			});
			await query(server().uri({ database: 'postgres' }), 'alter role reports connection limit 0');
			const refused = await asked(strings);
			await query(server().uri({ database: 'postgres' }), 'alter role reports connection limit -1');
			expect(refused).toMatchObject({
				verdict: 'role limit',
				facts: { user: 'reports', database: 'openiz_reporting', code: '53300' },
				rows: [{ answer: 'connected' }, { answer: 'role limit' }],
			});
			expect(JSON.stringify(refused)).not.toContain(password);
		});

		test('tells its password to no other of several hosts than the one that it names', async () => {
			let visitors = 0;
			const other = createServer((socket) => {
				visitors += 1;
				socket.destroy();
			});
			await once(other.listen(0, '127.0.0.1'), 'listening');
			onTestFinished(() => void other.close());
			const address = other.address();
			const otherPort = address !== null && typeof address === 'object' ? address.port : 0;
			const { port } = server();
			const both = `host=127.0.0.1,127.0.0.1 port=${otherPort},${port} user=ims dbname=postgres`;
			expect(await asked([['PSQL_RW', 'ims', 'openiz']], port, both)).toMatchObject({
				verdict: 'connected',
				facts: { user: 'ims', database: 'openiz' },
			});
			expect(visitors).toBe(0);
		});

		test('is not tried where it leads to another server', async () => {
			expect(await asked([['PSQL_RW', 'ims', 'openiz']], 1)).toMatchObject({
				kind: 'failed',
				failure: { code: 'elsewhere', message: expect.stringContaining('localhost:1') },
			});
		});
	},
);
