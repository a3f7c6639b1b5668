/** `--set NAME=VALUE`: the parameters of a solution. */
import { readFile } from 'node:fs/promises';
import type { Solution, Step } from '../article/article.ts';
import { isStepwise, stepName } from '../article/step-kind.ts';
import type { ParameterValues } from '../machine/ports.ts';
import { nearestName } from '../nearest-name.ts';
import { systemCode } from '../system-code.ts';
import type { OptionValues } from './arguments.ts';
import { ExpectedError, usageError } from './errors.ts';
import { exitStatus } from './exit-status.ts';

/** `@FILE` is the file's text without the line break at its end. */
async function givenValue(name: string, given: string): Promise<string> {
	if (!given.startsWith('@')) return given;
	const path = given.slice(1);
	try {
		return (await readFile(path, 'utf8')).replace(/\r?\n$/, '');
	} catch (error) {
		const code = systemCode(error) ?? 'unreadable';
		throw new ExpectedError(
			code,
			`could not read ${path} for --set ${name}=@FILE`,
			['give a file that you can read'],
			exitStatus.usage,
		);
	}
}

/**
 * The step that is meant; null: none was named, or the solution is done in one go.
 * @throws ExpectedError with status 64 for a step that is not there
 */
export function stepOf(options: OptionValues, solution: Solution): Step | null {
	const named = isStepwise(solution) ? new Map(options.pairs('set')).get(stepName) : undefined;
	if (named === undefined) return null;
	const found = solution.steps.find(({ id }) => id === named.toLowerCase());
	if (found !== undefined) return found;
	const ids = solution.steps.map(({ id }) => id);
	const nearest = nearestName(named, ids);
	throw usageError(`${solution.title} has no step "${named}"`, [
		...(nearest === null ? [] : [`did you mean: --set ${stepName}=${nearest}`]),
		`its steps: ${ids.join(', ')}`,
	]);
}

/**
 * @param solutions those that the names may belong to
 * @param besides what `--set` may name that is no parameter
 * @throws ExpectedError with status 64
 */
export async function parametersOf(
	options: OptionValues,
	solutions: readonly Solution[],
	besides: readonly string[] = [],
): Promise<ParameterValues> {
	const known = [
		...new Set([...besides, ...solutions.flatMap(({ parameters }) => parameters.map(({ name }) => name))]),
	];
	const given = [...options.pairs('set')].filter(([name]) => !besides.includes(name));
	const entries = given.map(async ([name, text]) => {
		if (!known.includes(name)) {
			const nearest = nearestName(name, known);
			throw usageError(`there is no parameter "${name}" here`, [
				...(nearest === null ? [] : [`did you mean: --set ${nearest}=…`]),
				known.length === 0 ? 'this solution has no parameter' : `it is one of: ${known.join(', ')}`,
			]);
		}
		return [name, await givenValue(name, text)] as const;
	});
	const files = options.many('config');
	// The files that were looked at are those that are changed, unless others are named.
	const config = known.includes('config') && files.length > 0 ? { config: files.join(', ') } : {};
	return { ...config, ...Object.fromEntries(await Promise.all(entries)) };
}
