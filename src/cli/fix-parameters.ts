/** `--set NAME=VALUE`: the parameters of a solution. */
import { readFile } from 'node:fs/promises';
import type { Solution } from '../article/article.ts';
import type { ParameterValues } from '../machine/ports.ts';
import { nearestName } from '../nearest-name.ts';
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
		const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
		throw new ExpectedError(
			code,
			`could not read ${path} for --set ${name}=@FILE`,
			['give a file that you can read'],
			exitStatus.usage,
		);
	}
}

/** @param solutions those that the names may belong to. @throws ExpectedError with status 64 */
export async function parametersOf(
	options: OptionValues,
	solutions: readonly Solution[],
): Promise<ParameterValues> {
	const known = [...new Set(solutions.flatMap(({ parameters }) => parameters.map(({ name }) => name)))];
	const entries = [...options.pairs('set')].map(async ([name, given]) => {
		if (!known.includes(name)) {
			const nearest = nearestName(name, known);
			throw usageError(`there is no parameter "${name}" here`, [
				...(nearest === null ? [] : [`did you mean: --set ${nearest}=…`]),
				known.length === 0 ? 'this solution has no parameter' : `it is one of: ${known.join(', ')}`,
			]);
		}
		return [name, await givenValue(name, given)] as const;
	});
	return Object.fromEntries(await Promise.all(entries));
}
