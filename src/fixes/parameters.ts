/** The values that a solution needs: given, or by default from what is known, or asked for. */
import { isAbsolute } from 'node:path';
import type { Parameter, Solution } from '../article/article.ts';
import { alternativesOf } from '../article/parameter-default.ts';
import { ParameterError, quoteIdentifier, quoteParameters } from '../article/parameters.ts';
import { fillPlaceholders } from '../article/placeholders.ts';
import { type PostgresSession, QueryError } from '../evidence/postgres/postgres.ts';
import { cleanText } from '../evidence/untrusted.ts';
import { filled, knownValues } from '../machine/facts.ts';
import type { Facts, FactValue, ParameterValues, PlanInput, Planned } from '../machine/ports.ts';
import { isNegativeInterval } from './sql.ts';

export type Asked = Extract<Planned, { readonly kind: 'parameter' }>;

export type Resolved =
	| { readonly kind: 'values'; readonly parameters: ParameterValues; readonly values: Facts }
	| { readonly kind: 'asked'; readonly parameter: Parameter; readonly asked: Asked };

/** A default that stands for "no restriction": the parameter is then NULL in the article's queries. */
const openDefaults: ReadonlySet<string> = new Set(['', 'any', 'all', 'none', 'null']);

/** As {@link filled}, for a person to read: what is not known is said to be so. */
export function filledIn(text: string, values: Facts): string {
	return fillPlaceholders(text, (name) => {
		const value = Object.hasOwn(values, name) ? (values[name] ?? null) : null;
		return value === null ? `(${name}: not known)` : cleanText(String(value));
	});
}

/**
 * Every parameter's value, or the first that has to be asked for.
 * @param needed those that are asked for; the others have the value that was given, their default, or none
 */
export async function resolveParameters(
	solution: Solution,
	input: PlanInput,
	session: PostgresSession | null,
	needed: readonly Parameter[] = solution.parameters,
): Promise<Resolved> {
	const parameters: Record<string, string> = {};
	const values: Record<string, FactValue> = { ...knownValues(input) };
	for (const parameter of solution.parameters) {
		const { name } = parameter;
		const given = Object.hasOwn(input.parameters, name) ? input.parameters[name] : undefined;
		const suggestion = defaultOf(parameter, values);
		const text = (given ?? suggestion ?? '').trim();
		if (isOpen(parameter) && openDefaults.has(text.toLowerCase())) {
			values[name] = null;
			continue;
		}
		const isNeeded = needed.includes(parameter);
		if (text === '') {
			if (!isNeeded) continue;
			return {
				kind: 'asked',
				parameter,
				asked: askFor(parameter, { suggestion: null, choices: [], problem: null }),
			};
		}
		const problem = await problemOf(parameter, text, session);
		if (problem !== null) {
			if (!isNeeded) continue;
			const other = given === undefined ? null : suggestion;
			return {
				kind: 'asked',
				parameter,
				asked: askFor(parameter, { suggestion: other, choices: [], problem }),
			};
		}
		parameters[name] = text;
		values[name] = parameter.type.kind === 'integer' ? Number(text) : text;
	}
	return { kind: 'values', parameters, values };
}

/** The question that a driver puts. */
export function askFor(
	parameter: Parameter,
	{ suggestion, choices, problem }: Pick<Asked, 'suggestion' | 'choices' | 'problem'>,
): Asked {
	const all = parameter.type.kind === 'one of' && choices.length === 0 ? parameter.type.values : choices;
	return {
		kind: 'parameter',
		name: parameter.name,
		question: parameter.question,
		suggestion,
		// Enter takes the first.
		choices: all.toSorted((one, other) => Number(other === suggestion) - Number(one === suggestion)),
		secret: parameter.type.kind === 'secret' || parameter.type.kind === 'connection',
		problem,
	};
}

/** The first whose facts are known, of `{fact} or any`. Null: none is, or it leaves the parameter open. */
function defaultOf(parameter: Parameter, values: Facts): string | null {
	for (const alternative of alternativesOf(parameter)) {
		if (openDefaults.has(alternative.toLowerCase())) return null;
		const result = filled(alternative, values);
		if (!('unknown' in result)) return result.text;
	}
	return null;
}

/** Whether it may be left open: the last resort of its default says so. */
function isOpen(parameter: Parameter): boolean {
	const last = alternativesOf(parameter).at(-1);
	return last !== undefined && openDefaults.has(last.toLowerCase());
}

/** Why the value does not do; null: it does, as far as it can be told without acting. */
async function problemOf(
	{ name, type }: Parameter,
	text: string,
	session: PostgresSession | null,
): Promise<string | null> {
	switch (type.kind) {
		case 'integer': {
			if (!/^-?\d{1,15}$/.test(text)) return `“${cleanText(text)}” is not a whole number`;
			const value = Number(text);
			if (type.min !== null && value < type.min) return `it must be at least ${type.min}`;
			if (type.max !== null && value > type.max) return `it must be at most ${type.max}`;
			return null;
		}
		case 'name':
			return (
				text
					.split(',')
					.map((each) => nameProblem(name, each.trim()))
					.find((problem) => problem !== null) ?? null
			);
		case 'interval':
			if (session === null) return null;
			try {
				const { rows } = await session.read(isNegativeInterval, [text]);
				return rows[0]?.negative === true ? `“${cleanText(text)}” is less than no time at all` : null;
			} catch (error) {
				if (error instanceof QueryError && !error.lost)
					return `“${cleanText(text)}” is not a length of time; write 5 minutes, 30s or 1h`;
				throw error;
			}
		case 'path':
			return pathProblem(text);
		case 'one of':
			return type.values.includes(text) ? null : `it must be one of ${type.values.join(', ')}`;
		case 'files':
			return /\p{Cc}/u.test(text) ? 'there is a control character in it' : null;
		case 'choice':
		case 'secret':
		case 'connection':
			return null;
	}
}

function pathProblem(text: string): string | null {
	if (/\p{Cc}/u.test(text)) return 'there is a control character in it';
	return isAbsolute(text) ? null : `“${cleanText(text)}” must be the whole path, from the root on`;
}

function nameProblem(name: string, text: string): string | null {
	try {
		quoteParameters(`:"${name}"`, { [name]: text });
		return null;
	} catch (error) {
		if (error instanceof ParameterError) return error.message;
		throw error;
	}
}

/** The names of a comma-separated list, once each. */
export function namesOf(value: FactValue): readonly string[] {
	if (value === null) return [];
	return [
		...new Set(
			String(value)
				.split(',')
				.map((each) => each.trim()),
		),
	].filter((each) => each !== '');
}

/** For sentences: `database "openiz"`. */
export function named(kind: 'database' | 'role', name: string): string {
	return /^[a-z_][a-z0-9_]*$/.test(name) ? `${kind} ${name}` : `${kind} ${quoteIdentifier(name)}`;
}
