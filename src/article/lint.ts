/** Everything that can be said about an article without a server. It loads PostgreSQL's parser; compiling does not. */
import type { Article, Problem } from './article.ts';
import { type CompileOptions, draftArticle } from './compile.ts';
import { lintGraph } from './lint-graph.ts';
import { lintLogPatterns } from './lint-log-patterns.ts';
import { lintCheckQueries, lintSolutionQueries, type QueryShapes } from './lint-queries.ts';
import { lintValues } from './lint-values.ts';
import { lintWaits } from './lint-waits.ts';
import { byLine, problemList } from './problems.ts';

/**
 * Every rule of the format, applied to the text of one article, in the order of lines. It never throws for what is
 * written there; `severity: 'error'` is what `kbwizard lint` fails for.
 */
export async function lintArticle(text: string, options: CompileOptions): Promise<Problem[]> {
	const { article, problems } = draftArticle(text, options);
	if (article === null) return [...problems];
	const { problems: found, report } = problemList(options.path);
	const shapes: QueryShapes = new Map();
	await lintCheckQueries(article, shapes, report);
	await lintSolutionQueries(article, shapes, report);
	await lintLogPatterns(article, report);
	lintWaits(article, shapes, report);
	lintGraph(article, report);
	lintValues(article, shapes, report);
	const all = [...problems, ...found];
	return byLine(all.filter((problem) => !isEcho(problem, all, article)));
}

/** What may only follow from another error in the same node: a part that could not be read has lost its meaning. */
const echoes: Readonly<Record<string, readonly string[]>> = {
	'cause-without-solution': ['dead-link', 'cure-syntax'],
	'effect-without-verification': ['verify-syntax', 'dead-link'],
	'unknown-column': ['unknown-role', 'unknown-language', 'misplaced-fence'],
	'unknown-name': ['parameter-syntax', 'unknown-role', 'unknown-language'],
	'verdict-list': ['branch-syntax', 'duplicate-verdict', 'unknown-role', 'unknown-language'],
};

/** The same, wherever the other error is: a link may have been lost anywhere. */
const farEchoes: Readonly<Record<string, readonly string[]>> = {
	unreachable: [
		'dead-link',
		'duplicate-slug',
		'branch-syntax',
		'cure-syntax',
		'unknown-bearing',
		'solution-in-branch',
	],
	'unknown-name': ['sql-syntax', 'query-not-allowed'],
};

function isEcho({ rule, line }: Problem, earlier: readonly Problem[], article: Article): boolean {
	if (earlier.some((problem) => farEchoes[rule]?.includes(problem.rule))) return true;
	const starts = [...article.checks, ...article.causes, ...article.solutions].map((node) => node.line);
	const start = Math.max(0, ...starts.filter((each) => each <= line));
	const end = Math.min(Number.POSITIVE_INFINITY, ...starts.filter((each) => each > line));
	return earlier.some(
		(problem) => echoes[rule]?.includes(problem.rule) && problem.line >= start && problem.line < end,
	);
}
