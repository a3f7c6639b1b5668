/** A bundle of a server as a site would send it: by the script that the program makes, and the real psql. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Article } from '../../src/article/article.ts';
import { compileArticle } from '../../src/article/compile.ts';
import { psqlScript } from '../../src/evidence/bundle/collect/psql-script.ts';
import { worthRescue } from '../../src/evidence/postgres/keeper.ts';
import { connectVerdictOf } from '../../src/evidence/refusal-text/connect-verdict.ts';
import { runPsql } from './psql.ts';

const path = fileURLToPath(
	new URL('../../content/kb008-postgresql-connections-fail-with-block-message.md', import.meta.url),
);

function compiled(): Article {
	const { article } = compileArticle(readFileSync(path, 'utf8'), { path });
	if (article === null) throw new Error('KB008 does not compile');
	return article;
}

let article: Article | null = null;

export function kb008(): Article {
	article ??= compiled();
	return article;
}

export function kb008Script(): string {
	return psqlScript({ article: kb008(), version: '0.1.0' });
}

/** Refusals of the server's slots, as the wrapper passes them on to the rescue. */
const routines: Readonly<Record<string, string>> = {
	'ordinary slots gone': 'InitPostgres',
	'no slot at all': 'InitProcess',
};

/** What the ordinary role brings; where it is refused, its refusal and what the rescue brings. */
export async function bundleOf(ordinary: string, rescue: string): Promise<string> {
	const script = kb008Script();
	const first = await runPsql(ordinary, script);
	if (first.stdout.includes('record head')) return first.stdout;
	const verdict = connectVerdictOf(first.stderr)?.verdict ?? 'otherwise';
	// As the live look does it.
	if (!worthRescue.has(verdict)) return first.stderr;
	const routine = routines[verdict];
	const refused = routine === undefined ? 'none' : `53300/${routine}`;
	const second = await runPsql(rescue, script, { refused });
	return `${first.stderr}\n${second.stdout}`;
}
