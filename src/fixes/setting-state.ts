/** A setting as it stands in one scope, and the way from one value of it to another. */
import { type PostgresSession, QueryError } from '../evidence/postgres/postgres.ts';
import { cleanText, withoutSecrets } from '../evidence/untrusted.ts';
import type { FactValue, Row } from '../machine/ports.ts';
import type { Inverse } from '../session/record.ts';
import type { Standing, WayBack } from './effect.ts';
import { named } from './parameters.ts';
import { reload, reloadFiles } from './reload.ts';
import {
	filesValue,
	ownersThere,
	ownValues,
	type SettingScope,
	setSetting,
	settingByName,
	standbysNow,
	systemValue,
} from './setting-sql.ts';
import { type Setting, sameValue, settingFrom } from './setting-value.ts';
import { type Settling, statementBack } from './value-change.ts';

/** How long the server may take to read its files again, in milliseconds. */
const reloadTimeoutMs = 5_000;

export function isSystem({ role, database }: SettingScope): boolean {
	return role === null && database === null;
}

/** `role ims in database openiz`. */
export function scopeInWords({ role, database }: SettingScope): string {
	if (role !== null)
		return `${named('role', role)}${database === null ? '' : ` in ${named('database', database)}`}`;
	return database === null ? 'the server' : named('database', database);
}

export function settingInWords(scope: SettingScope, name: string): string {
	return `${name} of ${scopeInWords(scope)}`;
}

/** Null: this server has no such setting, or this role may not see it. @throws QueryError */
export async function settingOf(session: PostgresSession, name: string): Promise<Setting | null> {
	const { rows } = await session.read(settingByName, [name]);
	return rows[0] === undefined ? null : settingFrom(rows[0]);
}

/** One that a role or a database has of its own. */
export type OwnValue = { readonly scope: SettingScope; readonly value: string };

/** @throws QueryError; Error where a value cannot be told exactly */
export async function ownValuesOf(session: PostgresSession, name: string): Promise<readonly OwnValue[]> {
	const { rows } = await session.read(ownValues, [name]);
	return rows.map((row) => ({
		scope: {
			role: typeof row.role === 'string' ? row.role : null,
			database: typeof row.database === 'string' ? row.database : null,
		},
		value: exactText(row.value ?? null, name),
	}));
}

/**
 * The value that stands in this scope, byte for byte; null: none does.
 * @throws QueryError; Error where it holds something that this program does not keep
 */
export async function valueIn(
	session: PostgresSession,
	scope: SettingScope,
	name: string,
): Promise<string | null> {
	if (isSystem(scope)) {
		const { rows } = await session.read(systemValue, [name]);
		return rows[0] === undefined ? null : exactText(rows[0].value ?? null, name);
	}
	const own = await ownValuesOf(session, name);
	const same = own.find((each) => each.scope.role === scope.role && each.scope.database === scope.database);
	return same?.value ?? null;
}

/** From hexadecimal digits. A journal keeps no secret; a value with one in it is then not changed at all. */
function exactText(hex: FactValue, name: string): string {
	const digits = String(hex);
	const text = /^(?:[0-9a-f]{2})*$/.test(digits) ? Buffer.from(digits, 'hex').toString('utf8') : null;
	if (text === null || withoutSecrets(cleanText(text)) !== text.trim())
		throw new Error(
			`the value that ${name} has now holds a secret, or characters that cannot be shown: it would not be kept, so it could not be put back`,
		);
	return text;
}

/** @throws QueryError */
export async function lookAt(session: PostgresSession, scope: SettingScope, name: string): Promise<Standing> {
	const what = settingInWords(scope, name);
	const now = await valueIn(session, scope, name);
	return now === null && !(await isThere(session, scope)) ? { is: 'gone', what } : { is: 'there', what, now };
}

/** Dropped roles and databases take their settings with them. */
async function isThere(session: PostgresSession, { role, database }: SettingScope): Promise<boolean> {
	const { rows } = await session.read(ownersThere, [role, database]);
	return rows[0]?.there === true;
}

