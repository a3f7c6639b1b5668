/** What keeps a setting from being changed, or from having its effect: told before anybody agrees. */
import type { PostgresSession } from '../evidence/postgres/postgres.ts';
import { databaseStates } from './databases.ts';
import { counted, upperFirst } from './in-words.ts';
import { named } from './parameters.ts';
import {
	brokenFiles,
	grantedRight,
	roleRights,
	type SettingScope,
	sessionsConcerned,
	standbysNow,
	systemRights,
} from './setting-sql.ts';
import { isSystem, ownValuesOf, scopeInWords } from './setting-state.ts';
import type { Setting } from './setting-value.ts';

export type Obstacle =
	| {
			readonly kind: 'parameter';
			readonly name: 'role' | 'database';
			readonly problem: string;
			readonly choices: readonly string[];
	  }
	| { readonly kind: 'unavailable'; readonly why: string; readonly next: readonly string[] };

function unavailable(why: string, next: readonly string[]): Obstacle {
	return { kind: 'unavailable', why, next };
}

/** Why it cannot be set in this scope, by this role; null: it can. @throws QueryError */
export async function obstacle(
	session: PostgresSession,
	scope: SettingScope,
	setting: Setting,
): Promise<Obstacle | null> {
	return isSystem(scope)
		? serverObstacle(session, setting)
		: ((await ownerObstacle(session, scope)) ?? contextObstacle(session, scope, setting));
}

async function serverObstacle(session: PostgresSession, { name, context, source }: Setting) {
	const me = session.server.user ?? 'this role';
	if (context === 'internal') return unavailable(`${name} is fixed: no configuration changes it`, []);
	if (source === 'command line')
		return unavailable(
			`${name} was given on the command line that started PostgreSQL, which wins over every file`,
			['change it where the server is started: its service, its container, Patroni or another operator'],
		);
	const { rows } = await session.read(systemRights(session.server.versionNum ?? 0), [name]);
	const rights = rows[0] ?? {};
	if (rights.allowed !== 'on')
		return unavailable('allow_alter_system is off: whoever runs this server keeps its settings elsewhere', [
			`set ${name} where they are kept`,
		]);
	const missing = [
		...(rights.may_set === true ? [] : [`GRANT ALTER SYSTEM ON PARAMETER ${name} TO ${me} (15 and later)`]),
		...(rights.may_reload === true ? [] : [`GRANT EXECUTE ON FUNCTION pg_reload_conf() TO ${me}`]),
		...(rights.may_read === true
			? []
			: [
					`GRANT SELECT ON pg_file_settings TO ${me}`,
					`GRANT EXECUTE ON FUNCTION pg_show_all_file_settings() TO ${me}`,
				]),
	];
	if (missing.length > 0)
		return unavailable(
			rights.may_set === true
				? `${me} may set ${name}, but not see or reload the configuration, so it could not be put back`
				: `${me} may not set ${name} for the server`,
			['connect as a superuser: -U postgres', ...missing],
		);
	const { rows: broken } = await session.read(brokenFiles);
	const error = broken[0];
	if (error === undefined) return null;
	const what = error.name === null ? '' : ` (${String(error.name)})`;
	return unavailable(
		`the configuration has an error, and as long as it has, the server takes nothing from it: ${String(error.file)}, line ${String(error.line)}${what}: ${String(error.error)}`,
		['correct that line first'],
	);
}

async function ownerObstacle(
	session: PostgresSession,
	{ role, database }: SettingScope,
): Promise<Obstacle | null> {
	const me = session.server.user ?? 'this role';
	if (database !== null) {
		const [state] = await databaseStates(session, [database]);
		if (state === undefined)
			return {
				kind: 'parameter',
				name: 'database',
				problem: `there is no ${named('database', database)}`,
				choices: [],
			};
		if (role === null && !state.mayAlter)
			return unavailable(`${me} may not alter ${named('database', database)}`, [
				'connect as the owner of the database, or as a superuser',
			]);
	}
	if (role === null) return null;
	const { rows } = await session.read(roleRights, [role]);
	const [rights] = rows;
	if (rights === undefined)
		return { kind: 'parameter', name: 'role', problem: `there is no ${named('role', role)}`, choices: [] };
	if (rights.may_set === true) return null;
	return unavailable(`${me} may not alter ${named('role', role)}`, [
		rights.superuser === true
			? 'connect as a superuser: only one may alter another'
			: 'connect as a superuser, as that role itself, or as a role with CREATEROLE that administers it',
	]);
}

