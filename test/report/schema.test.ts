import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import type { Plan } from '../../src/machine/ports.ts';
import { toFixDocument, toUndoDocument } from '../../src/report/fix-document.ts';
import { toJson } from '../../src/report/json.ts';
import { aDiagnosis, aServer, full } from './a-diagnosis.ts';
import { misfits } from './json-schema.ts';

async function schema(name: string): Promise<unknown> {
	return JSON.parse(await readFile(new URL(`../../src/report/schema/${name}.json`, import.meta.url), 'utf8'));
}

const plan: Plan = {
	id: 'p1',
	solution: 'disconnect-all-clients',
	parameters: { database: 'openiz' },
	confirm: 'openiz',
	rows: [
		{
			pid: 4711,
			backend_start: '2026-11-22T13:00:00.000000Z',
			status: 'planned',
			why: null,
			columns: { usename: 'ims_app', age_s: 12.5 },
		},
	],
	statements: ['select pg_terminate_backend(4711)'],
	diff: null,
	consequences: ['one session is interrupted'],
	undoable: ['the fence of database openiz'],
	server: aServer,
	plannedAt: '2026-11-22T14:00:00.000Z',
};

test('a diagnosis fits the schema that ships', async () => {
	const wanted = await schema('diagnosis-1');
	const refused = {
		...full,
		facts: {},
		error: {
			code: '53300',
			routine: 'InitPostgres',
			layer: 'startup' as const,
			message: 'no slot',
			next: ['wait'],
		},
	};
	for (const diagnosis of [
		aDiagnosis(),
		aDiagnosis({ findings: [] }),
		aDiagnosis({ server: null }),
		aDiagnosis({ findings: [refused], server: { ...aServer, slot: null } }),
	]) {
		expect(misfits(JSON.parse(toJson(diagnosis)), wanted)).toEqual([]);
	}
});

test('the schema refuses what is not a diagnosis', async () => {
	const wanted = await schema('diagnosis-1');
	const { severity: _, ...without } = aDiagnosis();
	expect(misfits(without, wanted)).toEqual(['$: severity is missing']);
	expect(misfits({ ...aDiagnosis(), severity: 'terrible' }, wanted)).toEqual([
		'$.severity: terrible is not listed',
	]);
});

test('a dry run, an applied fix and nothing to do fit the schema', async () => {
	const wanted = await schema('fix-1');
	const dry = toFixDocument({
		session: null,
		solution: plan.solution,
		plan,
		why: null,
		applied: null,
		verified: null,
	});
	const applied = toFixDocument({
		session: '20261122-140000-qkzm',
		solution: plan.solution,
		plan,
		why: null,
		applied: {
			outcome: 'done',
			rows: plan.rows.map((row) => ({ ...row, status: 'ended' })),
			done: [{ what: 'ended 1 session', status: 'done', why: null }],
			failure: null,
			at: plan.plannedAt,
			durationMs: 20,
		},
		verified: {
			check: 'are-the-slots-used-up',
			verdict: 'free',
			severity: 'ok',
			text: '40 of 97',
			held: true,
			proof: 'login',
			samples: [],
			before: {},
			after: {},
			note: null,
		},
	});
	const nothing = toFixDocument({
		session: null,
		solution: plan.solution,
		plan: null,
		why: 'nobody is connected',
		applied: null,
		verified: null,
	});
	const byHand = toFixDocument({
		session: null,
		solution: plan.solution,
		plan: null,
		why: 'it cannot be applied on rds',
		byHand: { why: 'it cannot be applied on rds', instructions: ['Set `max_connections` to 200.'] },
		applied: null,
		verified: null,
	});
	const stepwise = toFixDocument({
		session: null,
		solution: plan.solution,
		step: null,
		plan: null,
		why: '1. Prepare',
		steps: [
			{ id: 'prepare', title: 'Prepare', by: 'tool', met: true },
			{ id: 'copy', title: 'Copy', by: 'person', met: null },
		],
		applied: null,
		verified: null,
	});
	expect(byHand.plan).toBeNull();
	for (const document of [dry, applied, nothing, byHand, stepwise])
		expect(misfits(JSON.parse(toJson(document)), wanted)).toEqual([]);
	expect(applied.plan?.rows[0]).toMatchObject({ pid: 4711, usename: 'ims_app', status: 'ended' });
	expect(applied.undo).toEqual({ session: '20261122-140000-qkzm', what: ['the fence of database openiz'] });
	expect(dry.undo).toBeNull();
	expect(nothing.plan?.consequences).toEqual(['nobody is connected']);
});

test('what was taken back fits the schema', async () => {
	const document = toUndoDocument({ session: 's', undone: ['a'], skipped: [{ what: 'b', why: 'c' }] });
	expect(misfits(JSON.parse(toJson(document)), await schema('undo-1'))).toEqual([]);
});
