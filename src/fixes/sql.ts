/** Every statement of the fixes, in one place. Names and values get in quoted; nothing else is put into SQL. */
import { escapeIdentifier, escapeLiteral } from 'pg';

/** An article's query without the semicolon that would end it inside another. */
function bare(query: string): string {
	return query.trim().replace(/;+\s*$/, '');
}

/** Whether the current role may signal sessions of `owner` (C.5 of what was measured: 10 to 18 agree, in other words). */
const mayEnd = `case when me.rolsuper then true
       when coalesce(owner.rolsuper, false) then false
       else pg_has_role(current_user, 'pg_signal_backend', 'usage') or pg_has_role(current_user, a.usesysid, 'usage') end`;

/** Names that an article's preview cannot have by chance. */
export const inspected = {
	mayEnd: 'kbwizard_may_end',
	superuser: 'kbwizard_superuser',
	type: 'kbwizard_backend_type',
	database: 'kbwizard_database',
} as const;

/**
 * A preview of sessions, with what it need not tell itself: whether we may, and what kind of backend it is. What the
 * article says of it is for the reader; this is what is acted on.
 */
export function inspectedSessions(preview: string): string {
	return `with preview as (
${bare(preview)}
)
select preview.*, (${mayEnd}) as ${inspected.mayEnd}, coalesce(owner.rolsuper, false) as ${inspected.superuser},
       a.backend_type as ${inspected.type}, a.datname::text as ${inspected.database}
from preview
left join pg_stat_activity a on a.pid = preview.pid and a.backend_start = preview.backend_start
left join pg_roles owner on owner.oid = a.usesysid
cross join (select rolsuper from pg_roles where rolname = current_user) me`;
}

export type Target = { readonly pid: number; readonly backend_start: string };

function targetList(targets: readonly Target[]): string {
	return targets
		.map(({ pid, backend_start }) => `(${Math.trunc(pid)}, ${escapeLiteral(backend_start)}::timestamptz)`)
		.join(',\n  ');
}

/**
 * Ends (or cancels) those of the targets that the preview would still list at this very moment, and says of each what
 * it found: who began to work since is spared, and who may not be signalled does not abort the rest.
 */
export function endSessions(
	preview: string,
	targets: readonly Target[],
	signal: 'pg_terminate_backend' | 'pg_cancel_backend',
): string {
	return `with preview as (
${bare(preview)}
), target (pid, backend_start) as (values
  ${targetList(targets)}
)
select target.pid, target.backend_start, a.pid is not null as present, preview.pid is not null as still, a.state,
       a.backend_type = 'client backend' as client, a.query_start, (${mayEnd}) as may,
       case when preview.pid is not null and a.backend_type = 'client backend' and a.pid <> pg_backend_pid() and (${mayEnd})
            then ${signal}(a.pid) end as signalled
from target
left join pg_stat_activity a on a.pid = target.pid and a.backend_start = target.backend_start
left join preview on preview.pid = target.pid and preview.backend_start = target.backend_start
left join pg_roles owner on owner.oid = a.usesysid
cross join (select rolsuper from pg_roles where rolname = current_user) me`;
}

/** The sessions of the list that are still there, and what they do. */
export function stillThere(targets: readonly Target[]): string {
	return `with target (pid, backend_start) as (values
  ${targetList(targets)}
)
select a.pid, a.state, a.query_start
from target join pg_stat_activity a on a.pid = target.pid and a.backend_start = target.backend_start`;
}

/** `$1`: a JSON array of names. */
export const databasesByName = `select d.datname::text as name, d.datconnlimit as connection_limit, d.datallowconn as allows,
       me.rolsuper or pg_has_role(current_user, d.datdba, 'usage') as may_alter, me.rolsuper as superuser,
       (select substr(setting, strpos(setting, '=') + 1)
          from pg_db_role_setting s cross join unnest(s.setconfig) as setting
         where s.setdatabase = d.oid and s.setrole = 0 and setting like 'kbwizard.fence=%') as recorded
from pg_database d cross join (select rolsuper from pg_roles where rolname = current_user) me
where d.datname in (select json_array_elements_text($1::json))`;

/** Databases that could be connected to, `postgres` first. */
export const databasesToBeIn = `select d.datname::text as name
from pg_database d cross join (select rolsuper from pg_roles where rolname = current_user) me
where d.datallowconn and not d.datistemplate and (d.datconnlimit <> 0 or me.rolsuper)
  and has_database_privilege(d.oid, 'connect')
order by d.datname <> 'postgres', d.datname`;

