/** Every statement about server settings, in one place. Names and values get in quoted; nothing else is put into SQL. */
import { escapeIdentifier } from 'pg';
import { quoteLiteral } from '../article/parameters.ts';

/** Whose setting it is. Both null: the server's (`postgresql.auto.conf`); both given: the role's in that database. */
export type SettingScope = { readonly role: string | null; readonly database: string | null };

/** `$1`: a name, in whatever case. */
export const settingByName = `select s.name, s.setting, s.unit, s.vartype, s.context, s.min_val, s.max_val,
       array_to_json(s.enumvals)::text as allowed, s.boot_val, s.source
from pg_settings s where lower(s.name) = lower($1)`;

export const settingNames = `select s.name from pg_settings s order by s.name`;

/**
 * What ALTER SYSTEM left (`$1`: a name), and whether it is there at all. In hexadecimal digits, because it goes into
 * an inverse: what is shown to people has its secrets and control characters taken out.
 */
export const systemValue = `select encode(convert_to(f.setting, 'UTF8'), 'hex') as value
from pg_file_settings f
where lower(f.name) = lower($1) and f.sourcefile ~ '[/\\\\]postgresql[.]auto[.]conf$'
order by f.seqno desc limit 1`;

/** What the files say in all, so what counts from the next start on, command lines apart. `$1`: a name. */
export const filesValue = `select f.setting as value, f.sourcefile as file, f.sourceline as line, f.error
from pg_file_settings f where lower(f.name) = lower($1) order by f.seqno desc limit 1`;

/** An error that keeps the server from taking anything from its files; one that is about a single value does not. */
export const brokenFiles = `select f.sourcefile as file, f.sourceline as line, f.name, f.error
from pg_file_settings f
where f.error is not null and f.error <> 'setting could not be applied'
order by f.seqno limit 1`;

/** What roles and databases have of their own for `$1`, a name. The value in hexadecimal digits, as above. */
export const ownValues = `select r.rolname::text as role, d.datname::text as database, s.setrole <> 0 as of_role, s.setdatabase <> 0 as of_database,
       encode(convert_to(substr(c, strpos(c, '=') + 1), 'UTF8'), 'hex') as value
from pg_db_role_setting s cross join unnest(s.setconfig) as c
left join pg_roles r on r.oid = s.setrole
left join pg_database d on d.oid = s.setdatabase
where lower(split_part(c, '=', 1)) = lower($1)
order by 1 nulls first, 2 nulls first`;

/** Whether the role (`$1`) and the database (`$2`) exist; NULL for none. */
export const ownersThere = `select ($1::text is null or exists (select from pg_roles where rolname = $1))
   and ($2::text is null or exists (select from pg_database where datname = $2)) as there`;

/** Whether this role may use ALTER SYSTEM for `$1`, have the files read, and see what is in them. */
export function systemRights(versionNum: number): string {
	const granted = versionNum >= 150_000 ? "or has_parameter_privilege($1, 'alter system')" : '';
	return `select me.rolsuper ${granted} as may_set, has_function_privilege('pg_reload_conf()', 'execute') as may_reload,
       has_table_privilege('pg_file_settings', 'select')
         and has_function_privilege('pg_show_all_file_settings()', 'execute') as may_read,
       coalesce(current_setting('allow_alter_system', true), 'on') as allowed, $1::text as name
from pg_roles me where me.rolname = current_user`;
}

/** Whether this role may give `$1` (a setting that only superusers may change) to somebody. */
export function grantedRight(versionNum: number): string {
	const granted = versionNum >= 150_000 ? "or has_parameter_privilege($1, 'set')" : '';
	return `select me.rolsuper ${granted} as may_set, $1::text as name from pg_roles me where me.rolname = current_user`;
}

