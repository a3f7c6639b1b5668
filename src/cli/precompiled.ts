/** The shipped articles as the build left them: linted and compiled. */
import { readFile } from 'node:fs/promises';
import type { Article } from '../article/article.ts';

/** The guide to writing articles lies beside them, and is none. */
const guide = 'writing-articles.md';

export const isArticleFile = (name: string): boolean => name.endsWith('.md') && name !== guide;

/**
 * Empty where the program runs from its source and nothing was built.
 * @param file `dist/articles.json`, which is our own build's, in ASCII: its shape is not checked again
 */
export async function precompiledArticles(file: URL): Promise<readonly Article[]> {
	const articles: readonly Article[] = JSON.parse(await readFile(file, 'latin1').catch(() => '[]'));
	return articles;
}
