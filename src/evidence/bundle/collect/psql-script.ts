/**
 * The script of `kbwizard collect`: what an article asks of a server, for psql alone. Each check stands for itself: one that fails is
 * a record too, and the next goes on. Nothing of the article reaches a line where psql would read a command.
 */
import type { Article, Check, Fence } from '../../../article/article.ts';
import { parameterNames } from '../../../article/parameters.ts';
import { plainInline } from '../../../article/plain-text.ts';
import { qualifiedName } from '../../../machine/facts.ts';
import { identityQuery } from '../../postgres/statements.ts';
import { bundledRows, fenceDigest, firstLine, lastLine } from '../format.ts';
import { scriptHeader } from './header.ts';
import { partAs, psqlParts } from './psql-parts.ts';
import { ownWords, plainId, plainTitle, type Scriptable, scriptable } from './quote.ts';

export type ScriptInput = { readonly article: Article; readonly version: string };

/** Of one query where its fence says nothing, in milliseconds: as in a live look. */
const defaultTimeoutMs = 5_000;

type Asked = {
	readonly check: Check;
	readonly title: string;
	/** For variables of psql: which of the fences it is. */
	readonly number: number;
	readonly fence: Fence;
	readonly query: Scriptable;
	readonly evidence: readonly { readonly fence: Fence; readonly query: Scriptable }[];
};

/** Ends each line of a list, the last one too. */
const lines = (...parts: readonly (string | readonly string[])[]): string =>
	parts.flatMap((part) => (typeof part === 'string' ? [part] : part)).join('\n');

/** An article's checks that psql can carry, in the order of the document. */
export function psqlScript({ article, version }: ScriptInput): string {
	const asked = askedOf(article);
	const twice = asked.filter(({ fence }) => fence.againMs !== null);
	const firstTwice = twice[0];
	const script = `${lines(
		preparation(article, asked),
		'',
		'-- Who answers, and what this role may see.',
		identity(article, version),
		'',
		...twice.map((one) => `${firstSample(one)}\n`),
		...asked.map((one) => `${one === firstTwice ? `${pauseFor(twice)}\n\n` : ''}${wholeCheck(one)}\n`),
		'-- The end: when it was, and that nothing is missing before it.',
		...ending(asked),
	)}\n`;
	const run = [`psql -X -d DATABASE -f ${plainId(article.id)}.sql > bundle.txt`];
	return `${scriptHeader({ article, version, run, script }).join('\n')}\n\n${script}`;
}

function askedOf(article: Article): readonly Asked[] {
	let number = 0;
	return article.checks.flatMap((check) =>
		check.checks.flatMap((fence) => {
			const query = fence.language === 'sql' ? scriptable(fence.body) : null;
			if (query === null || (fence.max !== null && fence.max < 10)) return [];
			number += 1;
			const evidence = check.evidence.flatMap((rows) => {
				const asked = rows.language === 'sql' ? scriptable(rows.body) : null;
				return asked === null ? [] : [{ fence: rows, query: asked }];
			});
			return [{ check, title: plainTitle(plainInline(check.title)), number, fence, query, evidence }];
		}),
	);
}

/** Every query's parameters: no other fact is carried from check to check. */
function wantedNames(asked: readonly Asked[]): readonly string[] {
	const bodies = asked.flatMap(({ fence, evidence }) => [
		fence.body,
		...evidence.map((rows) => rows.fence.body),
	]);
	return [...new Set(bodies.flatMap(parameterNames))];
}

/** A version range as the name of a variable, and as a condition. */
const rangeName = ({ min, max }: Fence): string => `kb_from_${min ?? 10}_to_${max ?? 99}`;
const rangeTest = ({ min, max }: Fence): string =>
	`current_setting('server_version_num')::int between ${(min ?? 10) * 10_000} and ${(max ?? 99) * 10_000 + 9_999}`;

