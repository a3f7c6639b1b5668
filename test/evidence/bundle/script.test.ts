/** The script on real servers by the real psql: every major, every kind of rights, and names that want to be commands. */
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import type { Article } from '../../../src/article/article.ts';
import { parseBundle } from '../../../src/evidence/bundle/bundle.ts';
import { bundleSources } from '../../../src/evidence/bundle/bundle-sources.ts';
import { psqlScript } from '../../../src/evidence/bundle/collect/psql-script.ts';
import { scriptable } from '../../../src/evidence/bundle/collect/quote.ts';
import { createObserver } from '../../../src/evidence/observe.ts';
import { verdictIn } from '../../helpers/branches.ts';
import { kb008, kb008Script } from '../../helpers/bundle.ts';
import { allMajors, describeOn, query } from '../../helpers/postgres.ts';
import { lacksPsql, runPsql } from '../../helpers/psql.ts';

const roles = [
	{ name: 'boss', attributes: 'SUPERUSER' },
	{ name: 'monitor', attributes: 'IN ROLE pg_monitor' },
	{ name: 'nobody', attributes: '' },
] as const;

const server = { databases: ['openiz'], roles, settings: { max_connections: 20 } };

async function verdictsOf(text: string): Promise<Readonly<Record<string, string>>> {
	const bundle = parseBundle(Buffer.from(text));
	const major = Math.floor((bundle.head?.versionNum ?? 0) / 10_000);
	const observe = createObserver(bundleSources({ bundle, at: '2026-01-01T00:00:00Z' }), {
		serverMajor: () => major,
	});
	const seen: Record<string, string> = {};
	for (const check of kb008().checks.filter(({ checks }) =>
		checks.some(({ language }) => language === 'sql'),
	)) {
		const observation = await observe({ check, facts: {} }, new AbortController().signal);
		seen[check.id] =
			observation.kind === 'verdict' ? verdictIn(check, observation.verdict) : observation.kind;
	}
	return seen;
}

describe.skipIf(lacksPsql)('by psql', () => {
	describeOn(allMajors, 'the script', server, (lab, major) => {
		it.each(roles)(
			'as $name: every check answers with a verdict that it lists, and nothing else is printed',
			async ({ name }) => {
				const { status, stdout, stderr } = await runPsql(
					lab().uri({ user: name, database: 'openiz' }),
					kb008Script(),
				);
				expect(stderr).toBe('');
				expect(status).toBe(0);
				const lines = stdout.trimEnd().split('\n');
				expect(lines.filter((line) => line.length > 76 || !/^[\x20-\x7e]+$/.test(line))).toEqual([]);
				expect(
					lines.filter(
						(line) =>
							!/^(?:\[.*\]|record \w+ \w+ \d+ [0-9a-f]{8}|=== kbwizard bundle 1 (?:begins|ends) ===)$/.test(
								line,
							),
					),
				).toEqual([]);
				const verdicts = await verdictsOf(stdout);
				expect(Object.values(verdicts)).not.toContain('failed');
				expect(Object.values(verdicts)).not.toContain('absent');
				expect(Object.values(verdicts)).not.toContain('otherwise');
				const bundle = parseBundle(Buffer.from(stdout));
				expect(bundle.damaged.size).toBe(0);
				expect(bundle.finishedAt).not.toBeNull();
				expect(bundle.head).toMatchObject({ article: 'KB008', sha256: kb008().sha256 });
				expect(Math.floor((bundle.head?.versionNum ?? 0) / 10_000)).toBe(major);
				expect(bundle.head?.server).toMatchObject({ superuser: name === 'boss', monitor: name !== 'nobody' });
				// Names and addresses are tokens; the server's own are nobody's.
				expect(stdout).not.toMatch(/\b(?:boss|nobody|openiz)\b/);
			},
		);
	});

	describeOn([13, 18], 'a server full of names that want to be commands', { roles }, (lab) => {
		it('runs none of them, and prints none', async () => {
			const canary = 'canary';
			const names = [
				`x\\! touch ${canary}`,
				`x'; \\! touch ${canary}`,
				`x\n\\! touch ${canary}\n`,
				`$kb$ \\! touch ${canary}`,
				`:'kb_salt' :kb_record`,
				`"' \\g |touch ${canary}`,
				`Zoë Ωmega\\`,
			];
			const boss = lab().uri({ user: 'boss', database: 'postgres' });
			const held: pg.Client[] = [];
			try {
				for (const [index, name] of names.entries()) {
					const quoted = `"${name.replaceAll('"', '""')}"`;
					await query(boss, `create role ${quoted} login superuser`);
					await query(boss, `create database ${quoted} connection limit ${index + 3}`);
					await query(boss, `alter role ${quoted} nosuperuser connection limit ${index + 3}`);
					held.push(await session(boss, name, name.slice(0, 60)), await session(boss, name, 'psql'));
				}
				const { stdout, ...end } = await runPsql(
					lab().uri({ user: names[1] ?? '', database: names[2] ?? '' }),
					kb008Script(),
				);
				expect(end).toEqual({ status: 0, stderr: '', left: [] });
				const asSuperuser = await runPsql(boss, kb008Script());
				expect(asSuperuser).toMatchObject({ status: 0, stderr: '', left: [] });
				for (const text of [stdout, asSuperuser.stdout]) {
					expect(text).not.toMatch(/touch|kb_salt|Zo|mega|canary/);
					const bundle = parseBundle(Buffer.from(text));
					expect(bundle.damaged.size).toBe(0);
					expect(Object.values(await verdictsOf(text))).not.toContain('failed');
				}
			} finally {
				await Promise.all(held.map((client) => client.end()));
			}
		});

		it('names the same thing by the same token, and by another one in the next bundle', async () => {
			const uri = lab().uri({ user: 'monitor', database: 'postgres' });
			await query(lab().superuser, 'alter role monitor connection limit 9');
			const tokens = async () => {
				const { stdout } = await runPsql(uri, kb008Script());
				const bundle = parseBundle(Buffer.from(stdout));
				const rows = [...bundle.checks.values()].flatMap(({ rows: found }) => found ?? []);
				const role = rows.find((row) => 'limited_role' in row)?.limited_role;
				expect(bundle.head?.server.role).toMatch(/^role-[0-9a-f]{8}$/);
				expect(typeof role).toBe('string');
				return bundle.head?.server.role;
			};
			expect(await tokens()).not.toBe(await tokens());
		});

		it('goes on after a check that fails, and records why', async () => {
			const broken = brokenArticle();
			const { status, stdout } = await runPsql(
				lab().superuser,
				psqlScript({ article: broken, version: '0' }),
			);
			expect(status).toBe(0);
			const bundle = parseBundle(Buffer.from(stdout));
			const codes = [...bundle.checks.values()].map(({ code }) => code);
			expect(codes).toEqual(expect.arrayContaining(['22012', '57014', null]));
			expect(bundle.finishedAt).not.toBeNull();
		});
	});
});

