/** What keeps a setting from being changed, or from having its effect: told before anybody agrees. */
import type { PostgresSession } from '../evidence/postgres/postgres.ts';
import { grantee, grantsOfFiles, type MissingRight, mayNotAlter } from './ask-administrator.ts';
import { databaseStates } from './databases.ts';
import { counted, upperFirst } from './in-words.ts';
import { named } from './parameters.ts';
import {
	brokenFiles,
	grantedRight,
	roleRights,
	type SettingScope,
	sessionsConcerned,
	sessionsOlderThan,
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
	| { readonly kind: 'unavailable'; readonly why: string; readonly next: readonly string[] }
	/** Somebody else may. */
	| { readonly kind: 'not allowed'; readonly right: MissingRight };

function unavailable(why: string, next: readonly string[]): Obstacle {
	return { kind: 'unavailable', why, next };
}

function notAllowed(why: string, administrator: string | null, grants: readonly string[]): Obstacle {
	return { kind: 'not allowed', right: { why, administrator, grants } };
}

/** Rights to single settings can be granted from there on. */
const firstWithGrants = 150_000;

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

async function serverObstacle(
	session: PostgresSession,
	{ name, context, source }: Setting,
): Promise<Obstacle | null> {
	const me = session.server.user ?? 'this role';
	const to = grantee(session);
	const versionNum = session.server.versionNum ?? 0;
	if (context === 'internal') return unavailable(`${name} is fixed: no configuration changes it`, []);
	if (source === 'command line')
		return unavailable(
			`${name} was given on the command line that started PostgreSQL, which wins over every file`,
			['change it where the server is started: its service, its container, Patroni or another operator'],
		);
	const { rows } = await session.read(systemRights(versionNum), [name]);
	const rights = rows[0] ?? {};
	if (rights.allowed !== 'on')
		return unavailable('allow_alter_system is off: whoever runs this server keeps its settings elsewhere', [
			`set ${name} where they are kept`,
		]);
	const missing = [
		...(rights.may_set === true ? [] : [`grant alter system on parameter ${name} to ${to}`]),
		...(rights.may_reload === true ? [] : [`grant execute on function pg_reload_conf() to ${to}`]),
		...(rights.may_read === true ? [] : grantsOfFiles(session)),
	];
	if (missing.length > 0)
		return notAllowed(
			rights.may_set === true
				? `${me} may set ${name}, but not see or reload the configuration, so it could not be put back`
				: `${me} may not set ${name} for the server`,
			null,
			rights.may_set === true || versionNum >= firstWithGrants ? missing : [],
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
			return { kind: 'not allowed', right: mayNotAlter(session, 'database', database) };
	}
	if (role === null) return null;
	const { rows } = await session.read(roleRights, [role]);
	const [rights] = rows;
	if (rights === undefined)
		return { kind: 'parameter', name: 'role', problem: `there is no ${named('role', role)}`, choices: [] };
	if (rights.may_set === true) return null;
	const why = `${me} may not alter ${named('role', role)}`;
	return rights.superuser === true
		? notAllowed(`${why}, which is a superuser`, null, [])
		: notAllowed(why, `${named('role', role)} itself, a role with CREATEROLE that administers it`, []);
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
	const versionNum = session.server.versionNum ?? 0;
	const { rows } = await session.read(grantedRight(versionNum), [name]);
	if (rows[0]?.may_set === true) return null;
	return notAllowed(
		`${me} may not set ${name}`,
		null,
		versionNum < firstWithGrants ? [] : [`grant set on parameter ${name} to ${grantee(session)}`],
	);
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
			...(name === 'synchronous_standby_names' ? await commitsNow(session, setting.current) : []),
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

/**
 * A role's or database's setting is read when a session begins.
 * @returns how many are from before, and what to do; null: none, or those of the whole server, which takes it at once
 */
export async function sessionsFromBefore(
	session: PostgresSession,
	scopes: readonly SettingScope[],
	since: string,
): Promise<string | null> {
	const told: string[] = [];
	for (const scope of scopes.filter((each) => !isSystem(each))) {
		const { rows } = await session.read(sessionsOlderThan, [scope.role, scope.database, since]);
		const older = Number(rows[0]?.sessions ?? 0);
		if (older > 0)
			told.push(
				`${counted(older)} of ${scopeInWords(scope)} ${older === 1 ? 'is' : 'are'} from before the change and ${older === 1 ? 'keeps' : 'keep'} the old value: end ${older === 1 ? 'it' : 'them'}, or restart what ${older === 1 ? 'it belongs' : 'they belong'} to`,
			);
	}
	return told.length === 0 ? null : told.join('; ');
}

/** What depends on the standbys that are waited for. @param names of those that are waited for now */
async function commitsNow(session: PostgresSession, names: string): Promise<readonly string[]> {
	const { rows } = await session.read(standbysNow);
	const waiting = Number(rows[0]?.waiting ?? 0);
	const streaming = Number(rows[0]?.streaming ?? 0);
	return [
		`${waiting === 0 ? 'No commit waits' : waiting === 1 ? '1 commit waits' : `${waiting} commits wait`} for a standby now, and ${streaming === 0 ? 'no standby streams' : `${streaming} ${streaming === 1 ? 'standby streams' : 'standbys stream'}`}. A commit that no standby confirms is on this server alone.`,
		...(names === '' || streaming > 0
			? []
			: [`To take it back before such a standby streams (${names}) makes every commit wait again.`]),
	];
}

/** Whether a value of `own` beats one of `scope`: role in database, then role, then database, then server. */
function wins(own: SettingScope, scope: SettingScope): boolean {
	const rank = ({ role, database }: SettingScope) => (role === null ? 0 : 2) + (database === null ? 0 : 1);
	const meet = (a: string | null, b: string | null) => a === null || b === null || a === b;
	return rank(own) > rank(scope) && meet(own.role, scope.role) && meet(own.database, scope.database);
}
