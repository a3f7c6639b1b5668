/** A result goes to standard output, or to the file that was named. */
import { writeFile } from 'node:fs/promises';
import { printable } from '../evidence/untrusted.ts';
import { systemCode } from '../system-code.ts';
import type { OptionValues } from './arguments.ts';
import { ExpectedError, usageError } from './errors.ts';
import { exitStatus } from './exit-status.ts';
import type { World } from './world.ts';

/** @throws ExpectedError where the file cannot be written; one that is there is never overwritten */
export async function writeResult(text: string, options: OptionValues, world: World): Promise<void> {
	const file = options.one('output');
	if (file === null) return world.stdout.write(text);
	try {
		await writeFile(file, printable(text), { flag: 'wx', mode: 0o600 });
	} catch (error) {
		const code = systemCode(error) ?? 'write-failed';
		if (code === 'EEXIST')
			throw usageError(`${file} is there already`, ['name another file, or remove it first']);
		const why = error instanceof Error ? error.message : code;
		throw new ExpectedError(
			code,
			`could not write ${file}: ${why}`,
			['name another file: --output FILE'],
			exitStatus.badData,
		);
	}
	await world.stderr.write(`written: ${file}\n`);
}

/** One of a closed list, the first of which is the default. @throws ExpectedError with status 64 */
export function formatOption<const Format extends string>(
	options: OptionValues,
	formats: readonly [Format, ...Format[]],
): Format {
	const wanted = options.one('format');
	if (wanted === null) return formats[0];
	const found = formats.find((format) => format === wanted);
	if (found === undefined) throw usageError(`--format is one of ${formats.join(', ')}, not "${wanted}"`);
	return found;
}
