/** The shipped article, and its queries asked on a real session as the program asks them. */
import { readFileSync } from 'node:fs';
import pg from 'pg';
import type { Article, Check, Fence } from '../../src/article/article.ts';
import { compileArticle } from '../../src/article/compile.ts';
import { bindParameters, type ParameterMap } from '../../src/article/parameters.ts';
import type { Finding, RankedCause } from '../../src/machine/finding.ts';
import type { Facts, Row } from '../../src/machine/ports.ts';
import { rankCauses } from '../../src/machine/rank.ts';

export const articlePath = new URL(
	'../../content/kb008-postgresql-connections-fail-with-block-message.md',
	import.meta.url,
).pathname;

export const articleText = readFileSync(articlePath, 'utf8');

export function kb008(): Article {
	const { article, problems } = compileArticle(articleText, { path: articlePath });
	if (article === null) throw new Error(`KB008 does not compile: ${JSON.stringify(problems)}`);
	return article;
}

/** Whether a fence is SQL for that server. */
export function fits({ language, min, max }: Fence, major: number): boolean {
	return language === 'sql' && (min === null || major >= min) && (max === null || major <= max);
}

const { INT8: int8, NUMERIC: numeric } = pg.types.builtins;

/** As the program's own session has them: pg gives these types as text. */
function asNumbers(row: Row, columns: readonly string[]): Row {
	return Object.fromEntries(columns.map((name) => [name, row[name] == null ? null : Number(row[name])]));
}

/** One query in a read-only transaction of its own, its parameters bound. */
export async function ask(client: pg.Client, sql: string, facts: ParameterMap): Promise<Row[]> {
	const { text, values } = bindParameters(sql, facts);
	await client.query('BEGIN READ ONLY');
	try {
		await client.query('SET LOCAL search_path = pg_catalog, pg_temp');
		const { rows, fields } = await client.query<Row>(text, [...values]);
		const counts = fields.filter(({ dataTypeID }) => [int8, numeric].includes(dataTypeID));
		return rows.map((row) => ({
			...row,
			...asNumbers(
				row,
				counts.map(({ name }) => name),
			),
		}));
	} finally {
		await client.query('ROLLBACK');
	}
}

export type Answer = {
	readonly check: Check;
	/** `otherwise` never stands here: an error is the test's to see. */
	readonly verdict: string;
	readonly facts: Facts;
};

/** What the second of two samples sees of the first. */
export function asBefore(facts: Facts): Facts {
	return Object.fromEntries(Object.entries(facts).map(([name, value]) => [`before_${name}`, value]));
}

export async function answer(
	client: pg.Client,
	check: Check,
	major: number,
	facts: Facts,
): Promise<Answer | null> {
	const fence = check.checks.find((candidate) => fits(candidate, major));
	if (fence === undefined) return null;
	const [row] = await ask(client, fence.body, facts);
	if (row === undefined) return { check, verdict: 'none', facts: {} };
	const { verdict, ...columns } = row;
	return { check, verdict: String(verdict), facts: columns };
}

export type Diagnosis = {
	readonly verdicts: Readonly<Record<string, string>>;
	readonly facts: Readonly<Record<string, Facts>>;
	readonly causes: readonly RankedCause[];
};

/**
 * Asks every SQL check, in order, and weighs the answers. Checks of two samples are asked at once and again after
 * `secondLook`, where that is given; otherwise they see no first sample.
 * @param connect verdict of the attempt, which is not made here
 */
export async function diagnose(
	client: pg.Client,
	major: number,
	options: {
		readonly connect?: string;
		readonly known?: Facts;
		readonly secondLook?: () => Promise<void>;
	} = {},
): Promise<Diagnosis> {
	const article = kb008();
	const answers: Answer[] = [];
	let known: Facts = { ...options.known };
	const firsts = new Map<string, Facts>();
	if (options.secondLook !== undefined) {
		for (const check of article.checks.filter(({ checks }) =>
			checks.some(({ againMs }) => againMs !== null),
		)) {
			const first = await answer(client, check, major, known);
			if (first !== null) firsts.set(check.id, asBefore(first.facts));
		}
		await options.secondLook();
	}
	for (const check of article.checks) {
		const answered = await answer(client, check, major, { ...known, ...firsts.get(check.id) });
		if (answered === null) continue;
		answers.push(answered);
		known = { ...known, ...answered.facts };
	}
	const [first] = article.checks;
	if (options.connect !== undefined && first !== undefined)
		answers.unshift({ check: first, verdict: options.connect, facts: {} });
	return {
		verdicts: Object.fromEntries(answers.map(({ check, verdict }) => [check.id, verdict])),
		facts: Object.fromEntries(answers.map(({ check, facts }) => [check.id, facts])),
		causes: rankCauses(article, answers.map(findingOf)),
	};
}

/** What is made of these verdicts, each by the check of that id. */
export function weigh(verdicts: Readonly<Record<string, string>>): readonly RankedCause[] {
	const article = kb008();
	const known = article.checks.filter(({ id }) => Object.hasOwn(verdicts, id));
	return rankCauses(
		article,
		known.map((check) => findingOf({ check, verdict: verdicts[check.id] ?? '', facts: {} })),
	);
}

function findingOf({ check, verdict, facts }: Answer): Finding {
	const branch = check.branches.find((candidate) => candidate.verdict === verdict);
	if (branch === undefined) throw new Error(`${check.id} does not list the verdict ${verdict}`);
	return {
		check: check.id,
		verdict,
		severity: branch.severity,
		text: branch.text,
		source: 'live',
		at: '2026-01-01T00:00:00.000Z',
		durationMs: 0,
		sql: null,
		answeredBy: null,
		facts,
		rows: [],
		error: null,
		grant: null,
	};
}
