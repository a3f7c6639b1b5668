import { readFileSync } from 'node:fs';
import type { Article } from '../../src/article/article.ts';
import { compileArticle } from '../../src/article/compile.ts';

export function readFixture(name: string): string {
	return readFileSync(new URL(`../fixtures/articles/${name}.md`, import.meta.url), 'utf8');
}

/** The compiled fixture, which must be without a problem. */
export function compiledFixture(name: string): Article {
	const { article, problems } = compileArticle(readFixture(name), { path: `${name}.md` });
	if (article === null || problems.length > 0) throw new Error(JSON.stringify(problems, null, 1));
	return article;
}

/** The text of the line (1-based) that something says it stands in. */
export function lineOf(text: string, line: number): string {
	return text.split('\n')[line - 1] ?? '';
}