/** `$1`: a name. CREATEROLE does not do for a superuser; before 16 not for a replication role, since then not alone. */
export const roleByName = `select r.rolname::text as name, r.rolconnlimit as connection_limit, r.rolsuper as superuser,
       me.rolsuper or me.rolcreaterole and not r.rolsuper
         and case when current_setting('server_version_num')::int < 160000 then not r.rolreplication
                  else pg_has_role(current_user, r.oid, 'member with admin option') end as may_alter
from pg_roles r cross join (select rolsuper, rolcreaterole from pg_roles where rolname = current_user) me
where r.rolname = $1`;

/** Who holds sessions of a role or in a database: `$1`, its name. */
export function sessionsOf(kind: 'database' | 'role'): string {
	return `select a.application_name as application, count(*) as sessions
from pg_stat_activity a
where a.usesysid is not null and coalesce(a.backend_type, 'client backend') = 'client backend'
  and ${kind === 'role' ? 'a.usename' : 'a.datname'} = $1
group by 1 order by 2 desc, 1`;
}

/**
 * Held to the end of the transaction that raises a fence. Such a lock is of one database: wizards that fence wait in
 * another than the fenced one, and that is `postgres` for nearly all.
 */
export const oneFenceAtATime = `select pg_advisory_xact_lock(hashtext('kbwizard.fence'))`;

/** Databases that carry the note of a fence. */
export const databasesWithRecord = `select d.datname::text as name
from pg_db_role_setting s join pg_database d on d.oid = s.setdatabase cross join unnest(s.setconfig) as setting
where s.setrole = 0 and setting like 'kbwizard.fence=%'
order by d.datname`;

/** All names; `apart` are those that nobody chooses: templates, and roles that do not log in. */
export const databaseNames = `select d.datname::text as name, d.datistemplate as apart from pg_database d order by d.datname`;
/** Where clients are, the fullest first, ourselves not counted; who they are need not be visible. */
export const databasesInUse = `select a.datname::text as name, count(*)::int as sessions
from pg_stat_activity a
where a.datname is not null and a.application_name <> 'kbwizard'
  and (a.backend_type = 'client backend' or a.backend_type is null and a.usesysid is not null)
group by a.datname order by sessions desc, a.datname`;
export const roleNames = `select r.rolname::text as name, not r.rolcanlogin as apart from pg_roles r order by r.rolname`;

/** `$1`: an interval, or an error. */
export const isNegativeInterval = `select ($1::text)::interval < interval '0' as negative`;

/** The same for all databases of a server, and for no other server. */
export const systemIdentifier = `select system_identifier::text as id from pg_control_system()`;

/** One text per run of one server: two sessions that read the same are on the same one. */
export const samePostmaster = `select concat_ws(' ', extract(epoch from pg_postmaster_start_time()), current_setting('port'),
       pg_is_in_recovery()) as postmaster`;

/** The server's clock. */
export const serverTime = `select clock_timestamp() as at`;

/**
 * Who came since: `$1` a JSON array of databases, `$2` the moment. Sessions whose start is hidden from this role are not
 * counted: who they are cannot be said.
 */
export const cameSince = `select a.usename::text as role, a.datname::text as database, a.client_addr::text as address,
       a.application_name as application, count(*) as sessions,
       round(extract(epoch from min(a.backend_start) - $2::timestamptz) * 1000)::int as first_after_ms
from pg_stat_activity a
where a.backend_type = 'client backend' and a.pid <> pg_backend_pid() and a.backend_start > $2::timestamptz
  and a.datname in (select json_array_elements_text($1::json))
group by 1, 2, 3, 4
order by sessions desc, 1, 2, 3, 4`;

export function setDatabaseLimit(database: string, limit: number): string {
	return `alter database ${escapeIdentifier(database)} connection limit ${Math.trunc(limit)}`;
}

export function setRoleLimit(role: string, limit: number): string {
	return `alter role ${escapeIdentifier(role)} connection limit ${Math.trunc(limit)}`;
}

export function setAllowConnections(database: string, allow: boolean): string {
	return `alter database ${escapeIdentifier(database)} allow_connections ${allow}`;
}

/** Notes a fence in the database itself, where any later session finds it. Only a superuser may. */
export function recordFence(database: string, record: string): string {
	return `alter database ${escapeIdentifier(database)} set kbwizard.fence = ${escapeLiteral(record)}`;
}

export function forgetFence(database: string): string {
	return `alter database ${escapeIdentifier(database)} reset kbwizard.fence`;
}
