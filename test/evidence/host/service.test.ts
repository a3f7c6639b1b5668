import { expect, test } from 'vitest';
import { readPidFile, readStartOptions } from '../../../src/evidence/host/postmaster-files.ts';
import { systemdUnitOf, windowsServiceOf } from '../../../src/evidence/host/service.ts';

test('the systemd service of a process, in both kinds of cgroups', () => {
	const debian = '/system.slice/system-postgresql.slice/postgresql@15-main.service';
	expect(systemdUnitOf(`0::${debian}\n`)).toBe('postgresql@15-main.service');
	expect(systemdUnitOf(`12:memory:/x.service\n1:name=systemd:${debian}\n0::/\n`)).toBe(
		'postgresql@15-main.service',
	);
	expect(systemdUnitOf('0::/system.slice/postgresql.service/main\n')).toBe('postgresql.service');
});

test('what was started by hand belongs to no service', () => {
	expect(systemdUnitOf('0::/user.slice/user-1000.slice/session-3.scope\n')).toBeNull();
	expect(systemdUnitOf('0::/user.slice/user-1000.slice/user@1000.service/app.slice/pg.service\n')).toBeNull();
	expect(systemdUnitOf('0::/docker/0123abc\n')).toBeNull();
	// It would be an option of the program that it is given to.
	expect(systemdUnitOf('0::/system.slice/--force.service\n')).toBeNull();
});

test('the Windows service of a process, whatever language its labels are in', () => {
	const answer = [
		'SERVICE_NAME: OpenIZ',
		'DISPLAY_NAME: OpenIZ Host Process',
		'        TYPE               : 10  WIN32_OWN_PROCESS  ',
		'        STATE              : 4  RUNNING ',
		'                                (STOPPABLE, NOT_PAUSABLE, ACCEPTS_SHUTDOWN)',
		'        WIN32_EXIT_CODE    : 0  (0x0)',
		'        SERVICE_EXIT_CODE  : 0  (0x0)',
		'        CHECKPOINT         : 0x0',
		'        WAIT_HINT          : 0x0',
		'        PID                : 3120',
		'        FLAGS              : ',
		'',
		'DIENSTNAME: psql_openiz',
		'ANZEIGENAME: psql_openiz: PostgreSQL',
		'        TYP                : 10  WIN32_OWN_PROCESS  ',
		'        STATUS             : 4  RUNNING ',
		'        WIN32_BEENDCODE    : 0  (0x0)',
		'        DIENST_BEENDCODE   : 0  (0x0)',
		'        PRÜFPUNKT          : 0x0',
		'        WARTEHINWEIS       : 0x0',
		'        PID                : 4711',
		'        FLAGS              : ',
		'',
	].join('\r\n');
	expect(windowsServiceOf(answer, 4711)).toBe('psql_openiz');
	expect(windowsServiceOf(answer, 3120)).toBe('OpenIZ');
	expect(windowsServiceOf(answer, 10)).toBeNull();
});

test('the files of a running server', () => {
	expect(readPidFile('4711\n/var/lib/pg\n1795384362\n5432\n/tmp\n*\n  1 2\nready   \n')).toEqual({
		pid: 4711,
		dataDir: '/var/lib/pg',
		startedAt: 1_795_384_362,
		port: 5432,
	});
	expect(readPidFile('')).toBeNull();
	expect(readPidFile('1\n/var/lib/pg\n5\n')).toBeNull();
	expect(
		readStartOptions(
			'/usr/lib/postgresql/15/bin/postgres "-D" "/var/lib/pg" "-c" "config_file=/etc/pg/my conf.conf"\n',
		),
	).toEqual({
		program: '/usr/lib/postgresql/15/bin/postgres',
		options: ['-c', 'config_file=/etc/pg/my conf.conf'],
	});
	expect(readStartOptions('C:/Program Files/pg/bin/postgres.exe "-D" "C:/data"\r\n')).toEqual({
		program: 'C:/Program Files/pg/bin/postgres.exe',
		options: [],
	});
	expect(readStartOptions('/usr/bin/postgres "-D" "/a" half" "\n')).toBeNull();
});
