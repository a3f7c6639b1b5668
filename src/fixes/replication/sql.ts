/** Every statement that makes a standby possible, or looks at one. Names and values get in quoted. */
import { escapeIdentifier, escapeLiteral } from 'pg';

/** `$1`: a name. What the role may, in words that change when somebody changes it; whether a session of it is there. */
export const replicationRole = `select r.rolreplication and r.rolcanlogin as may_replicate,
       concat_ws(', ', case when r.rolcanlogin then 'login' end, case when r.rolreplication then 'replication' end,
         case when r.rolsuper then 'superuser' end, case when r.rolcreaterole then 'createrole' end,
         case when r.rolcreatedb then 'createdb' end, case when r.rolbypassrls then 'bypassrls' end,
         case when r.rolconnlimit >= 0 then 'connection limit ' || r.rolconnlimit end,
         case when r.rolvaliduntil is not null then 'valid until ' || r.rolvaliduntil end,
         case when r.rolconfig is not null then 'settings of its own' end,
         (select 'member of ' || string_agg(m.roleid::regrole::text, ', ' order by m.roleid::regrole::text)
            from pg_auth_members m where m.member = r.oid)) as manner,
       (select count(*) from pg_stat_activity a where a.usesysid = r.oid) as sessions
from pg_roles r where r.rolname = $1`;

/** Whether the current role may create one that may replicate: from 16 on also by CREATEROLE, where it may replicate itself. */
export const mayCreateReplicationRole = `select rolsuper or rolcreaterole and rolreplication and current_setting('server_version_num')::int >= 160000 as may
from pg_roles where rolname = current_user`;

/** `$1`: a name. Its kind, and who uses it at the moment. */
export const replicationSlot = `select s.slot_type, s.active, a.application_name as application, host(a.client_addr) as address
from pg_replication_slots s left join pg_stat_activity a on a.pid = s.active_pid
where s.slot_name = $1`;

/** What a primary must have to feed one more standby, and what the standby must have to follow it. */
export const primaryNeeds = `select pg_is_in_recovery() as in_recovery, current_setting('wal_level') as wal_level,
       current_setting('max_wal_senders')::int as senders_allowed, (select count(*) from pg_stat_replication) as senders,
       current_setting('max_replication_slots')::int as slots_allowed, (select count(*) from pg_replication_slots) as slots,
       (select rolsuper or rolreplication from pg_roles where rolname = current_user) as may,
       current_setting('listen_addresses') as listens_on, current_setting('synchronous_standby_names') as synchronous_names,
       current_setting('max_slot_wal_keep_size', true) as slot_wal_limit`;

/** The settings that may not be lower on a standby than on its primary, in the order of the documentation. */
export const settingsToMatch = `select name, setting::int as value from pg_settings
where name in ('max_connections', 'max_worker_processes', 'max_wal_senders', 'max_prepared_transactions', 'max_locks_per_transaction')
order by name`;

/** What a copy is made of. Sizes of databases that the role may not connect to count too, for a member of pg_read_all_stats. */
export const sizeOfCopy = `select pg_size_pretty(sum(case when has_database_privilege(d.oid, 'connect')
         or pg_has_role(current_user, 'pg_read_all_stats', 'usage') then pg_database_size(d.oid) end)::bigint) as size,
       (select count(*) from pg_tablespace where spcname not in ('pg_default', 'pg_global')) as tablespaces
from pg_database d`;

/** Only a superuser, or a member of pg_read_all_settings, is told where the files are; to others there is no row. */
export const serverFolders = `select setting as data_directory from pg_settings where name = 'data_directory'`;

export function createReplicationRole(name: string, verifier: string): string {
	return `create role ${escapeIdentifier(name)} login replication password ${escapeLiteral(verifier)}`;
}

export function dropRole(name: string): string {
	return `drop role ${escapeIdentifier(name)}`;
}

export function createSlot(name: string): string {
	return `select pg_create_physical_replication_slot(${escapeLiteral(name)})`;
}

export function dropSlot(name: string): string {
	return `select pg_drop_replication_slot(${escapeLiteral(name)})`;
}

/** On a standby. To an ordinary role the receiver's columns are hidden. */
export const standbyState = `select pg_is_in_recovery() as in_recovery, pg_last_wal_replay_lsn()::text as replayed,
       (select pid from pg_stat_wal_receiver) as receiver, (select slot_name from pg_stat_wal_receiver) as receiver_slot`;

/** On the primary. `$1`: how far the standby has come. */
export const behindPrimary = `select pg_size_pretty(greatest(pg_wal_lsn_diff(pg_current_wal_lsn(), $1::pg_lsn), 0)) as behind`;

/** The smallest write there is; a standby refuses it with 25006. */
export const writeProbe = 'create temporary table kbwizard_write_probe ()';

/**
 * The lines of `pg_hba.conf` that a TCP connection may meet, in their order. `$1`: a role; `$2`: an address. A null says that
 * it cannot be told from here: a group, a pattern, a host name. From PostgreSQL 16 on a line may stand in another file.
 */
export const accessRules = `select r.line_number as line, to_jsonb(r) ->> 'file_name' as file, r.type, r.auth_method as method, r.error,
       'replication' = any (r.database) as for_replication,
       case when 'all' = any (r.user_name) or $1 = any (r.user_name) then true
            when exists (select 1 from unnest(r.user_name) u where u like '+%' or u like '/%') then null
            else false end as for_role,
       case when r.address = 'all' then true
            when r.address !~ '^[0-9a-fA-F.:]+$' or r.address !~ '[.:]' or r.netmask is null then null
            when family(r.address::inet) <> family($2::inet) then false
            else r.address::inet & r.netmask::inet = $2::inet & r.netmask::inet end as for_address
from pg_hba_file_rules r
where r.type is distinct from 'local'
order by r.line_number`;

/** Where the file is, and what only somebody on the server's own host finds there too. A superuser's. */
export const accessFile = `select current_setting('hba_file') as file, current_setting('data_directory') as data_directory,
       md5(pg_read_binary_file(current_setting('hba_file'))) as content, md5(pg_read_binary_file('postmaster.pid')) as postmaster,
       current_setting('ssl') = 'on' as ssl`;

export const encryption = `select current_setting('ssl') = 'on' as ssl`;
