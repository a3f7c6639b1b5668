import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Problem } from '../../article/article.ts';
import { lintArticle } from '../../article/lint.ts';
import { formatProblem } from '../../article/problems.ts';
import { toJson } from '../../report/json.ts';
import { count } from '../../report/words.ts';
import { systemCode } from '../../system-code.ts';
import type { Command } from '../command.ts';
import { ExpectedError } from '../errors.ts';
import { exitStatus } from '../exit-status.ts';

function unreadable(path: string, error: unknown): ExpectedError {
	const code = systemCode(error) ?? 'unreadable';
	const why = code === 'ENOENT' ? 'there is no such file' : code;
	return new ExpectedError(
		code,
		`could not read ${path}: ${why}`,
		['name Markdown files, or folders of them'],
		exitStatus.badData,
	);
}

/** The file itself, or the Markdown files of a folder and of those in it. */
async function filesAt(path: string): Promise<readonly string[]> {
	try {
		const entries = await readdir(path, { recursive: true, withFileTypes: true });
		return (
			entries
				.filter((entry) => entry.isFile() && entry.name.endsWith('.md'))
				.map((entry) => join(entry.parentPath, entry.name))
				// The guide shows pieces of articles, and is none.
				.filter((file) => !file.endsWith('writing-articles.md'))
				.sort()
		);
	} catch (error) {
		if (systemCode(error) === 'ENOTDIR') return [path];
		throw unreadable(path, error);
	}
}

async function lintFile(path: string): Promise<readonly Problem[]> {
	let text: string;
	try {
		text = await readFile(path, 'utf8');
	} catch (error) {
		throw unreadable(path, error);
	}
	return lintArticle(text, { path });
}

export const lint: Command = {
	async run({ positionals, options }, world) {
		const files = (await Promise.all((positionals.PATH ?? []).map(filesAt))).flat();
		if (files.length === 0) {
			throw new ExpectedError(
				'no-articles',
				'there is no Markdown file there',
				['name one: kbwizard lint FILE.md'],
				exitStatus.badData,
			);
		}
		const problems: Problem[] = [];
		for (const file of files) problems.push(...(await lintFile(file)));
		const errors = problems.filter(({ severity }) => severity === 'error').length;
		if (options.flag('json')) await world.stdout.write(toJson({ files, problems }));
		else {
			await world.stdout.write(problems.map((problem) => `${formatProblem(problem)}\n`).join(''));
			const warnings = problems.length - errors;
			await world.stderr.write(
				`${count(files.length, 'article')}: ${count(errors, 'error')}, ${count(warnings, 'warning')}\n`,
			);
		}
		return errors === 0 ? exitStatus.done : exitStatus.badData;
	},
};