function preparation(article: Article, asked: readonly Asked[]): readonly string[] {
	const fences = asked.flatMap(({ fence, evidence }) => [fence, ...evidence.map((rows) => rows.fence)]);
	const ranges = new Map(fences.map((fence) => [rangeName(fence), rangeTest(fence)]));
	const connects = article.checks.filter(({ checks }) => checks.some(isConnection)).map(({ id }) => id);
	return [
		'\\set QUIET on',
		'\\set ECHO none',
		'\\set ON_ERROR_STOP off',
		'\\set ON_ERROR_ROLLBACK off',
		'\\set AUTOCOMMIT on',
		'\\set SINGLELINE off',
		'\\set FETCH_COUNT 0',
		'\\timing off',
		'\\encoding UTF8',
		'\\pset pager off',
		'\\pset format unaligned',
		'\\pset tuples_only on',
		'\\pset expanded off',
		"\\pset null ''",
		'set standard_conforming_strings = on;',
		'',
		'-- Which queries this version of the server gets, and what the script does again and again.',
		'select',
		...[...ranges].map(([name, test]) => `  ${test} as ${name},`),
		"  current_setting('server_version_num')::int >= 160000 as kb_from_16,",
		"  current_setting('server_version_num')::int >= 120000 as kb_from_12,",
		"  current_setting('server_version_num')::int >= 110000 as kb_from_11,",
		"  case when getdatabaseencoding() = 'SQL_ASCII' then 'true' else 'false' end as kb_bytes,",
		'  clock_timestamp() as kb_at, clock_timestamp() as kb_first_at \\gset',
		'\\if :kb_from_11',
		partAs('kb_begin', psqlParts.begin(true)),
		partAs('kb_digest', 'encode(sha256(replace('),
		partAs('kb_digested', ", '\\', '\\\\')::bytea), 'hex')"),
		'\\else',
		partAs('kb_begin', psqlParts.begin(false)),
		partAs('kb_digest', 'md5('),
		partAs('kb_digested', ')'),
		'\\endif',
		partAs('kb_learn', psqlParts.learn),
		partAs('kb_remember', psqlParts.remember),
		partAs('kb_record', psqlParts.record),
		'',
		'-- The salt makes the tokens of this bundle its own. It is in no line that is printed.',
		'select concat(random(), clock_timestamp(), random(), pg_backend_pid(), random(), txid_current_snapshot(), random()) as kb_salt \\gset',
		'\\set kb_refused :refused',
		`select case when :'kb_refused' ~ '^[0-9A-Z]{5}/[A-Za-z]+$' then json_build_object(${connects
			.flatMap((id) => [
				`'${qualifiedName(plainId(id), 'code')}', split_part(:'kb_refused', '/', 1)`,
				`'${qualifiedName(plainId(id), 'routine')}', split_part(:'kb_refused', '/', 2)`,
			])
			.join(', ')}) else '{}' end::text as kb_facts \\gset`,
		`\\set kb_wanted '${JSON.stringify(wantedNames(asked))}'`,
		"\\set kb_before '{}'",
		"\\set kb_place '{}'",
		"\\set kb_own '[]'",
		"\\set kb_about '{}'",
		"\\set kb_slug ''",
		'\\set kb_code 00000',
		`\\set kb_limit ${defaultTimeoutMs}`,
		'\\set kb_ms 0',
	];
}

function isConnection({ language, attributes }: Fence): boolean {
	return language === 'connect' && attributes.as !== 'application';
}

function identity(article: Article, version: string): readonly string[] {
	const about = {
		format: 1,
		article: plainId(article.id),
		sha256: plainId(article.sha256),
		tool: plainId(version),
	};
	const query = (versionNum: number): readonly string[] => [
		`select json_agg(row_to_json(q))::text as kb_rows, 'answered' as kb_said from (${identityQuery(versionNum)
			.replace(
				"current_setting('server_version') as version",
				"split_part(current_setting('server_version'), ' ', 1) as version",
			)
			.replace(
				' as read_only,',
				" as read_only,\n       pg_has_role(current_user, 'pg_monitor', 'usage') as monitor,",
			)}) q \\gset`,
	];
	return [
		`\\qecho '${firstLine}'`,
		'\\set kb_kind head',
		'\\set kb_check begin',
		'\\set kb_said missing',
		"\\set kb_rows '[]'",
		`\\set kb_client :VERSION`,
		`select (jsonb '${JSON.stringify(about)}' || jsonb_build_object('psql', substring(:'kb_client' from '[0-9.]+')))::text as kb_about \\gset`,
		':kb_begin',
		'\\if :kb_from_16',
		...query(160_000),
		'\\elif :kb_from_12',
		...query(120_000),
		'\\else',
		...query(100_000),
		'\\endif',
		'rollback;',
		'\\set kb_code :SQLSTATE',
		'\\set kb_host :HOST',
		'\\set kb_port :PORT',
		"select json_build_object('database', current_database(), 'user', current_user, 'host', :'kb_host', 'port', :'kb_port')::text as kb_place \\gset",
		"select jsonb_build_array(:'kb_rows'::jsonb -> 0 || jsonb_build_object('host', :'kb_host', 'port', nullif(regexp_replace(:'kb_port', '[^0-9]', '', 'g'), '')::int))::text as kb_rows \\gset",
		':kb_record',
		"\\set kb_about '{}'",
	];
}

