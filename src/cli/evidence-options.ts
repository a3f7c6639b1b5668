/** The options that bring evidence, and what a person would answer. */
import type { Article, Check, Slug } from '../article/article.ts';
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

/** The evidence that the command line brings. @throws ExpectedError with status 64 */
export function evidenceOf(options: OptionValues) {
	return { logs: options.many('log'), configs: options.many('config'), maxRows: maxRowsOf(options) };
}
