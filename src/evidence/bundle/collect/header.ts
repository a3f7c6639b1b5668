/** What the script says about itself, before anything runs: the first thing that is read at the site. */
import type { Article } from '../../../article/article.ts';
import { plainInline } from '../../../article/plain-text.ts';
import { bundledRows } from '../format.ts';
import { plainId, plainTitle } from './quote.ts';

export type HeaderInput = {
	readonly article: Article;
	readonly version: string;
	/** The command line that runs it, and what there is to know about it. */
	readonly run: readonly string[];
	/** The whole script, for counting what it asks. */
	readonly script: string;
};

/** What the wrappers take of a log. */
export const logsTaken: readonly string[] = [
	'Of a log it takes the times at which it speaks of one of the troubles that are looked for, as which of them it is,',
	'and the numbers of its lines, threads and parts of the program. Not a word of it, and not its name.',
];

/** As comment lines of SQL. */
export function scriptHeader({ article, version, run, script }: HeaderInput): readonly string[] {
	const id = plainId(article.id);
	const asked = new Set(script.match(/^\\set kb_slug \S+$/gm)).size;
	const twice = script.includes('-- First of two looks');
	return [
		`${id}: ${plainTitle(plainInline(article.title))}`,
		`Made by kbwizard ${plainId(version)} from the article's own checks (sha256 ${plainId(article.sha256).slice(0, 16)}).`,
		'',
		'How to run it, on any machine from which psql reaches the server (psql 10 or later):',
		'',
		...run.map((line, index) => (index === 0 ? `    ${line}` : line)),
		'',
		'Send bundle.txt as a file. In a mail or a chat its text may stand too, best as it is and unformatted.',
		'Whoever has kbwizard reads it with: kbwizard open bundle.txt',
		'If psql is refused, send what it printed: that says a lot.',
		'',
		'What it does: it only reads, each query in a read-only transaction of its own that is rolled back, with a',
		`limit of seconds. It asks ${asked} questions${twice ? ', some of them twice,' : ''} of the catalogs and statistics of`,
		'PostgreSQL, and of nothing else. What this role may not see, and what this version does not have, is noted,',
		'and the next one is asked.',
		'',
		'What it takes: counts, times and states of sessions, limits and settings that have to do with connections,',
		`and for each question at most ${bundledRows} lines to look at.`,
		'',
		'What it never takes: rows of your tables, the text of queries or their values, passwords, and names or',
		'addresses as they are. Roles, databases, applications, addresses and whatever else is a name become tokens',
		'such as role-1f0c22ab. Equal names are equal tokens within one bundle, and others in the next one.',
	].map((line) => (line === '' ? '--' : `-- ${line}`));
}
