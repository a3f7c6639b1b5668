import { graphOf, toDot, toMermaid } from '../../machine/graph.ts';
import { toJson } from '../../report/json.ts';
import { loadArticle } from '../article-argument.ts';
import type { Command } from '../command.ts';
import { exitStatus } from '../exit-status.ts';
import { formatOption, writeResult } from '../write-result.ts';

export const graph: Command = {
	async run({ positionals, options }, world) {
		const format = options.flag('json') ? 'json' : formatOption(options, ['mermaid', 'dot', 'json']);
		const { article } = await loadArticle(positionals.ARTICLE?.[0] ?? null, world);
		const drawn = graphOf(article);
		const text = { mermaid: toMermaid, dot: toDot, json: toJson }[format](drawn);
		await writeResult(text, options, world);
		return exitStatus.done;
	},
};
