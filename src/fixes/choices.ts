/** Values that have to be one of those that there are: names on the server, and rows of a preview. */
import type { Parameter, Solution } from '../article/article.ts';
import type { PostgresSession } from '../evidence/postgres/postgres.ts';
import type { Facts, PlanInput } from '../machine/ports.ts';
import { nearestName } from '../nearest-name.ts';
import { namesOn } from './databases.ts';
import type { FixerOptions } from './fixer.ts';
import { counted } from './in-words.ts';
import { askFor, namesOf, type Resolved } from './parameters.ts';
import { databasesInUse } from './sql.ts';
import { stepPreview, type Unready } from './step-preview.ts';

/** Databases and roles go by the same parameter names in every solution, so that a name that is not there can be told. */
export async function missingName(
	solution: Solution,
	parameters: Readonly<Record<string, string>>,
	session: PostgresSession,
): Promise<Unready | null> {
	for (const kind of ['database', 'role'] as const) {
		const parameter = solution.parameters.find(({ name }) => name === kind);
		const value = parameters[kind];
		if (parameter === undefined || parameter.type.kind !== 'name' || value === undefined) continue;
		const { choices, all } = await namesOn(session, kind);
		const missing = namesOf(value).find((name) => !all.has(name));
		if (missing === undefined) continue;
		const nearest = nearestName(missing, choices);
		const problem = `there is no ${kind} ${missing} on this server`;
		const given = namesOf(value);
		if (given.length === 1) return askFor(parameter, { suggestion: nearest, choices, problem });
		// A list of several is mended as a whole: of the names that there are only one could be chosen.
		return askFor(parameter, {
			suggestion: given
				.flatMap((name) => (name !== missing ? [name] : nearest === null ? [] : [nearest]))
				.join(', '),
			choices: [],
			problem: `${problem}, which has ${choices.join(', ')}`,
		});
	}
	return null;
}

/** For a choice, the values of its column in the first preview that has it, asked without the choice made. */
export async function withChoices(
	options: FixerOptions,
	solution: Solution,
	{ parameter, asked }: Extract<Resolved, { readonly kind: 'asked' }>,
	input: PlanInput,
	session: PostgresSession,
): Promise<Unready> {
	if (parameter.type.kind === 'name' && (parameter.name === 'database' || parameter.name === 'role'))
		return { ...asked, choices: (await namesOn(session, parameter.name)).choices };
	const choices = await choicesOf(options, solution, parameter, input, session);
	return choices.length === 0
		? asked
		: { ...asked, choices, suggestion: asked.suggestion ?? choices[0] ?? null };
}

/** Empty: there is nothing to choose from, or the parameter is no choice. */
async function choicesOf(
	options: FixerOptions,
	solution: Solution,
	{ name, type }: Parameter,
	input: PlanInput,
	session: PostgresSession,
): Promise<readonly string[]> {
	if (type.kind !== 'choice') return [];
	const values: Facts = { ...input.facts, ...input.parameters, [name]: null };
	for (const step of solution.steps) {
		const preview = await stepPreview(options, step, values, session);
		if (preview === null || 'kind' in preview) continue;
		const found = preview.rows.flatMap((row) => {
			const value = row[type.column] ?? null;
			return value === null ? [] : [String(value)];
		});
		if (found.length > 0) return [...new Set(found)];
	}
	return [];
}

/** What the checks saw of that choice, and may be gone by now; null: they did not look. */
function seenBefore({ type }: Parameter, facts: Facts): readonly string[] | null {
	const seen = type.kind === 'choice' ? (facts[`${type.column}_seen`] ?? null) : null;
	return seen === null ? null : namesOf(seen);
}

/** Where nothing is to be done because a choice is not one of those that there are. */
export async function strayChoice(
	options: FixerOptions,
	solution: Solution,
	parameters: Readonly<Record<string, string>>,
	input: PlanInput,
	session: PostgresSession,
): Promise<Unready | null> {
	for (const parameter of solution.parameters) {
		const given = parameters[parameter.name];
		if (given === undefined) continue;
		const choices = await choicesOf(options, solution, parameter, input, session);
		const seen = seenBefore(parameter, input.facts);
		if (choices.includes(given) || (seen === null ? choices.length === 0 : seen.includes(given))) continue;
		const others = seen?.filter((each) => !choices.includes(each)) ?? [];
		return askFor(parameter, {
			suggestion: nearestName(given, [...choices, ...others]),
			choices,
			problem: `there is no ${parameter.name} ${given}${seen === null ? '' : ', and none was seen'}`,
		});
	}
	return null;
}

const endsSessions: ReadonlySet<string> = new Set(['terminate', 'cancel']);

/**
 * Where no session is to be ended because we are on another database than the clients, as an administrator often is:
 * nobody chose that database, so it is asked which one is meant. Null: it was chosen, or clients are nowhere.
 */
export async function clientsElsewhere(
	{ parameters: known, steps }: Solution,
	parameters: Readonly<Record<string, string>>,
	input: PlanInput,
	session: PostgresSession,
): Promise<Unready | null> {
	const parameter = known.find(({ name, type }) => name === 'database' && type.kind === 'name');
	const ours = parameters.database;
	if (parameter === undefined || ours === undefined || Object.hasOwn(input.parameters, 'database'))
		return null;
	if (!steps.some(({ applies }) => applies.some(({ language }) => endsSessions.has(language)))) return null;
	const { rows } = await session.read(databasesInUse);
	const used = rows.map(({ name, sessions }) => ({ name: String(name), sessions: Number(sessions) }));
	if (used.length === 0 || used.some(({ name }) => namesOf(ours).includes(name))) return null;
	return askFor(parameter, {
		suggestion: used[0]?.name ?? null,
		choices: used.map(({ name }) => name),
		problem: `no client is on ${ours}; there are ${used.map(({ name, sessions }) => `${counted(sessions)} on ${name}`).join(', ')}`,
	});
}
