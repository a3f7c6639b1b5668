/** The options that bring evidence, and what a person would answer. */
import type { Article, Check, Slug } from '../article/article.ts';
import { isGlob, whyNothingThere } from '../evidence/logs/log-paths.ts';
import { asWizard } from '../machine/guided.ts';
import { nearestName } from '../nearest-name.ts';
import type { OptionValues } from './arguments.ts';
import { usageError } from './errors.ts';

function verdictOf(check: Check, verdict: string): string {
	const listed = check.branches.map((branch) => branch.verdict);
	if (listed.includes(verdict)) return verdict;
	const nearest = nearestName(verdict, listed);
	throw usageError(`${check.id} has no verdict "${verdict}"`, [
		...(nearest === null ? [] : [`did you mean: --answer '${check.id}=${nearest}'`]),
		`it is one of: ${listed.join(', ')}`,
	]);
}

/** `--answer CHECK=VERDICT`, each of them one that the article has. @throws ExpectedError with status 64 */
export function answersOf(options: OptionValues, published: Article): ReadonlyMap<Slug, string> {
	const checks = new Map(asWizard(published).checks.map((check) => [check.id, check]));
	return new Map(
		[...options.pairs('answer')].map(([slug, verdict]) => {
			const check = checks.get(slug);
			if (check !== undefined) return [slug, verdictOf(check, verdict)];
			const nearest = nearestName(slug, checks.keys());
			throw usageError(`${published.id} has no check "${slug}"`, [
				...(nearest === null ? [] : [`did you mean: --answer '${nearest}=${verdict}'`]),
				`kbwizard graph ${published.id} shows its checks`,
			]);
		}),
	);
}

/** `--max N`; null: it was not given. @throws ExpectedError with status 64 */
function maxRowsOf(options: OptionValues): number | null {
	const text = options.one('max');
	if (text === null) return null;
	const rows = Number(text);
	if (!Number.isInteger(rows) || rows < 1 || rows > 1_000_000) {
		throw usageError(`--max wants a number of rows from 1, not "${text}"`);
	}
	return rows;
}

/** Logs that were asked for, each of which is there. @throws ExpectedError with status 64 */
async function logsOf(options: OptionValues): Promise<readonly string[]> {
	const paths = options.many('log');
	for (const path of paths) {
		const why = await whyNothingThere(path);
		if (why === null) continue;
		throw usageError(`--log ${path}: ${why}`, [
			isGlob(path) ? 'put it in quotes, or the shell may have taken it apart' : 'look at the path',
			'without --log it is looked for by --config and by the server’s own settings',
		]);
	}
	return paths;
}

/** The evidence that the command line brings. @throws ExpectedError with status 64 */
export async function evidenceOf(options: OptionValues) {
	return { logs: await logsOf(options), configs: options.many('config'), maxRows: maxRowsOf(options) };
}