/** One query: what it answers, and how long that took. What is seen before and where we are counts more than a fact. */
function ask({ sql, names }: Scriptable, rows: number): string {
	return lines(
		':kb_begin',
		'select clock_timestamp() as kb_at',
		names.map((name, index) => `  , coalesce('v' || (known ->> '${name}'), '') as kb_${index + 1}`),
		"from (select :'kb_facts'::jsonb || :'kb_before'::jsonb || :'kb_place'::jsonb as known) facts \\gset",
		"select case when :kb_bytes then regexp_replace(answer, '[^\\x01-\\x7f]', '?', 'g') else answer end as kb_rows, 'answered' as kb_said,",
		'  round((1000 * extract(epoch from clock_timestamp() - statement_timestamp()))::numeric, 1) as kb_ms',
		"from (select coalesce(json_agg(fields), '[]')::text as answer from (select row_to_json(q) as fields from (",
		sql,
		`) q limit ${rows}) asked) counted \\gset`,
		'\\set kb_code :SQLSTATE',
		'rollback;',
	);
}

function reset({ fence }: Pick<Asked, 'fence'>, kind: string): readonly string[] {
	return [
		`\\set kb_kind ${kind}`,
		`\\set kb_check ${fenceDigest(fence)}`,
		`\\set kb_limit ${Math.max(1, Math.round(fence.timeoutMs ?? defaultTimeoutMs))}`,
		'\\set kb_said missing',
		"\\set kb_rows '[]'",
		'\\set kb_ms 0',
	];
}

function firstSample(one: Asked): string {
	return lines(
		`-- First of two looks: ${one.title}`,
		`\\set kb_before_${one.number} '{}'`,
		`\\if :${rangeName(one.fence)}`,
		reset(one, 'check'),
		ask(one.query, 1),
		':kb_remember \\gset',
		'rollback;',
		`\\set kb_before_${one.number} :kb_memory`,
		'\\endif',
	);
}

/** Outside of a transaction: nothing is held meanwhile. */
function pauseFor(twice: readonly Asked[]): string {
	const seconds = Math.max(...twice.map(({ fence }) => fence.againMs ?? 0)) / 1000;
	return lines(
		'-- Some seconds between the first looks and the second ones.',
		`select pg_sleep(greatest(0, ${seconds} - extract(epoch from clock_timestamp() - :'kb_first_at'::timestamptz)))::text as kb_slept \\gset`,
	);
}

function wholeCheck(one: Asked): string {
	const { check, fence, evidence } = one;
	const own = [...new Set([...ownWords(fence.body), ...check.branches.map(({ verdict }) => verdict)])];
	return lines(
		`-- ${one.title}`,
		`\\if :${rangeName(fence)}`,
		reset(one, 'check'),
		`\\set kb_slug ${plainSlug(check.id)}`,
		`\\set kb_own '${ownAsJson(own)}'`,
		fence.againMs === null ? [] : [`\\set kb_before :kb_before_${one.number}`],
		ask(one.query, 1),
		':kb_record',
		':kb_learn \\gset',
		'rollback;',
		"\\set kb_before '{}'",
		...evidence.map((rows) =>
			lines(
				`\\if :${rangeName(rows.fence)}`,
				reset(rows, 'rows'),
				`\\set kb_own '${ownAsJson(ownWords(rows.fence.body))}'`,
				ask(rows.query, bundledRows),
				':kb_record',
				'\\endif',
			),
		),
		'\\endif',
	);
}

const plainSlug = (id: string): string => id.replaceAll('-', '_').replaceAll(/[^\p{L}\p{N}_]+/gu, '_');

/** Words only, so that no quote of psql ends in it. */
function ownAsJson(words: readonly string[]): string {
	return JSON.stringify(words.filter((word) => !/['"\\]/.test(word)));
}

function ending(asked: readonly Asked[]): readonly string[] {
	return [
		'\\set kb_kind tail',
		'\\set kb_check end',
		'\\set kb_said answered',
		"\\set kb_rows '[]'",
		'\\set kb_code 00000',
		'\\set kb_ms 0',
		`\\set kb_limit ${defaultTimeoutMs}`,
		`\\set kb_about '{"asked": ${asked.length}}'`,
		'select clock_timestamp() as kb_at \\gset',
		':kb_record',
		`\\qecho '${lastLine}'`,
	];
}
