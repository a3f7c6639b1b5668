/** The YAML between `---` at the head of an article. */
import { parseDocument } from 'yaml';
import { nearestName } from '../nearest-name.ts';
import type { ArticleSource } from './article.ts';
import { lineBreaks } from './markdown-blocks.ts';
import type { Report } from './problems.ts';

export type FrontMatter = {
	readonly id: string | null;
	readonly title: string | null;
	readonly appliesTo: readonly string[];
	readonly keywords: readonly string[];
	readonly source: ArticleSource | null;
	/** What follows, and the line it begins on. */
	readonly body: string;
	readonly bodyLine: number;
};

const keys = ['id', 'title', 'applies-to', 'keywords', 'source'] as const;
const sourceKeys = ['url', 'title', 'licence'] as const;

/** An article without front matter is fine: everything in it can be read off the text. */
export function readFrontMatter(text: string, report: Report): FrontMatter {
	const match = /^---[ \t]*\n([\s\S]*?)(?:^|\n)---[ \t]*(?:\n|$)/.exec(text);
	const none = { id: null, title: null, appliesTo: [], keywords: [], source: null };
	if (match === null) return { ...none, body: text, bodyLine: 1 };
	const [whole, yaml = ''] = match;
	const rest = { body: text.slice(whole.length), bodyLine: 1 + lineBreaks(whole) };
	const document = parseDocument(yaml, { logLevel: 'silent', prettyErrors: false });
	const [error] = document.errors;
	if (error !== undefined) {
		report({
			line: 2 + lineBreaks(yaml.slice(0, error.pos[0])),
			rule: 'front-matter',
			message: `the front matter is not YAML: ${error.message.split('\n')[0] ?? ''}`,
			expected: 'key: value lines between two ---',
		});
		return { ...none, ...rest };
	}
	const value = plainValue(() => document.toJS({ maxAliasCount: 10 }));
	if (value === null || value === undefined) return { ...none, ...rest };
	if (!isRecord(value)) {
		report({
			line: 2,
			rule: 'front-matter',
			message: 'the front matter is not a list of keys',
			expected: 'id: KB000',
		});
		return { ...none, ...rest };
	}
	const lineOf = (key: string): number =>
		2 +
		Math.max(
			0,
			yaml.split('\n').findIndex((line) => line.trimStart().startsWith(`${key}:`)),
		);
	const unknown = (record: Record<string, unknown>, known: readonly string[]): void => {
		for (const key of Object.keys(record)) {
			if (known.includes(key)) continue;
			report({
				line: lineOf(key),
				rule: 'front-matter',
				message: `unknown key ${key} in the front matter`,
				expected: known.join(', '),
				nearest: nearestName(key, known),
			});
		}
	};
	const text1 = (record: Record<string, unknown>, key: string): string | null => {
		const entry = record[key];
		if (entry === undefined || entry === null) return null;
		if (typeof entry === 'string' || typeof entry === 'number') return String(entry).trim();
		report({
			line: lineOf(key),
			rule: 'front-matter',
			message: `${key} in the front matter is not text`,
			expected: `${key}: some text`,
		});
		return null;
	};
	const list = (key: string): string[] => {
		const entry = value[key];
		if (entry === undefined || entry === null) return [];
		const entries: unknown[] = Array.isArray(entry) ? entry : String(entry).split(',');
		return entries
			.filter((each) => typeof each === 'string' || typeof each === 'number')
			.map((each) => String(each).trim())
			.filter((each) => each !== '');
	};
	unknown(value, keys);
	const given = value.source;
	if (isRecord(given)) unknown(given, sourceKeys);
	const source = isRecord(given)
		? { url: text1(given, 'url'), title: text1(given, 'title'), licence: text1(given, 'licence') }
		: typeof given === 'string'
			? { url: given.trim(), title: null, licence: null }
			: null;
	return {
		id: text1(value, 'id'),
		title: text1(value, 'title'),
		appliesTo: list('applies-to'),
		keywords: list('keywords'),
		source,
		...rest,
	};
}

/** YAML's aliases can be made to explode: the library throws then, and there is no value. */
function plainValue(read: () => unknown): unknown {
	try {
		return read();
	} catch {
		return null;
	}
}

function isRecord(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
