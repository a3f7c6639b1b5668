/** By whom, from where, with which rights, and in which time zones it was looked at. */
import type { ServerIdentity } from '../machine/ports.ts';
import type { RecordOf } from '../session/record.ts';
import type { Circumstances } from './report.ts';

const rightsInWords: Readonly<Record<NonNullable<ServerIdentity['rights']>, string>> = {
	superuser: 'superuser: it sees and may do everything',
	'sees all': 'it sees the sessions of all roles (pg_read_all_stats), and may not change the server',
	'sees its own': 'it sees only its own sessions, and may not change the server',
};

/**
 * @param opened null: the session broke off before it began
 * @param logsRead whether a log was read
 */
export function circumstancesOf(
	opened: RecordOf<'opened'> | null,
	server: ServerIdentity | null,
	logsRead: boolean,
): Circumstances {
	const local = opened?.timeZone ?? null;
	const zone = server?.timeZone ?? null;
	return {
		user: opened?.user ?? null,
		host: opened?.host ?? null,
		rights: server?.rights === undefined ? null : rightsInWords[server.rights],
		timeZones: {
			server: zone,
			local,
			logs: logsRead ? `as each line says; where it says nothing, ${local ?? 'that of this machine'}` : null,
		},
	};
}
