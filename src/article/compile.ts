/** Markdown → Article. Fast and synchronous: what needs PostgreSQL's parser is the linter's. */
import type { Article, Problem } from './article.ts';
import { articleHash } from './article-hash.ts';
import { lineBreaks } from './markdown-blocks.ts';
import { normalised } from './normalised.ts';
import { byLine, problemList, type Report } from './problems.ts';
import { readArticle } from './read-article.ts';

export type CompileOptions = {
	/** As given on the command line, or the name of the shipped file: for messages. */
	readonly path: string;
};

export type Compiled = {
	/** Null: there is an error that no machine could be made of; `problems` says which. */
	readonly article: Article | null;
	/** In the order of lines. */
	readonly problems: readonly Problem[];
};

/** Larger is no article: the largest known has 60 kB. */
const longestText = 2_000_000;

/**
 * Compiles the text of an article. Any text gives an article or errors, never an exception.
 */
export function compileArticle(text: string, options: CompileOptions): Compiled {
	const { article, problems } = draftArticle(text, options);
	return { article: problems.some(({ severity }) => severity === 'error') ? null : article, problems };
}

/** As {@link compileArticle}, but with what could be read in spite of errors: so that lint says everything at once. */
export function draftArticle(given: string, { path }: CompileOptions): Compiled {
	const { problems, report } = problemList(path);
	const text = normalised(given.slice(0, longestText));
	if (given.length > longestText) {
		report({
			line: 1,
			rule: 'too-long',
			message: 'the file is larger than any article',
			expected: 'less than 2 MB',
		});
	}
	reportControls(text, report);
	try {
		const article = readArticle(text, path, articleHash(text), report);
		return { article, problems: byLine(problems) };
	} catch (error) {
		// Markdown can be nested deeper than any stack: the lexer is recursive.
		if (!(error instanceof RangeError)) throw error;
		report({
			line: 1,
			rule: 'too-deep',
			message: 'the text is nested too deeply',
			expected: 'a few levels of lists or quotes',
		});
		return { article: null, problems: byLine(problems) };
	}
}

/** Text that a terminal would obey, or that reads otherwise than it is, has no place in an article. */
function reportControls(text: string, report: Report): void {
	const match = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/.exec(text);
	if (match === null) return;
	const code = (match[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
	report({
		line: 1 + lineBreaks(text.slice(0, match.index)),
		rule: 'control-character',
		message: `there is a control character (U+${code}) in the text`,
		expected: 'printable text',
	});
}
