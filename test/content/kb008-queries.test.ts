/** Every query of KB008 on every major, with every kind of rights: it runs, and answers what the article lists. */
import { describe, expect, test } from 'vitest';
import { placeholders } from '../../src/article/placeholders.ts';
import { allMajors, connect, describeOn } from '../helpers/postgres.ts';
import { answer, asBefore, ask, fits, kb008 } from './kb008.ts';

const roles = [
	{ name: 'boss', attributes: 'SUPERUSER' },
	{ name: 'monitor', attributes: 'IN ROLE pg_monitor' },
	{ name: 'nobody', attributes: '' },
] as const;

/** What the previews' parameters may be, beside what is known by then. */
const parameters = [
	{},
	{
		database: 'openiz',
		age: '5 minutes',
		pid: 1,
		limit: -1,
		role: 'nobody',
		application: 'x',
		address: '::1',
	},
] as const;

const sessionColumns = [
	'pid',
	'backend_start',
	'usename',
	'datname',
	'application_name',
	'client_addr',
	'state',
	'age_s',
	'may_end',
	'is_superuser',
];

const server = { databases: ['openiz'], roles, settings: { max_connections: 20 } };

describeOn(allMajors, 'the queries of KB008', server, (lab, major) => {
	describe.each(roles)('as $name', ({ name }) => {
		test('every check answers with a verdict that it lists, and fills its placeholders', async () => {
			const client = await connect(lab().uri({ user: name, database: 'openiz' }));
			const known: Record<string, string | number | boolean | null> = { database: 'openiz' };
			try {
				for (const check of kb008().checks) {
					const first = await answer(client, check, major, known);
					if (first === null) continue;
					const second = await answer(client, check, major, { ...known, ...asBefore(first.facts) });
					for (const { verdict, facts } of [first, ...(second === null ? [] : [second])]) {
						const branch = check.branches.find((candidate) => candidate.verdict === verdict);
						expect(branch, `${check.id}: ${verdict}`).toBeDefined();
						expect(Object.keys(facts), check.id).toEqual(
							expect.arrayContaining(verdict === 'none' ? [] : placeholders(branch?.text ?? '')),
						);
						// A server with nothing to do is healthy, whoever looks.
						expect(['ok', 'info'], `${check.id}: ${verdict}`).toContain(branch?.severity);
						Object.assign(known, facts);
					}
				}
			} finally {
				await client.end();
			}
		});

		test('the evidence, the previews and what is waited for run, with and without their parameters', async () => {
			const client = await connect(lab().uri({ user: name, database: 'openiz' }));
			const article = kb008();
			const fences = [
				...article.checks.flatMap(({ evidence }) => evidence),
				...article.solutions.flatMap(({ steps }) => steps.flatMap(({ previews }) => previews)),
			].filter((fence) => fits(fence, major));
			expect(fences.length).toBeGreaterThan(8);
			// What a person is waited for with is asked again and again: an error would end the waiting.
			const waits = article.solutions.flatMap(({ steps }) =>
				steps.flatMap(({ applies }) =>
					applies.filter(({ language, body }) => language === 'wait' && body.trim() !== ''),
				),
			);
			expect(waits.length).toBeGreaterThan(1);
			try {
				for (const { body } of [...fences, ...waits])
					for (const given of parameters) await ask(client, body, given);
			} finally {
				await client.end();
			}
		});
	});

	test('the disconnects list sessions, never this one, and whether it may end them', async () => {
		const [idle, client] = [
			await connect(lab().uri({ user: 'boss', database: 'openiz' }), 'ims'),
			await connect(lab().uri({ user: 'nobody', database: 'openiz' })),
		];
		try {
			const all = kb008().solutions.find(({ id }) => id === 'disconnect-all-clients');
			const [preview] = all?.steps[0]?.previews ?? [];
			const asNobody = await ask(client, preview?.body ?? '', { database: 'postgres, openiz' });
			// What a role without rights cannot look at is not listed: better none than a wrong one.
			expect(asNobody).toEqual([]);
			const admin = await connect(lab().superuser);
			const rows = await ask(admin, preview?.body ?? '', { database: 'postgres, openiz' });
			await admin.end();
			expect(rows.map(({ usename }) => usename)).toEqual(['boss', 'nobody']);
			expect(rows.map((row) => Object.keys(row))).toEqual([sessionColumns, sessionColumns]);
			expect(rows.map((row) => [row.may_end, row.is_superuser])).toEqual([
				[true, true],
				[true, false],
			]);
		} finally {
			await Promise.all([idle.end(), client.end()]);
		}
	});
});
