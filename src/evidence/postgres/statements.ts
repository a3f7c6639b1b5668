/** Every statement that the connection itself sends; what a check asks is in its article. */

/** `15.18`, `16beta1` or `9.4.26` as `server_version_num` would say it; 90400, the oldest known, where it is unreadable. */
export function versionNumberOf(version: string | undefined): number {
	const [, major, minor, patch] = /^(\d+)(?:\.(\d+))?(?:\.(\d+))?/.exec(version ?? '') ?? [];
	if (major === undefined) return 90_400;
	return Number(major) >= 10
		? Number(major) * 10_000 + Number(minor ?? 0)
		: Number(major) * 10_000 + Number(minor ?? 0) * 100 + Number(patch ?? 0);
}

/** Longest wait for a lock, in milliseconds: a look must not join the queue that it looks at. */
const lockTimeoutMs = 2_000;

/** A transaction of ours that sits idle longer than this has lost its program, in milliseconds. */
const idleInTransactionMs = 30_000;

/** What every statement runs under: names from the catalog only, text that does not depend on the site, limits. */
function settings(versionNum: number, timeoutMs: number): readonly (readonly [string, string])[] {
	return [
		['search_path', 'pg_catalog, pg_temp'],
		...(versionNum >= 110_000 ? ([['jit', 'off']] as const) : []),
		['statement_timeout', String(Math.round(timeoutMs))],
		['lock_timeout', String(lockTimeoutMs)],
		...(versionNum >= 90_600
			? ([['idle_in_transaction_session_timeout', String(idleInTransactionMs)]] as const)
			: []),
		['client_encoding', "'UTF8'"],
		['datestyle', "'ISO, YMD'"],
		['intervalstyle', "'iso_8601'"],
		['timezone', "'UTC'"],
	];
}

const statementsOf = (command: string, pairs: readonly (readonly [string, string])[]) =>
	pairs.map(([name, value]) => `${command} ${name} = ${value}`).join('; ');

/** For the whole session; never over a pooler, which would hand the settings on to somebody else. */
export function sessionSettings(versionNum: number, timeoutMs: number): string {
	return statementsOf('set', settings(versionNum, timeoutMs));
}

/** The start of a look, answered by the server's time. `whole`: nothing was set for the session. */
export function beginReading(versionNum: number, timeoutMs: number, whole: boolean): string {
	const local = whole
		? settings(versionNum, timeoutMs)
		: ([['statement_timeout', String(Math.round(timeoutMs))]] as const);
	return `begin read only; ${statementsOf('set local', local)}; select pg_catalog.clock_timestamp() as at`;
}

export const endReading = 'commit';
export const giveUp = 'rollback';

export function limitStatement(timeoutMs: number): string {
	return `set statement_timeout = ${Math.round(timeoutMs)}`;
}

/** A setting that need not be there, as text; null: it is not. */
function optionalSetting(versionNum: number, name: string): string {
	return versionNum >= 90_600
		? `current_setting('${name}', true)`
		: `(select s.setting from pg_settings s where s.name = '${name}')`;
}

/** Azure keeps fifteen slots for itself, and no setting says so (its table of limits). */
function azureReserve(versionNum: number): string {
	return `case when ${optionalSetting(versionNum, 'azure.extensions')} is not null then 15 else 0 end`;
}

/**
 * The slots: how many sessions hold one that ordinary roles draw on, how many rows this role may not see into, and the
 * limits. Walsenders share the slots before 12; `backend_type` is there from 10 on.
 */
function slotCounts(versionNum: number): string {
	const typed = versionNum >= 100_000;
	const holders = versionNum >= 120_000 ? "('client backend')" : "('client backend', 'walsender')";
	const reserved = (name: string) =>
		versionNum >= 90_600 ? `coalesce(nullif(current_setting('${name}', true), ''), '0')::int` : '0';
	return `select ${typed ? `count(*) filter (where a.backend_type in ${holders})` : 'count(*)'}::int as used,
       count(*) filter (where ${typed ? 'a.backend_type is null' : "a.query = '<insufficient privilege>'"})::int as hidden,
       current_setting('max_connections')::int as slot_limit,
       current_setting('max_connections')::int - greatest(current_setting('superuser_reserved_connections')::int
         + ${reserved('reserved_connections')} + ${reserved('rds.rds_superuser_reserved_connections')}, ${azureReserve(versionNum)}) as usable
  from pg_stat_activity a`;
}

export function gaugeQuery(versionNum: number): string {
	return slotCounts(versionNum);
}

/** Marks that providers leave; the first that fits is the answer (documented for RDS, Aurora, Cloud SQL, Azure, Neon). */
function providerOf(versionNum: number): string {
	const setting = (name: string) => optionalSetting(versionNum, name);
	const role = (name: string) => `exists (select 1 from pg_roles r where r.rolname = '${name}')`;
	return `case
         when to_regproc('pg_catalog.aurora_version') is not null or ${setting('rds.extensions')} like '%aurora_stat_utils%' then 'aurora'
         when ${setting('rds.extensions')} is not null or ${role('rds_superuser')} then 'rds'
         when ${setting('alloydb.iam_authentication')} is not null or ${role('alloydbsuperuser')} then 'alloydb'
         when ${setting('cloudsql.iam_authentication')} is not null or ${role('cloudsqlsuperuser')} then 'cloud-sql'
         when ${setting('azure.extensions')} is not null or ${role('azure_pg_admin')} then 'azure'
         when ${role('supabase_admin')} then 'supabase'
         when ${setting('neon.tenant_id')} is not null or ${role('neon_superuser')} then 'neon'
         when ${setting('cnpg.config_sha256')} is not null or ${role('_crunchyrepl')}
           or exists (select 1 from pg_settings s where s.name = 'max_connections' and s.source = 'command line') then 'managed'
       end`;
}

/** Who and where we are, in one round trip. */
export function identityQuery(versionNum: number): string {
	const reservedRole =
		versionNum >= 160_000 ? "pg_has_role(session_user, 'pg_use_reserved_connections', 'usage')" : 'false';
	const seesAll = versionNum >= 100_000 ? "pg_has_role(current_user, 'pg_read_all_stats', 'usage')" : 'false';
	return `select pg_backend_pid() as pid, current_setting('server_version') as version,
       current_setting('server_version_num')::int as version_num,
       current_database() as database, current_user as role,
       coalesce((select r.rolsuper from pg_roles r where r.rolname = current_user), false) as superuser,
       coalesce((select r.rolsuper from pg_roles r where r.rolname = session_user), false) or ${reservedRole} as may_use_reserve,
       ${seesAll} as sees_all, current_setting('TimeZone') as time_zone,
       pg_is_in_recovery() as in_recovery,
       current_setting('default_transaction_read_only') = 'on' as read_only,
       ${providerOf(versionNum)} as provider,
       slots.*
  from (${slotCounts(versionNum)}) slots`;
}

/** The first words of a session: nothing but the catalog's names is used before its search path is set. */
export function introduction(versionNum: number, timeoutMs: number): string {
	return `${beginReading(versionNum, timeoutMs, true)}; ${identityQuery(versionNum)}; commit`;
}
