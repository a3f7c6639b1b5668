/** `base-backup apply …`: the copy that becomes the standby. It is made on the standby's machine, so a person does it, with everything filled in. */
import { serverMajor } from '../../evidence/postgres/server-major.ts';
import type { Facts } from '../../machine/ports.ts';
import { attributeValue, parameterOf } from '../attribute.ts';
import type { Effect, PrepareContext } from '../effect.ts';
import { shellWord } from '../restart/program.ts';
import { copySize, inWords, settingsOf } from './primary-needs.ts';
import { serverFolders } from './sql.ts';

/** A name or an address that may stand in a connection string and in a shell without quotes. */
const plainHost = /^[A-Za-z0-9][A-Za-z0-9._:-]*$/;
/** What a primary is called on its own host only. */
const ownHost = /^(?:localhost|127\..*|::1|0\.0\.0\.0|\/.*)$/;

export const baseBackup: Effect = {
	language: 'base-backup',
	async prepare({ session, fence, values }) {
		if (session === null) return { kind: 'unavailable', why: 'there is no session', next: ['connect first'] };
		const primary = text(fence, 'primary', values);
		if (primary === null || ownHost.test(primary) || !plainHost.test(primary))
			return {
				kind: 'parameter',
				name: parameterOf(fence, 'primary') ?? 'primary',
				problem:
					primary !== null && ownHost.test(primary)
						? `from the standby’s machine “${primary}” is the standby itself: by which name or address does it reach this server?`
						: 'by which name or address does the standby reach this server?',
				choices: [],
			};
		const { rows } = await session.read(serverFolders);
		const folder = rows[0]?.data_directory ?? null;
		const { size, tablespaces } = await copySize(session);
		const settings = inWords(await settingsOf(session));
		const role = text(fence, 'role', values) ?? 'standby';
		const slot = text(fence, 'slot', values) ?? 'standby1';
		const { port, version } = session.server;
		const major = serverMajor(session.server) ?? 0;
		const target = folder === null ? 'DATADIRECTORY' : String(folder);
		const passfile = [primary, String(port ?? 5432), 'replication', role].map(passfileField).join(':');
		const conninfo = Object.entries({
			host: primary,
			port: String(port ?? 5432),
			user: role,
			application_name: slot,
		})
			.map(([name, value]) => `${name}=${conninfoValue(value)}`)
			.join(' ');
		const command = [
			`pg_basebackup -w -R -X stream -c fast -P -S ${shellWord(slot)}`,
			`-d ${shellWord(conninfo)}`,
			`-D ${shellWord(target)}`,
		];
		// Neither shell of Windows goes on after a backslash.
		const oneLine = /^[A-Za-z]:/.test(target);
		return {
			kind: 'by hand',
			why: 'the copy is made on the standby’s own machine, which this program does not reach into',
			instructions: [
				`On the standby’s machine install PostgreSQL ${major} (the primary is ${version ?? major}), and leave its server stopped. It needs ${size === null ? 'room for a copy of the primary' : `${size} of disk`}, and room for the log.`,
				`As the account that runs that server, put this line into ~/.pgpass (chmod 600; on Windows %APPDATA%\\postgresql\\pgpass.conf), with the password of ${role} for PASSWORD (a \\ before each : or \\ in it):\n${passfile}:PASSWORD`,
				`${target} must be empty there: a cluster that the installation made is moved away first.`,
				`As the same account, in one go:\n${command.join(oneLine ? ' ' : ' \\\n  ')}`,
				...(tablespaces > 0
					? [
							`There are ${tablespaces} tablespaces: the same folders must be there and empty, or be mapped with --tablespace-mapping.`,
						]
					: []),
				`-R has written ${major >= 12 ? 'standby.signal, and primary_conninfo and primary_slot_name into postgresql.auto.conf' : 'recovery.conf with standby_mode, primary_conninfo and primary_slot_name'}. Where the configuration does not lie in the data directory (Debian, Ubuntu) it is not copied: there, none of these may be lower than ${settings}.`,
				`Readers must get in: listen_addresses and pg_hba.conf of the standby are its own matter. Then start it, as its service, or:\npg_ctl -D ${shellWord(target)} start`,
			],
		};
	},
};

function text(fence: PrepareContext['fence'], attribute: string, values: Facts): string | null {
	const value = attributeValue(fence, attribute, values);
	return value === null ? null : String(value);
}

/** As libpq reads it: quoted where it has a blank or a quote. */
function conninfoValue(value: string): string {
	if (/^[\w.:-]+$/.test(value)) return value;
	return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

function passfileField(field: string): string {
	return field.replaceAll('\\', '\\\\').replaceAll(':', '\\:');
}
