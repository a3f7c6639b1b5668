/** A query without its data, by PostgreSQL's own parser, as pg_stat_statements would show it. */
import { unfitForParser } from './sql-parser.ts';
import { type SqlToken, sqlTokens } from './sql-tokens.ts';

/** Statements whose names say which tables are at stake; in others a name may be the value that was set. */
const keepNames: ReadonlySet<string> = new Set(
	`begin start commit end select insert update delete merge with values table explain declare copy lock truncate vacuum
	analyze cluster reindex refresh`.split(/\s+/),
);

/** A name in quotes that could as well stand without them, but for its capitals; others may hold anything. */
const plainName = /^"[A-Za-z_][A-Za-z_0-9]{0,62}"$/;

/**
 * Each literal is a `$n`, comments are gone, a quoted name that is not a plain word is `"?"`.
 * @returns null where the text is not all of it SQL, or of a kind whose names may be values
 */
export async function normaliseSql(sql: string): Promise<string | null> {
	// With standard_conforming_strings off a string ends elsewhere than we would think.
	if (unfitForParser(sql) !== null || sql.includes("\\'")) return null;
	try {
		const { fingerprint, normalize } = await import('libpg-query');
		// `normalize` hands on some errors, with what they quote, as if they were its result; a fingerprint is known by its form.
		if (!/^[\da-f]{16}$/.test(await fingerprint(sql))) return null;
		const normalised = withoutValues(await normalize(sql));
		return statementsOf(normalised).every(keepsNames) ? normalised : null;
	} catch {
		return null;
	}
}

/** What the parser leaves alone: comments, and literals in statements that are not queries. */
function withoutValues(normalised: string): string {
	let number = Math.max(0, ...[...normalised.matchAll(/\$(\d{1,5})\b/g)].map(([, digits]) => Number(digits)));
	const withoutValue = ({ kind, text }: SqlToken): string => {
		switch (kind) {
			case 'blank':
			case 'comment':
				return ' ';
			case 'string':
			case 'number':
				number += 1;
				return `$${number}`;
			case 'quoted name':
				return plainName.test(text) ? text : '"?"';
			case 'word':
			case 'sign':
				return text;
		}
	};
	return [...sqlTokens(normalised)].map(withoutValue).join('').replace(/ {2,}/g, ' ').trim();
}

/** Nothing is left in which a semicolon could hide. */
function statementsOf(normalised: string): readonly string[] {
	return normalised
		.split(';')
		.map((statement) => statement.trim())
		.filter((statement) => statement !== '');
}

function keepsNames(statement: string): boolean {
	const [first = ''] = /[a-z]+/i.exec(statement) ?? [];
	return keepNames.has(first.toLowerCase()) || /^create\s+(?:unique\s+)?index\s/i.test(statement);
}
