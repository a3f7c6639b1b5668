import { plainInline } from '../../article/plain-text.ts';
import { toJson } from '../../report/json.ts';
import { shippedArticles } from '../article-argument.ts';
import type { Command } from '../command.ts';
import { usageError } from '../errors.ts';
import { exitStatus } from '../exit-status.ts';
import { type FoundArticle, findArticles, type Recognised, recognisedIn } from '../found-articles.ts';
import type { World } from '../world.ts';

/** Nobody reads a longer text for its error message. */
const longestText = 200_000;

async function textOf(words: readonly string[], { stdin, stderr }: World): Promise<string> {
	if (words.length !== 1 || words[0] !== '-') return words.join(' ');
	if (stdin.isTerminal) await stderr.write('Paste the message, then press Ctrl-D on a line of its own:\n');
	const text = await stdin.readAll(longestText);
	if (text.trim() === '')
		throw usageError('nothing came on standard input', ["kbwizard search 'THE MESSAGE'"]);
	return text;
}

function recognisedLines({ answers, causes, next }: Recognised): readonly string[] {
	return [
		'',
		...answers.map(({ title, verdict, text }) => `  ${title}  ${verdict}: ${text}`),
		...(causes.length === 0 ? [] : ['', '  It speaks for:']),
		...causes.map(({ title, standing }) => `    ${standing}  ${title}`),
		'',
		'  To go on:',
		...next.map((command) => `    ${command}`),
	];
}

const titleLine = ({ article }: FoundArticle): string => `${article.id}  ${plainInline(article.title)}`;

export const search: Command = {
	async run({ positionals, options }, world) {
		const text = await textOf(positionals.TEXT ?? [], world);
		const now = world.now();
		const found = findArticles(await shippedArticles(world), text, now);
		const [best, ...others] = found;
		const recognised = best === undefined ? null : recognisedIn(best, world.user, now);
		if (options.flag('json')) {
			const articles = found.map(({ article: { id, title }, score, matched }) => ({
				...{ id, title: plainInline(title) },
				...{ score, matched },
			}));
			const of =
				best === undefined || recognised === null ? null : { article: best.article.id, ...recognised };
			await world.stdout.write(toJson({ articles, recognised: of }));
		} else if (best === undefined)
			await world.stderr.write('No article has to do with that. kbwizard articles lists them.\n');
		else {
			const lines = [
				titleLine(best),
				...(recognised === null ? [] : recognisedLines(recognised)),
				...(recognised === null || others.length === 0 ? [] : ['']),
				...others.map(titleLine),
			];
			await world.stdout.write(`${lines.join('\n')}\n`);
		}
		return exitStatus.done;
	},
};
