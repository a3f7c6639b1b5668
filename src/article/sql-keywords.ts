/** What is left of a query that cannot be understood: words of SQL itself, from a closed list, and nothing else. */
import { sqlTokens } from './sql-tokens.ts';

/** Words that say what a query does. None is a name that somebody bears. */
const keywords: ReadonlySet<string> = new Set(
	`abort access add all alter analyze and any as asc autovacuum base_backup begin between by call case cast check
	checkpoint close cluster column comment commit committed concurrently conflict constraint copy create cross cursor
	database deallocate declare default deferrable delete desc discard distinct do drop else end except exclusive
	execute exists explain extension fetch filter for foreign from full function grant group having if ilike import in
	index inner insert intersect into is isolation join key lateral left level like limit listen local lock locked
	logical materialized merge mode move natural not nothing notify nowait null of offset on only or order outer over
	partition password physical plans prepare prepared primary procedure read recursive references refresh reindex
	release repeatable reset returning revoke right role rollback row savepoint schema select sequence serializable
	session set share show similar skip slot some start start_replication stdin stdout table temp temporary then to
	transaction trigger truncate type uncommitted union unique unlisten update user using vacuum values view when where
	window with work write`.split(/\s+/),
);

/** Longest result, in words. */
const mostWords = 40;

/** `SELECT … FROM … WHERE …`: the keywords in capitals, everything between them a `…`. */
export function keywordsOf(sql: string): string {
	const words: string[] = [];
	for (const { kind, text } of sqlTokens(sql)) {
		if (kind === 'blank' || text === ';') continue;
		const isKeyword = kind === 'word' && keywords.has(text.toLowerCase());
		const word = isKeyword ? text.toUpperCase() : '…';
		if (word !== '…' || words.at(-1) !== '…') words.push(word);
		if (words.length > mostWords) return [...words.slice(0, mostWords), '…'].join(' ');
	}
	return words.join(' ');
}
