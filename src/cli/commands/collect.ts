import { loadArticle } from '../article-argument.ts';
import type { Command } from '../command.ts';
import { ExpectedError } from '../errors.ts';
import { exitStatus } from '../exit-status.ts';
import { formatOption, writeResult } from '../write-result.ts';

export const collect: Command = {
	async run({ positionals, options }, world) {
		const format = formatOption(options, ['psql', 'sh', 'powershell']);
		const { article } = await loadArticle(positionals.ARTICLE?.[0] ?? null, world);
		if (!article.checks.some(({ checks }) => checks.some(({ language }) => language === 'sql'))) {
			throw new ExpectedError(
				'nothing-to-collect',
				`${article.id} has no query that a script could ask`,
				[`kbwizard ${article.id} asks a person`],
				exitStatus.badData,
			);
		}
		const { collectingScript } = await import('../../evidence/bundle/collect/collecting-script.ts');
		await writeResult(collectingScript(format, { article, version: world.version }), options, world);
		return exitStatus.done;
	},
};
