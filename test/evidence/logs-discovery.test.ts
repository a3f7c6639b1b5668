import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { configuredTimeouts, discoverLogs } from '../../src/evidence/logs/discover.ts';
import { readServerClock } from '../../src/evidence/logs/server-clock.ts';
import { createKeeper, type PostgresKeeper } from '../../src/evidence/postgres/keeper.ts';
import { connect, describeOn, holdSlots, query, until } from '../helpers/postgres.ts';
import { found, ims, logFolder, refusal, signature } from './logs-fixtures.ts';
import { settingsFor } from './postgres/surroundings.ts';

const refused = signature('slots-refused');
const clock = () => new Date();

async function withSession<T>(uri: string, body: (keeper: PostgresKeeper) => Promise<T>): Promise<T> {
	const keeper = createKeeper(settingsFor(uri), { clock });
	try {
		await keeper.ensureSession();
		return await body(keeper);
	} finally {
		await keeper.close();
	}
}

/** What is found where nobody gave a log, by the server's own clock. */
function foundUnasked(session: PostgresKeeper['session']) {
	return found({
		check: refused,
		paths: [],
		now: clock(),
		discover: () => discoverLogs({ configs: [], session, clock }),
		serverClock: () => readServerClock(session, clock),
	});
}

const small = { max_connections: 6, superuser_reserved_connections: 3 };

/** How the log is written, by major: as collected and formatted text, and as it is installed. */
const collected = {
	13: { logging_collector: 'on', log_destination: 'csvlog', log_filename: 'pg-%a.log' },
	18: { logging_collector: 'on', log_destination: 'jsonlog', log_timezone: 'Africa/Dar_es_Salaam' },
} as const;

for (const major of [13, 18] as const) {
	describeOn(
		[major],
		'the server’s own log',
		{ settings: { ...small, ...collected[major] }, roles: [{ name: 'app' }] },
		(server) => {
			test('is found where the server collects it, and read by its own clock', async () => {
				const app = server().uri({ user: 'app' });
				const slots = await holdSlots(3, app);
				await expect(connect(app)).rejects.toMatchObject({ code: '53300' });
				await slots.release();
				await withSession(server().superuser, async ({ session }) => {
					const look = () => foundUnasked(session);
					// The collector is a process of its own, and writes when it comes to it.
					const seen = await until(
						async () => {
							const each = await look();
							return each.facts.events === 0 ? null : each;
						},
						{ what: 'the collector to write' },
					);
					expect(seen).toMatchObject({ verdict: 'now', facts: { events: 1, old: 0 } });
					expect(seen.facts.age_s).toBeLessThan(60);
					expect(seen.rows.at(-1)?.file).toMatch(major === 13 ? /pg-\w+\.csv$/ : /postgresql-.*\.json$/);
				});
			});

			test('is not looked for by a role that may not know where it is, and that is said', async () => {
				await withSession(server().uri({ user: 'app' }), async ({ session }) => {
					const { files, problems } = await discoverLogs({ configs: [], session, clock });
					expect(files).toEqual([]);
					expect(problems).toMatchObject([
						{
							why: 'app may not see where the server logs',
							grant: 'GRANT pg_read_all_settings TO "app"',
						},
					]);
				});
			});
		},
	);
}

describeOn([18], 'a log that nobody collects', { settings: small }, (server) => {
	test('is found where the postmaster’s error output goes, and is old after a restart', async () => {
		const app = server().uri({ user: 'app' });
		await query(server().superuser, 'create role app login');
		const slots = await holdSlots(3, app);
		await expect(connect(app)).rejects.toMatchObject({ code: '53300' });
		await slots.release();
		const look = () => withSession(server().superuser, ({ session }) => foundUnasked(session));
		expect(await look()).toMatchObject({ verdict: 'now', rows: [{ file: server().logFile, old: null }] });
		await server().restart();
		expect(await look()).toMatchObject({ verdict: 'earlier', facts: { events: 1, old: 1 } });
	});
});

describe('the log that a configuration names', () => {
	const now = new Date(2019, 1, 28, 19, 30, 0);
	const folder = logFolder(now);
	const listeners = (data: string, used: boolean) => `<?xml version="1.0"?>
<configuration>
  <connectionStrings>
    <add name="a" providerName="Npgsql" connectionString="server=db; database=openiz; Command Timeout=120 "/>
    <add name="b" providerName="Npgsql" connectionString="server=db; database=audit"/>
  </connectionStrings>
  <system.diagnostics>
    <sharedListeners>
      <add name="console" type="System.Diagnostics.ConsoleTraceListener"/>
      <add name="rollOver" type="MARC.HI.EHRS.SVC.Core.Logging.RollOverTextWriterTraceListener, MARC.HI.EHRS.SVC.Core"
           initializeData="${data}"/>
    </sharedListeners>
    <trace autoflush="true"><listeners><add name="console"/>${used ? '<add name="rollOver"/>' : ''}</listeners></trace>
  </system.diagnostics>
</configuration>`;
	const configured = (data: string, used = true): string => {
		mkdirSync(join(folder.path, 'ims'), { recursive: true });
		const path = join(folder.path, 'ims', 'openiz.exe.config');
		writeFileSync(path, listeners(data, used));
		return path;
	};
	const discovered = (config: string) => discoverLogs({ configs: [config], session: null, clock: () => now });

	it('lies beside the program, whatever folder is written before a relative name', async () => {
		const line = ims('2/28/2019 7:24:50 PM', 1, `Error : ${refusal}`);
		folder.log('ims/santé_20190228.log', line);
		folder.log('ims/santé_20190101.log', line, new Date(2019, 0, 1));
		folder.log('ims/other_20190228.log', line);
		const discover = () => discovered(configured('logs\\santé.log'));
		expect(await found({ check: refused, paths: [], now, discover })).toMatchObject({
			verdict: 'now',
			facts: { events: 1, files_read: 1 },
		});
	});

	it('lies where an absolute name says', async () => {
		folder.log('var/openiz_20190228.log', ims('2/28/2019 7:24:50 PM', 1, `Error : ${refusal}`));
		const { files } = await discovered(configured(join(folder.path, 'var', 'openiz.log')));
		expect(files).toMatchObject([{ path: join(folder.path, 'var', 'openiz_20190228.log') }]);
	});

	it.each([
		['openiz.log', true, /no openiz_\*\.log is in .*ims$/],
		['openiz.log', false, /writes no log file \(no roll-over listener is in use\)/],
		['C:\\OpenIZ\\openiz.log', true, /logs to C:\\OpenIZ\\openiz\.log, which is on another machine/],
	])('%s, in use: %s: says why none was found', async (data, used, why) => {
		const { files, problems } = await discovered(configured(data, used));
		expect(files).toEqual([]);
		expect(problems[0]?.why).toMatch(why);
	});

	it('tells how long a command may take', async () => {
		expect(await configuredTimeouts([configured('openiz.log')])).toEqual([120_000, 30_000]);
	});
});
