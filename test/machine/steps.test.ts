import { expect, test } from 'vitest';
import { waitFor } from 'xstate';
import { type Consent, diagnose, driveFix } from '../../src/machine/drive.ts';
import { createWizardActor, type WizardActor } from '../../src/machine/run.ts';
import { type Screen, screenOf } from '../../src/machine/screen.ts';
import { sample } from './sample-articles.ts';
import { type Script, scriptedPorts } from './scripted-ports.ts';
import { absent, appliedAs, planId, planOf, verifiedAs } from './walker.ts';

/** A solution that is walked step by step: each of the tool's steps planned, agreed to, applied, proved and taken back by itself. */

const at = '2026-11-22T14:00:00.000Z';
const nobody = { answers: new Map<string, string>(), answeredBy: 'x', waitForSlot: false, now: () => at };

async function atCauses(fixes: Script['fixes'] = {}) {
	const asked: string[] = [];
	const note = (what: string, step: string | null) => asked.push(`${what} ${step ?? 'the whole'}`);
	const undone: string[][] = [];
	const ports = scriptedPorts({
		observe: () => absent,
		fixes: {
			plan: async ({ solution, step }) => {
				note('plan', step);
				return { kind: 'plan', plan: planOf(solution.id, step) };
			},
			verify: async ({ step }) => {
				note('verify', step);
				return verifiedAs(true);
			},
			undo: async (plans) => {
				undone.push(plans.map(({ id }) => id));
				return { session: 's', undone: ['it'], skipped: [] };
			},
			...fixes,
		},
	});
	const actor = createWizardActor(sample, ports, { startedAt: at });
	actor.start();
	await diagnose(actor, nobody);
	return { actor, ports, asked, undone };
}

async function rest(actor: WizardActor): Promise<Screen> {
	return screenOf(await waitFor(actor, (state) => state.hasTag('waiting')));
}

/** Through one of the tool's steps, from its offer to where it rests. */
async function apply(actor: WizardActor, step: string): Promise<Screen> {
	actor.send({ type: 'start' });
	expect(await rest(actor)).toMatchObject({ name: 'preview', step });
	actor.send({ type: 'confirm', plan: planId('replicate', step), typed: 'openiz' });
	return rest(actor);
}

test('goes step by step: the tool’s planned and proved one at a time, a person’s asked for, then the whole proved', async () => {
	const { actor, ports, asked } = await atCauses();
	actor.send({ type: 'choose', solution: 'replicate' });
	actor.send({ type: 'start' });
	expect(await rest(actor)).toMatchObject({ name: 'step', step: 'prepare' });
	expect(await apply(actor, 'prepare')).toMatchObject({ name: 'step done', step: 'prepare' });
	actor.send({ type: 'next' });
	expect(await rest(actor)).toMatchObject({ name: 'step', step: 'copy' });
	expect(actor.getSnapshot().can({ type: 'start' })).toBe(false);
	actor.send({ type: 'done' });
	expect(await rest(actor)).toMatchObject({ name: 'step done', step: 'copy' });
	actor.send({ type: 'next' });
	// It has no check of its own: it is in place when all of it came through.
	expect(await apply(actor, 'announce')).toMatchObject({ name: 'step done', step: 'announce' });
	actor.send({ type: 'next' });
	expect(await rest(actor)).toMatchObject({ name: 'step', step: 'point' });
	actor.send({ type: 'done' });
	expect(await rest(actor)).toMatchObject({ name: 'held', step: null });
	expect(asked).toEqual([
		'plan prepare',
		'verify prepare',
		'verify copy',
		'plan announce',
		'verify the whole',
	]);
	expect(actor.getSnapshot().context.tried.map(({ step, outcome }) => [step, outcome])).toEqual([
		['prepare', 'held'],
		['copy', 'held'],
		['announce', 'not verified'],
		[null, 'held'],
	]);
	expect(
		ports.journalled.flatMap((entry) => (entry.kind === 'step' ? [[entry.step, entry.outcome]] : [])),
	).toEqual([
		['copy', 'done'],
		['announce', 'done'],
		['point', 'done'],
	]);
});

test('one step is taken back by itself, and at the end all that stands, the other solutions’ changes apart', async () => {
	const { actor, undone } = await atCauses();
	actor.send({ type: 'choose', solution: 'disconnect' });
	actor.send({ type: 'start' });
	await rest(actor);
	actor.send({ type: 'confirm', plan: planId('disconnect', null), typed: 'openiz' });
	await rest(actor);
	actor.send({ type: 'next' });
	actor.send({ type: 'choose', solution: 'replicate' });
	actor.send({ type: 'start' });
	await apply(actor, 'prepare');
	actor.send({ type: 'undo' });
	expect(await rest(actor)).toMatchObject({ name: 'undone', step: 'prepare' });
	actor.send({ type: 'next' });
	expect(actor.getSnapshot().can({ type: 'undo' })).toBe(false);
	await apply(actor, 'prepare');
	actor.send({ type: 'next' });
	actor.send({ type: 'done' });
	await rest(actor);
	actor.send({ type: 'next' });
	await apply(actor, 'announce');
	actor.send({ type: 'next' });
	actor.send({ type: 'done' });
	expect(await rest(actor)).toMatchObject({ name: 'held', step: null });
	actor.send({ type: 'undo' });
	expect(await rest(actor)).toMatchObject({ name: 'undone', step: null });
	expect(undone).toEqual([
		[planId('replicate', 'prepare')],
		[planId('replicate', 'prepare'), planId('replicate', 'announce')],
	]);
	expect(actor.getSnapshot().can({ type: 'undo' })).toBe(false);
});

