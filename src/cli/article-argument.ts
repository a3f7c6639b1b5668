/** ARTICLE on the command line: an id of a shipped one, or a file. And whether its fixes may run. */
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Article, Problem } from '../article/article.ts';
import { normalised } from '../article/normalised.ts';
import { formatProblem } from '../article/problems.ts';
import { nearestName } from '../nearest-name.ts';
import { systemCode } from '../system-code.ts';
import { ExpectedError, usageError } from './errors.ts';
import { exitStatus } from './exit-status.ts';
import { isArticleFile, precompiledArticles } from './precompiled.ts';
import type { World } from './world.ts';

export type LoadedArticle = {
	readonly article: Article;
	/** The build linted this very text: its queries are known to read only. */
	readonly checked: boolean;
	/** It ships with the program, or the user named this very text with --trust: only then its fixes run. */
	readonly trusted: boolean;
};

const problemsShown = 10;

function badArticle(path: string, problems: readonly Problem[]): ExpectedError {
	const errors = problems.filter(({ severity }) => severity === 'error');
	return new ExpectedError(
		'bad-article',
		`${path} is not an article that can be run: ${errors.length} ${errors.length === 1 ? 'error' : 'errors'}`,
		[...errors.slice(0, problemsShown).map(formatProblem), `all of it: kbwizard lint ${path}`],
		exitStatus.badData,
	);
}

/** As the build left it where the text is the same; else compiled and linted now, because it may say anything. */
async function compiled(
	text: string,
	path: string,
	built: readonly Article[],
): Promise<Omit<LoadedArticle, 'trusted'>> {
	// The text itself: hashing takes longer to load than all of the wizard before its first frame.
	const whole = normalised(text);
	const known = built.find((article) => article.text === whole);
	if (known !== undefined) return { article: { ...known, path }, checked: true };
	const [{ compileArticle }, { lintArticle }] = await Promise.all([
		import('../article/compile.ts'),
		import('../article/lint.ts'),
	]);
	const { article } = compileArticle(text, { path });
	const problems = await lintArticle(text, { path });
	if (article === null || problems.some(({ severity }) => severity === 'error'))
		throw badArticle(path, problems);
	return { article, checked: false };
}

async function readArticleFile(path: string): Promise<string> {
	try {
		return await readFile(path, 'utf8');
	} catch (error) {
		const code = systemCode(error) ?? 'unreadable';
		const why = code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'it is a folder' : code;
		throw new ExpectedError(
			code,
			`could not read the article ${path}: ${why}`,
			['kbwizard articles lists the shipped ones'],
			exitStatus.badData,
		);
	}
}

/** The shipped articles, by file name. */
export async function shippedArticles(world: World): Promise<readonly Article[]> {
	return (await loadShipped(world)).map(({ article }) => article);
}

async function loadShipped({ contentDir, builtArticles }: World): Promise<readonly LoadedArticle[]> {
	const built = await precompiledArticles(builtArticles);
	const names = (await readdir(contentDir)).filter(isArticleFile).sort();
	return Promise.all(
		names.map(async (name) => {
			const path = join(contentDir, name);
			return { ...(await compiled(await readArticleFile(path), path, built)), trusted: true };
		}),
	);
}

const isPath = (word: string): boolean => /\.md$/i.test(word) || /[\\/]/.test(word);

async function trustedTexts(files: readonly string[]): Promise<ReadonlySet<string>> {
	return new Set(await Promise.all(files.map(async (file) => normalised(await readArticleFile(file)))));
}

/**
 * @param word as given; null: the only shipped one
 * @param trust files that the user trusts, by their text
 * @throws ExpectedError: 64 where there is none of that name, 65 where it is broken
 */
export async function loadArticle(
	word: string | null,
	world: World,
	trust: readonly string[] = [],
): Promise<LoadedArticle> {
	if (word !== null && isPath(word)) {
		const built = await precompiledArticles(world.builtArticles);
		const loaded = await compiled(await readArticleFile(word), word, built);
		return { ...loaded, trusted: loaded.checked || (await trustedTexts(trust)).has(loaded.article.text) };
	}
	const shipped = await loadShipped(world);
	const [only, ...others] = shipped;
	if (word === null) {
		if (only !== undefined && others.length === 0) return only;
		throw usageError('there are several articles: which one?', [
			'kbwizard articles lists them',
			'kbwizard search TEXT finds one',
		]);
	}
	const named = shipped.find(({ article }) => matches(word, article.id, article.path));
	if (named !== undefined) return named;
	const nearest = nearestName(
		word,
		shipped.map(({ article }) => article.id),
	);
	throw usageError(`there is no article "${word}"`, [
		...(nearest === null ? [] : [`did you mean: ${nearest}`]),
		'kbwizard articles lists them',
		'an article of your own is named by its file: ./NAME.md',
	]);
}

function matches(word: string, id: string, path: string): boolean {
	const wanted = word.toLowerCase();
	return id.toLowerCase() === wanted || basename(path, '.md').toLowerCase() === wanted;
}
