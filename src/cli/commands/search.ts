import { plainInline } from '../../article/plain-text.ts';
import { searchArticles } from '../../article/search.ts';
import { toJson } from '../../report/json.ts';
import { shippedArticles } from '../article-argument.ts';
import type { Command } from '../command.ts';
import { exitStatus } from '../exit-status.ts';

export const search: Command = {
	async run({ positionals, options }, world) {
		const text = (positionals.TEXT ?? []).join(' ');
		const found = searchArticles(await shippedArticles(world), text).map(({ article, score, matched }) => ({
			id: article.id,
			title: plainInline(article.title),
			score,
			matched,
		}));
		if (options.flag('json')) await world.stdout.write(toJson({ articles: found }));
		else if (found.length === 0)
			await world.stderr.write('No article has to do with that. kbwizard articles lists them.\n');
		else await world.stdout.write(found.map(({ id, title }) => `${id}  ${title}\n`).join(''));
		return exitStatus.done;
	},
};
