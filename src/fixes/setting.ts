/**
 * `setting apply name=… value=…` with `system=true`, `database=:database`, `role=:role`, or the last two together: a server
 * setting for whom it is meant. A value of `default` unsets it; a parameter that was left open leaves it as it is.
 * `at-least=30min` is a lower bound of the article's own.
 */
import type { Fence } from '../article/article.ts';
import { type PostgresSession, QueryError } from '../evidence/postgres/postgres.ts';
import { nearestName } from '../nearest-name.ts';
import { askAdministrator, type MissingRight } from './ask-administrator.ts';
import { attributeValue, parameterOf } from './attribute.ts';
import type { Effect, PrepareContext, Prepared } from './effect.ts';
import { namesOf } from './parameters.ts';
import { asKept, type SettingScope, setSetting, settingNames, tryValue } from './setting-sql.ts';
import {
	isSystem,
	lookAt,
	reasonOrValue,
	runsAlready,
	runsWith,
	settingInWords,
	settingOf,
	settling,
	valueIn,
} from './setting-state.ts';
import { inServerUnits, isBelow, type Setting, valueProblem } from './setting-value.ts';
import { obstacle, reachOf, sessionsFromBefore } from './setting-warnings.ts';
import { preparedChanges, sent, type ValueChange } from './value-change.ts';

type Refused = Exclude<Prepared, { readonly kind: 'ready' }>;

export const setting: Effect = {
	language: 'setting',
	async prepare({ session, fence, preview, values }): Promise<Prepared> {
		if (session === null) return { kind: 'unavailable', why: 'there is no session', next: ['connect first'] };
		const changes: ValueChange[] = [];
		const reach: string[] = [];
		const nothing: string[] = [];
		const rights: MissingRight[] = [];
		const asked: string[] = [];
		const scopes: SettingScope[] = [];
		// A row of the preview is one thing to change, and its columns win over a parameter of the same name.
		for (const row of preview === null ? [{}] : preview.rows) {
			const planned = await plannedFor(session, fence, { ...values, ...row });
			if ('kind' in planned) {
				if (planned.kind !== 'nothing to do') return planned;
				nothing.push(planned.why);
				continue;
			}
			changes.push(...planned.changes);
			scopes.push(...planned.scopes);
			reach.push(...planned.reach);
			nothing.push(...planned.nothing);
			if (planned.missing !== null) rights.push(planned.missing.right);
			asked.push(...(planned.missing?.statements ?? []));
		}
		const [right] = rights;
		if (right !== undefined) return askAdministrator(right, [...changes.flatMap(sent), ...asked]);
		if (changes.length === 0)
			return { kind: 'nothing to do', why: [...new Set(nothing)].join('; ') || 'there is nothing to set' };
		const prepared = preparedChanges(changes);
		return {
			kind: 'ready',
			effect: {
				...prepared,
				consequences: [...prepared.consequences, ...new Set(reach)],
				notReached: (held, since) => sessionsFromBefore(held, scopes, since),
			},
		};
	},
};

type PlannedChanges = {
	readonly changes: readonly ValueChange[];
	/** Of each change. */
	readonly scopes: readonly SettingScope[];
	/** Whom the new values reach, and whom not. */
	readonly reach: readonly string[];
	readonly nothing: readonly string[];
	/** What somebody else has to do, for want of a right; null: nothing. */
	readonly missing: { readonly right: MissingRight; readonly statements: readonly string[] } | null;
};

async function plannedFor(
	session: PostgresSession,
	fence: Fence,
	known: PrepareContext['values'],
): Promise<PlannedChanges | Refused> {
	const given = attributeValue(fence, 'name', known);
	if (given === null) return parameter('name', 'which setting?', []);
	const value = attributeValue(fence, 'value', known);
	if (value === null) return { kind: 'nothing to do', why: `${String(given)} is left as it is` };
	const found = await settingOf(session, String(given));
	if (found === null) return unknownSetting(session, fence, String(given));
	const text = inServerUnits(found, String(value));
	const set = text.trim().toLowerCase() === 'default' ? null : asKept(found.name, text);
	const least = fence.attributes['at-least'] ?? null;
	const wrong = set === null ? null : ((await problemOf(session, found, set)) ?? tooLow(found, set, least));
	if (wrong !== null) return parameter(parameterOf(fence, 'value') ?? 'value', wrong, found.allowed);
	const scopes = scopesOf(fence, known);
	if ('kind' in scopes) return scopes;
	return changesFor(session, found, set, scopes);
}