async function contextObstacle(
	session: PostgresSession,
	scope: SettingScope,
	{ name, context }: Setting,
): Promise<Obstacle | null> {
	if (context === 'user') return null;
	if (context !== 'superuser')
		return unavailable(
			`${name} is one for the whole server: ${scopeInWords(scope)} cannot have one of its own`,
			[],
		);
	const me = session.server.user ?? 'this role';
	const { rows } = await session.read(grantedRight(session.server.versionNum ?? 0), [name]);
	if (rows[0]?.may_set === true) return null;
	return unavailable(`${me} may not set ${name}`, [
		'connect as a superuser: -U postgres',
		`GRANT SET ON PARAMETER ${name} TO ${me} (15 and later)`,
	]);
}

/** What a person has to know about the reach of the new value. @throws QueryError */
export async function reachOf(
	session: PostgresSession,
	scope: SettingScope,
	setting: Setting,
): Promise<readonly string[]> {
	const { name, context } = setting;
	const winning = (await ownValuesOf(session, name))
		.filter((own) => wins(own.scope, scope))
		.map(({ scope: whose, value }) => `${scopeInWords(whose)} (${value === '' ? "''" : value})`);
	const overridden =
		winning.length === 0
			? []
			: [
					`It does not reach those who have a value of their own for ${name}, which wins: ${winning.join(', ')}.`,
				];
	if (isSystem(scope))
		return [
			...overridden,
			...(name === 'synchronous_standby_names' ? await commitsNow(session) : []),
			...(context === 'postmaster'
				? [`${name} counts only after PostgreSQL has been restarted; until then nothing changes.`]
				: []),
		];
	const { rows } = await session.read(sessionsConcerned, [scope.role, scope.database, name]);
	const there = Number(rows[0]?.sessions ?? 0);
	const themselves = Number(rows[0]?.set_themselves ?? 0);
	const superuser = scope.role !== null && (await session.read(roleRights, [scope.role])).rows[0]?.superuser;
	return [
		...(superuser === true
			? [
					`${upperFirst(named('role', scope.role ?? ''))} is a superuser: administrators, backups and maintenance that log in as it get this too.`,
				]
			: []),
		there === 0
			? `It counts for new sessions of ${scopeInWords(scope)}.`
			: `It counts for new sessions of ${scopeInWords(scope)}; the ${counted(there)} that ${there === 1 ? 'is' : 'are'} there now ${there === 1 ? 'keeps' : 'keep'} what ${there === 1 ? 'it has' : 'they have'} until ${there === 1 ? 'it ends' : 'they end'}.`,
		...overridden,
		...(themselves === 0
			? []
			: [
					`${themselves} of them ${themselves === 1 ? 'has' : 'have'} set ${name} themselves just after connecting, and that wins: change it in the program.`,
				]),
	];
}

/** What depends on the standbys that are waited for. */
async function commitsNow(session: PostgresSession): Promise<readonly string[]> {
	const { rows } = await session.read(standbysNow);
	const waiting = Number(rows[0]?.waiting ?? 0);
	const streaming = Number(rows[0]?.streaming ?? 0);
	return [
		`${waiting === 0 ? 'No commit waits' : waiting === 1 ? '1 commit waits' : `${waiting} commits wait`} for a standby now, and ${streaming === 0 ? 'no standby streams' : `${streaming} ${streaming === 1 ? 'standby streams' : 'standbys stream'}`}. A commit that no standby confirms is on this server alone.`,
	];
}

/** Whether a value of `own` beats one of `scope`: role in database, then role, then database, then server. */
function wins(own: SettingScope, scope: SettingScope): boolean {
	const rank = ({ role, database }: SettingScope) => (role === null ? 0 : 2) + (database === null ? 0 : 1);
	const meet = (a: string | null, b: string | null) => a === null || b === null || a === b;
	return rank(own) > rank(scope) && meet(own.role, scope.role) && meet(own.database, scope.database);
}