/** A role on the database of its own name: the driver's URIs cannot say all names. */
async function session(uri: string, name: string, application: string): Promise<pg.Client> {
	const { hostname, port } = new URL(uri);
	const client = new pg.Client({
		host: hostname,
		port: Number(port),
		user: name,
		database: name,
		application_name: application,
	});
	client.on('error', () => undefined);
	await client.connect();
	return client;
}

/** Three checks of KB008 with other queries. */
function brokenArticle(): Article {
	const article = kb008();
	const queries = [
		"select 'free' as verdict, 1 / 0 as used",
		'select pg_sleep(20)::text as verdict',
		"select 'x' as verdict",
	];
	const checks = article.checks.filter(({ checks: [fence] }) => fence?.language === 'sql').slice(0, 3);
	return {
		...article,
		checks: checks.map((check, index) => ({
			...check,
			title: `\\! touch x ' " $kb$ ${index}\n\\! y`,
			evidence: [],
			checks: check.checks
				.slice(0, 1)
				.map((fence) => ({ ...fence, body: queries[index] ?? '', timeoutMs: 300 })),
		})),
	};
}

describe('an article’s query', () => {
	it.each([
		['a comment with a command', 'select 1 as verdict -- \\! touch x', 'select 1 as verdict'],
		['a block comment', 'select /* \\! touch x\n*/ 1 as verdict', 'select   1 as verdict'],
		['a backslash in quotes', "select 'a\\d' as verdict;", "select 'a\\d' as verdict"],
		[
			'a parameter',
			"select :'role' as verdict",
			"select (case when :'kb_1' <> '' then substr(:'kb_1', 2) end) as verdict",
		],
	])('is carried with %s taken out or kept', (_, body, expected) => {
		expect(scriptable(body)?.sql).toBe(expected);
	});

	it.each(['select 1 \\! touch x', 'select 1; select 2', "select 'open", 'select a[1:b]'])(
		'is not carried: %s',
		(body) => {
			expect(scriptable(body)).toBeNull();
		},
	);

	it('never has a line of its text where psql reads a command', () => {
		const script = psqlScript({ article: brokenArticle(), version: '0' });
		const commands = script.split('\n').filter((line) => /^\s*\\/.test(line));
		expect(
			commands.filter(
				(line) =>
					!/^\\(?:set|if|elif|else|endif|pset|qecho|encoding|timing) ?[^\\]*(?: :[A-Za-z_]\w*)?$/.test(
						line,
					) &&
					line !== '\\else' &&
					line !== '\\endif',
			),
		).toEqual([]);
		// Of its title the words are left, in comments.
		expect(
			script
				.split('\n')
				.filter((line) => line.includes('touch') && !/^-- (?:First of two looks: )?[\w ]+$/.test(line)),
		).toEqual([]);
	});
});