async function changesFor(
	session: PostgresSession,
	setting: Setting,
	set: string | null,
	scopes: readonly SettingScope[],
): Promise<PlannedChanges | Refused> {
	const changes: ValueChange[] = [];
	const reach: string[] = [];
	const nothing: string[] = [];
	let right: MissingRight | null = null;
	const statements: string[] = [];
	const changed: SettingScope[] = [];
	for (const scope of scopes) {
		const hindrance = await obstacle(session, scope, setting);
		if (hindrance?.kind === 'not allowed') {
			if (isSystem(scope) && set !== null && runsWith(setting, set)) {
				nothing.push(`${settingInWords(scope, setting.name)} is ${set} already`);
				continue;
			}
			right ??= hindrance.right;
			statements.push(
				setSetting(scope, setting.name, set),
				...(settling(scope, setting.name)?.statements ?? []),
			);
			continue;
		}
		if (hindrance !== null) return hindrance;
		const looked = await reasonOrValue(() => valueIn(session, scope, setting.name));
		if ('why' in looked)
			return { kind: 'unavailable', why: looked.why, next: ['change it by hand, and keep the old value'] };
		if (
			looked.value === set ||
			(isSystem(scope) && set !== null && (await runsAlready(session, setting, set)))
		)
			nothing.push(`${settingInWords(scope, setting.name)} is ${set ?? 'not set'} already`);
		else {
			changes.push(changeOf(scope, setting, looked.value, set));
			changed.push(scope);
			reach.push(...(await reachOf(session, scope, setting)));
		}
	}
	return { changes, scopes: changed, reach, nothing, missing: right === null ? null : { right, statements } };
}

function changeOf(
	scope: SettingScope,
	{ name }: Setting,
	old: string | null,
	set: string | null,
): ValueChange {
	const settle = settling(scope, name);
	return {
		what: settingInWords(scope, name),
		object: settingInWords(scope, name),
		effect: 'setting',
		old,
		set,
		statement: setSetting(scope, name, set),
		inverse: (before) => ({
			effect: 'setting',
			...scope,
			name,
			before: before === null ? null : String(before),
		}),
		back: [setSetting(scope, name, old), ...(settle?.statements ?? [])].join('; '),
		look: (session) => lookAt(session, scope, name),
		notFrom: [],
		...(settle === undefined ? {} : { settle }),
	};
}

/** Each role in each database that is named; or who has to be named. */
function scopesOf(fence: Fence, known: PrepareContext['values']): readonly SettingScope[] | Refused {
	const { attributes } = fence;
	const listed = (attribute: 'role' | 'database'): readonly (string | null)[] | Refused => {
		if (!(attribute in attributes)) return [null];
		const names = namesOf(attributeValue(fence, attribute, known));
		if (names.length > 0) return names;
		return parameter(parameterOf(fence, attribute) ?? attribute, `which ${attribute}?`, []);
	};
	const roles = listed('role');
	if ('kind' in roles) return roles;
	const databases = listed('database');
	if ('kind' in databases) return databases;
	const scopes = roles.flatMap((role) => databases.map((database) => ({ role, database })));
	const [first] = scopes;
	if (first !== undefined && isSystem(first) !== (attributes.system === 'true'))
		return {
			kind: 'unavailable',
			why: 'the article does not say for whom it is set: system=true, or a role, a database, or both',
			next: ['see what is wrong with the article: kbwizard lint'],
		};
	return scopes;
}

function parameter(name: string, problem: string, choices: readonly string[]): Refused {
	return { kind: 'parameter', name, problem, choices };
}

async function unknownSetting(session: PostgresSession, fence: Fence, name: string): Promise<Refused> {
	const { rows } = await session.read(settingNames);
	const near = nearestName(
		name,
		rows.map((row) => String(row.name)),
	);
	const version = session.server.version ?? '';
	const why = `PostgreSQL ${version} has no setting ${name}, or ${session.server.user ?? 'this role'} may not see it`;
	const named = parameterOf(fence, 'name');
	if (named !== null)
		return parameter(
			named,
			near === null ? why : `${why}; the nearest is ${near}`,
			near === null ? [] : [near],
		);
	const value = parameterOf(fence, 'value');
	if (value !== null) return parameter(value, `${why}: leave it as it is (any)`, ['any']);
	return { kind: 'unavailable', why, next: [] };
}

/** The article's own bound, where what the server allows would do harm. */
function tooLow(setting: Setting, text: string, least: string | null): string | null {
	if (least === null || !isBelow(setting, text, least)) return null;
	return `${setting.name} must be at least ${least} here, or 0`;
}

/** What the server would say to it; tried on where a session may try, without changing anything. */
async function problemOf(session: PostgresSession, setting: Setting, text: string): Promise<string | null> {
	const problem = valueProblem(setting, text);
	// A timeout would be in force while the transaction that tries it is ended.
	const canBeTried = setting.context === 'user' && !setting.name.endsWith('_timeout');
	if (problem !== null || !canBeTried) return problem;
	try {
		await session.read(tryValue, [setting.name, text]);
		return null;
	} catch (error) {
		if (error instanceof QueryError && !error.lost) return error.failure.message;
		throw error;
	}
}