export function settingBack({
	role,
	database,
	name,
	before,
}: Extract<Inverse, { effect: 'setting' }>): WayBack {
	const scope = { role, database };
	const back = statementBack({
		before,
		statement: setSetting(scope, name, before),
		look: (session) => lookAt(session, scope, name),
		settle: settling(scope, name),
	});
	// Unset it may still stand in postgresql.conf.
	return isSystem(scope) && name === 'synchronous_standby_names' && before !== ''
		? { ...back, warning: 'every commit then waits until such a standby streams' }
		: back;
}

/** Whether the whole server runs with that value now. What others may have of their own cannot be told from here. */
export function runsWith(setting: Setting, value: string): boolean {
	return (
		(setting.context === 'postmaster' || setting.context === 'sighup') &&
		sameValue(setting, setting.current, value)
	);
}

/**
 * Whether the whole server runs with that value, and would after a restart, wherever it comes from.
 */
export async function runsAlready(
	session: PostgresSession,
	setting: Setting,
	value: string,
): Promise<boolean> {
	if (!runsWith(setting, value)) return false;
	const { rows } = await session.read(filesValue, [setting.name]);
	const filed = rows[0] === undefined ? setting.builtIn : String(rows[0].value ?? '');
	return filed !== null && sameValue(setting, filed, value);
}

/** A role or database has its new value as soon as the statement is through; the server has to read its files. */
export function settling(scope: SettingScope, name: string): Settling | undefined {
	return isSystem(scope) ? { statements: [reload], run: (session) => reloaded(session, name) } : undefined;
}

/**
 * Has the files read, and sees that they were, and that the value was taken.
 * @returns what is still to be done, for a person; null: nothing
 * @throws Error where the server did not take it
 */
async function reloaded(session: PostgresSession, name: string): Promise<string | null> {
	if (!(await reloadFiles(session, reloadTimeoutMs)))
		throw new Error(
			`it is in the configuration, but the server has not read its files again within ${reloadTimeoutMs / 1000} s: its log says why`,
		);
	return stillToDo(session, name);
}

/** Why the server does not run with what its files say; null: it does. @throws Error where it refused the value */
async function stillToDo(session: PostgresSession, name: string): Promise<string | null> {
	const setting = await settingOf(session, name);
	if (setting === null) return null;
	const { rows } = await session.read(filesValue, [name]);
	const row: Row | undefined = rows[0];
	const wanted = row === undefined ? setting.builtIn : String(row.value ?? '');
	const runs = wanted === null || sameValue(setting, wanted, setting.current);
	if (setting.context === 'postmaster')
		return runs ? null : 'it counts only after PostgreSQL has been restarted';
	if (typeof row?.error === 'string')
		throw new Error(
			`it is in the configuration, but the server did not take it: ${row.error} (${String(row.file)}, line ${String(row.line)})`,
		);
	if (setting.name === 'synchronous_standby_names') return standbyMissing(session, setting.current);
	if (setting.context === 'backend' || setting.context === 'superuser-backend')
		return 'it counts for new sessions';
	return null;
}

/** Null: no standby has to confirm, or one streams. */
async function standbyMissing(session: PostgresSession, names: string): Promise<string | null> {
	if (names === '') return null;
	const { rows } = await session.read(standbysNow);
	if (Number(rows[0]?.streaming ?? 0) > 0) return null;
	return `no standby streams now, so every commit waits until one does; to let them go: ${setSetting({ role: null, database: null }, 'synchronous_standby_names', '')}; ${reload}`;
}

/** What cannot be looked at or kept is a reason not to begin; a lost session is not. */
export async function reasonOrValue<T>(
	look: () => Promise<T>,
): Promise<{ readonly value: T } | { readonly why: string }> {
	try {
		return { value: await look() };
	} catch (error) {
		if (error instanceof QueryError || !(error instanceof Error)) throw error;
		return { why: error.message };
	}
}