/** `$1`: a role. Anybody may change their own; from 16 on CREATEROLE alone does not do for others. */
export const roleRights = `select r.rolname::text as name, r.rolsuper as superuser,
       r.rolname = current_user or me.rolsuper
         or me.rolcreaterole and not r.rolsuper and (current_setting('server_version_num')::int < 160000
           or pg_has_role(current_user, r.oid, 'member with admin option')) as may_set
from pg_roles r cross join (select rolsuper, rolcreaterole from pg_roles where rolname = current_user) me
where r.rolname = $1`;

/**
 * The sessions that are there now and keep what they have (`$1` role, `$2` database, NULL for any), and how many of
 * them set `$3` themselves: it is their latest statement, as with a program that does so first of all.
 */
export const sessionsConcerned = `select count(*) as sessions,
       count(*) filter (where a.query ~* ('^[[:space:]]*set[[:space:]]+(session[[:space:]]+)?"?' || $3 || '"?[[:space:]]*(=|to)')) as set_themselves
from pg_stat_activity a
where a.pid <> pg_backend_pid() and a.usesysid is not null and coalesce(a.backend_type, 'client backend') = 'client backend'
  and ($1::text is null or a.usename = $1) and ($2::text is null or a.datname = $2)`;

/** Those of them that began before `$3`; whose start this role may not see are not counted. */
export const sessionsOlderThan = `select count(*)::int as sessions
from pg_stat_activity a
where a.pid <> pg_backend_pid() and a.backend_type = 'client backend' and a.backend_start < $3::timestamptz
  and ($1::text is null or a.usename = $1) and ($2::text is null or a.datname = $2)`;

/** Tries a value (`$2` of `$1`) on, for this one read-only transaction. */
export const tryValue = `select set_config($1, $2, true) as tried`;

/** Standbys that follow now, and commits that wait for one. */
export const standbysNow = `select (select count(*) from pg_stat_replication where state = 'streaming') as streaming,
       (select count(*) from pg_stat_activity where wait_event = 'SyncRep') as waiting`;

/** Settings whose value is a list of quoted names: each is a literal of its own, or the list would be one name. */
const listsOfNames: ReadonlySet<string> = new Set([
	'local_preload_libraries',
	'search_path',
	'session_preload_libraries',
	'shared_preload_libraries',
	'temp_tablespaces',
	'unix_socket_directories',
]);

/** Sets it; null: it is unset. @throws Error for a name that is none */
export function setSetting({ role, database }: SettingScope, name: string, value: string | null): string {
	if (!/^[A-Za-z_][\w$]*(\.[A-Za-z_][\w$]*)*$/.test(name)) throw new Error(`${name} is no name of a setting`);
	const whose =
		role !== null
			? `role ${escapeIdentifier(role)}${database === null ? '' : ` in database ${escapeIdentifier(database)}`}`
			: database !== null
				? `database ${escapeIdentifier(database)}`
				: 'system';
	return value === null
		? `alter ${whose} reset ${name}`
		: `alter ${whose} set ${name} = ${literals(name, value)}`;
}

function literals(name: string, value: string): string {
	if (!listsOfNames.has(name.toLowerCase())) return quoteLiteral(value).trimStart();
	const names = namesIn(value);
	return names.length === 0 ? "''" : names.map((each) => quoteLiteral(each).trimStart()).join(', ');
}

/** A value as the server will keep it, so that it is known again. */
export function asKept(name: string, value: string): string {
	if (!listsOfNames.has(name.toLowerCase())) return value;
	return namesIn(value)
		.map((each) => (/^[a-z_][a-z0-9_]*$/.test(each) ? each : escapeIdentifier(each)))
		.join(', ');
}

/** A list of names as the server keeps it, some in double quotes. */
function namesIn(list: string): readonly string[] {
	return [...list.matchAll(/"((?:[^"]|"")*)"|([^,\s][^,]*)/g)].map(([, quoted, bare]) =>
		quoted === undefined ? (bare ?? '').trim() : quoted.replaceAll('""', '"'),
	);
}
