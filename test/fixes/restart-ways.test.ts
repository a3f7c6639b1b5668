/** Who may restart a server from here, and by which commands: as told, nothing is run. */
import { describe, expect, test } from 'vitest';
import type { Located, Postmaster } from '../../src/evidence/host/postmaster.ts';
import { absurdity } from '../../src/fixes/restart/more-slots.ts';
import { startProblem } from '../../src/fixes/restart/start-rules.ts';
import { commandsOf, ordersFor, waysOf } from '../../src/fixes/restart/ways.ts';

const byHand: Postmaster = {
	pid: 4711,
	dataDir: '/srv/pg data',
	binDir: '/opt/pg/bin',
	options: ['-c', "config_file=/etc/pg/it's.conf"],
	owner: { uid: 26, gid: 26 },
	groups: [],
	environment: { LANG: 'de_DE.UTF-8' },
	manager: { kind: 'nobody' },
	output: { kind: 'file', path: '/var/log/pg.log' },
	mostProcesses: null,
};

function here(postmaster: Partial<Postmaster> = {}, uid = 26, platform = 'linux') {
	return {
		here: true,
		postmaster: { ...byHand, ...postmaster },
		self: { uid, platform },
	} as const satisfies Located;
}

describe('who may', () => {
	test('its own user, and root, where nobody else looks after it', () => {
		expect(waysOf(here()).possible).toEqual(['pg_ctl', 'somebody else']);
		expect(waysOf(here({}, 0)).possible).toEqual(['pg_ctl', 'somebody else']);
		expect(waysOf(here({}, 1000))).toMatchObject({
			possible: ['somebody else'],
			whyNot: expect.stringContaining('another user'),
			byHand: "/opt/pg/bin/pg_ctl restart -D '/srv/pg data' -m fast, as the server's own user",
		});
	});

	test('not where it would not come back as it was', () => {
		expect(waysOf(here({ output: { kind: 'other', path: '/dev/pts/3' } })).possible).toEqual([
			'somebody else',
		]);
		expect(waysOf(here({ groups: [101] }, 0)).possible).toEqual(['somebody else']);
		expect(waysOf(here({ groups: [101] })).possible).toContain('pg_ctl');
	});

	test('a service by its manager, and by nothing else', () => {
		const unit = { manager: { kind: 'systemd', unit: 'postgresql@15-main.service' } } as const;
		expect(waysOf(here(unit, 0)).possible).toEqual(['service', 'somebody else']);
		expect(waysOf(here(unit))).toMatchObject({
			possible: ['somebody else'],
			byHand: 'sudo systemctl restart postgresql@15-main.service',
		});
		expect(commandsOf(ordersFor('service', here(unit, 0), [], false))).toEqual([
			'systemctl --no-ask-password stop postgresql@15-main.service',
			'systemctl --no-ask-password start postgresql@15-main.service',
		]);
		const windows = here({ manager: { kind: 'windows', service: 'psql_openiz' }, owner: null }, -1, 'win32');
		expect(waysOf(windows).possible).toEqual(['service', 'somebody else']);
		expect(commandsOf(ordersFor('service', windows, [], false))).toEqual([
			'net stop psql_openiz',
			'net start psql_openiz',
		]);
		// With no way back, a program that will not be asked (it refuses administrators) must not leave it stopped.
		expect(ordersFor('service', windows, [], true)).toMatchObject({ check: null, asBefore: null });
	});
});

test('it is started as it had been: options, environment, user, log; nothing of ours', () => {
	const { stop, check, start, asBefore } = ordersFor(
		'pg_ctl',
		here({}, 0),
		[{ name: 'max_connections', value: '100' }],
		true,
	);
	expect(start.args.slice(-3)).toEqual(['/var/log/pg.log', '-o', "-c 'config_file=/etc/pg/it'\\''s.conf'"]);
	expect(asBefore?.args.at(-1)).toBe("-c 'config_file=/etc/pg/it'\\''s.conf' -c max_connections=100");
	expect(check?.args).toEqual([
		'-D',
		'/srv/pg data',
		'-c',
		"config_file=/etc/pg/it's.conf",
		'-C',
		'shared_memory_size',
	]);
	for (const program of [stop, check, start, asBefore])
		expect(program).toMatchObject({ user: { uid: 26, gid: 26 }, environment: { LANG: 'de_DE.UTF-8' } });
	expect(ordersFor('pg_ctl', here(), [], false)).toMatchObject({ check: null, asBefore: null });
});

describe('what a start demands', () => {
	const values = (more: Readonly<Record<string, number>> = {}) =>
		new Map(
			Object.entries({
				max_connections: 100,
				superuser_reserved_connections: 3,
				max_wal_senders: 10,
				autovacuum_max_workers: 3,
				max_worker_processes: 8,
				...more,
			}).map(([name, value]) => [name, String(value)]),
		);

	test('the reserves together stay below the limit, with the walsenders up to 11', () => {
		expect(startProblem(values(), 130_000)).toBeNull();
		expect(startProblem(values({ max_connections: 12 }), 130_000)).toBeNull();
		expect(startProblem(values({ max_connections: 12 }), 110_000)).toContain('max_wal_senders 10');
		expect(
			startProblem(values({ superuser_reserved_connections: 60, reserved_connections: 40 }), 160_000),
		).toContain(
			'superuser_reserved_connections 60 + reserved_connections 40 must be less than max_connections',
		);
	});

	test('all processes have a number', () => {
		expect(startProblem(values({ max_connections: 262_121 }), 130_000)).toBeNull();
		expect(startProblem(values({ max_connections: 262_122 }), 130_000)).toContain('can be 262121 at most');
	});
});

test('absurd numbers are refused by what the machine has, or by what there was', () => {
	const slots = (to: number) => ({ name: 'max_connections', from: '100', to: String(to) });
	const small = { cores: 2, memory: 4 * 1024 ** 3, free: 1024 ** 3 };
	expect(absurdity(slots(400), small)).toBeNull();
	expect(absurdity(slots(5_000), small)).toContain('this machine has 4096 MB');
	expect(absurdity(slots(50_000), small)).toContain('of shared memory');
	expect(absurdity(slots(1_000), null)).toBeNull();
	expect(absurdity(slots(5_000), null)).toContain('more than 10 times what there is (100)');
});