test('back at a step that stands, it can be taken back', async () => {
	const { actor, undone } = await atCauses();
	actor.send({ type: 'choose', solution: 'replicate' });
	actor.send({ type: 'start' });
	await apply(actor, 'prepare');
	actor.send({ type: 'next' });
	actor.send({ type: 'back' });
	expect(await rest(actor)).toMatchObject({ name: 'step', step: 'prepare' });
	actor.send({ type: 'undo' });
	await rest(actor);
	expect(undone).toEqual([[planId('replicate', 'prepare')]]);
});

test('a step that is in place goes on to its proof, and nothing is applied', async () => {
	const { actor, asked } = await atCauses({
		plan: async () => ({ kind: 'nothing to do', why: 'it is there' }),
		apply: () => Promise.reject(new Error('it was applied')),
	});
	actor.send({ type: 'choose', solution: 'replicate' });
	actor.send({ type: 'start' });
	actor.send({ type: 'start' });
	expect(await rest(actor)).toMatchObject({ name: 'step done', step: 'prepare' });
	expect(asked).toEqual(['verify prepare']);
	actor.send({ type: 'back' });
	actor.send({ type: 'back' });
	actor.send({ type: 'start', step: 'announce' });
	actor.send({ type: 'start' });
	expect(await rest(actor)).toMatchObject({ name: 'step done', step: 'announce' });
	expect(asked).toHaveLength(1);
});

test('what was done by hand is proved as if the tool had done it', async () => {
	const { actor, asked } = await atCauses({
		plan: async () => ({ kind: 'by hand', why: 'not ours', instructions: ['Do it.'] }),
	});
	actor.send({ type: 'choose', solution: 'replicate' });
	actor.send({ type: 'start' });
	actor.send({ type: 'start' });
	expect(await rest(actor)).toMatchObject({ name: 'by hand', step: 'prepare' });
	actor.send({ type: 'done' });
	expect(await rest(actor)).toMatchObject({ name: 'step done', step: 'prepare' });
	expect(asked).toEqual(['verify prepare']);
});

test('a step that came through in part is not in place; a person may go on all the same', async () => {
	const { actor } = await atCauses({ apply: async () => appliedAs('partly') });
	actor.send({ type: 'choose', solution: 'replicate' });
	actor.send({ type: 'start', step: 'announce' });
	expect(await apply(actor, 'announce')).toMatchObject({ name: 'did not hold', step: 'announce' });
	actor.send({ type: 'done' });
	expect(await rest(actor)).toMatchObject({ name: 'step', step: 'point' });
});

test('a step that does not hold is no step forward', async () => {
	const { actor } = await atCauses({ verify: async () => verifiedAs(false) });
	actor.send({ type: 'choose', solution: 'replicate' });
	actor.send({ type: 'start' });
	expect(await apply(actor, 'prepare')).toMatchObject({ name: 'did not hold', step: 'prepare' });
	actor.send({ type: 'next' });
	expect(await rest(actor)).toMatchObject({ name: 'step', step: 'prepare' });
});

test('with nobody there: without a step they are the answer, with one that step alone is done', async () => {
	const run = async (consent: Consent, step: string | null, fixes: Script['fixes'] = {}) => {
		const { actor, ports, asked } = await atCauses(fixes);
		return { end: await driveFix(actor, 'replicate', consent, step), ports, asked };
	};
	const typed = { kind: 'typed', text: 'openiz' } as const;
	expect((await run(typed, null)).end.kind).toBe('guided');
	expect((await run(typed, 'copy')).end.kind).toBe('guided');
	expect((await run({ kind: 'dry run' }, 'announce')).end.kind).toBe('planned');
	// The solution's name is typed for each of its steps.
	expect((await run({ kind: 'yes' }, 'announce')).end.kind).toBe('consent missing');
	const done = await run(typed, 'prepare');
	expect(done.end).toMatchObject({ kind: 'tried', tried: { step: 'prepare', outcome: 'held' } });
	expect(done.asked).toEqual(['plan prepare', 'verify prepare']);
	const unproved = await run(typed, 'announce');
	expect(unproved.end).toMatchObject({ kind: 'tried', tried: { step: 'announce', outcome: 'not verified' } });
	const none = await run(typed, 'announce', {
		plan: async () => ({ kind: 'nothing to do', why: 'it is there' }),
	});
	expect(none.end.kind).toBe('no plan');
	const byHand = await run(typed, 'announce', {
		plan: async () => ({ kind: 'by hand', why: 'not ours', instructions: [] }),
	});
	expect(byHand.end.kind).toBe('by hand');
});
