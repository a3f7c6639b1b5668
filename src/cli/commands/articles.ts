import { plainInline } from '../../article/plain-text.ts';
import { toJson } from '../../report/json.ts';
import { shippedArticles } from '../article-argument.ts';
import type { Command } from '../command.ts';
import { exitStatus } from '../exit-status.ts';

export const articles: Command = {
	async run({ options }, world) {
		const listed = (await shippedArticles(world)).map(({ id, title, checks, causes, solutions, source }) => ({
			id,
			title: plainInline(title),
			checks: checks.length,
			causes: causes.length,
			solutions: solutions.length,
			source,
		}));
		await world.stdout.write(
			options.flag('json')
				? toJson({ articles: listed })
				: listed.map(({ id, title }) => `${id}  ${title}\n`).join(''),
		);
		return exitStatus.done;
	},
};
