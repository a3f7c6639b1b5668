import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { waitFor } from 'xstate';
import type { Article } from '../../src/article/article.ts';
import { compileArticle } from '../../src/article/compile.ts';
import { flatSymptoms } from '../../src/article/flat-symptoms.ts';
import type { DriverEvent } from '../../src/machine/context.ts';
import { known } from '../../src/machine/known.ts';
import type { Observation } from '../../src/machine/ports.ts';
import { createWizardActor, type WizardActor } from '../../src/machine/run.ts';
import { screenOf } from '../../src/machine/screen.ts';
import { scriptedPorts } from './scripted-ports.ts';
import { observed } from './walker.ts';

/** KB008 with nobody but a voice: each check is asked, and every one of its verdicts can be the answer. */

const at = '2026-11-22T14:00:00.000Z';
const path = 'content/kb008-postgresql-connections-fail-with-block-message.md';
let kb008: Article;
beforeAll(() => {
	const { article } = compileArticle(readFileSync(path, 'utf8'), { path });
	if (article === null) throw new Error('KB008 does not compile');
	kb008 = article;
});

const nobody: Observation = { kind: 'absent', why: 'nobody connects', grant: null };

async function rest(actor: WizardActor) {
	const snapshot = await waitFor(actor, (state) => state.hasTag('waiting') || state.hasTag('ended'));
	return { context: snapshot.context, screen: screenOf(snapshot) };
}

/** A wizard on the phone, begun; closed by the test's own end. */
function phone(observe: () => Observation = () => nobody) {
	const ports = scriptedPorts({ observe });
	const actor = createWizardActor(kb008, ports, { startedAt: at });
	actor.start();
	actor.send({ type: 'ask only', only: true });
	const say = async (event: DriverEvent) => {
		actor.send(event);
		return rest(actor);
	};
	return { ports, actor, say };
}

const answer = (verdict: string): DriverEvent => ({ type: 'answer', verdict, by: 'a caller', at });

/** To the causes; every check is answered by its verdict of that number, or the last that it has. */
async function walk(number: number) {
	const { actor, say } = phone();
	const asked: string[] = [];
	let { screen, context } = await say({ type: 'next' });
	while (screen.name !== 'causes') {
		if (screen.name === 'asking') {
			const { check } = screen;
			asked.push(check);
			const branches = kb008.checks.find(({ id }) => id === check)?.branches ?? [];
			const verdict = branches[Math.min(number, branches.length - 1)]?.verdict ?? 'otherwise';
			({ screen, context } = await say(answer(verdict)));
		} else ({ screen, context } = await say({ type: 'next' }));
	}
	actor.stop();
	return { asked, context };
}

test('whatever is answered, everything is asked once, in words that a caller could say, and the causes are reached', async () => {
	const most = Math.max(...kb008.checks.map(({ branches }) => branches.length));
	const answered = new Set<string>();
	for (let number = 0; number < most; number += 1) {
		const { asked, context } = await walk(number);
		expect(asked.toSorted()).toEqual(kb008.checks.map(({ id }) => id).toSorted());
		for (const { check, verdict, text, source, answeredBy } of context.findings) {
			answered.add(`${check} ${verdict}`);
			expect({ source, answeredBy }).toEqual({ source: 'person', answeredBy: 'a caller' });
			expect(text).not.toMatch(/[{}]|^$/);
		}
		const unknown = context.notSeen.map(({ check }) => check);
		expect([...context.findings.map(({ check }) => check), ...unknown].toSorted()).toEqual(asked.toSorted());
		expect(context.notSeen.every(({ why }) => why === 'whoever was asked does not know')).toBe(true);
	}
	const verdicts = kb008.checks.flatMap(({ id, branches }) =>
		branches.filter(({ verdict }) => verdict !== 'otherwise').map(({ verdict }) => `${id} ${verdict}`),
	);
	expect([...answered].toSorted()).toEqual(verdicts.toSorted());
}, 120_000);

test('every verdict of KB008 has words that a caller would use, and they are short', () => {
	const missing = kb008.checks.flatMap(({ id, branches }) =>
		branches
			.filter(({ verdict, say }) => verdict !== 'otherwise' && (say === null || say.length > 110))
			.map(({ verdict }) => `${id} ${verdict}`),
	);
	expect(missing).toEqual([]);
	expect(kb008.checks.filter(({ byHand }) => byHand === null)).toEqual([]);
});

test('a refusal that proves its cause leads there at once, and what was not asked is not seen', async () => {
	const { ports, actor, say } = phone();
	await say({ type: 'next' });
	await say(answer('role limit'));
	const { screen, context } = await say({ type: 'conclude' });
	expect(screen).toEqual({ name: 'causes' });
	expect(known(context).causes[0]).toMatchObject({ id: 'a-role-connection-limit', standing: 'proved' });
	expect(context.notSeen).toHaveLength(kb008.checks.length - 1);
	expect(ports.journalled).toContainEqual({ kind: 'asks-only', only: true });
	const back = await say({ type: 'back' });
	expect(back.screen).toMatchObject({ name: 'finding', check: 'can-we-connect', verdict: 'role limit' });
	expect((await say({ type: 'next' })).screen).toEqual({
		name: 'asking',
		check: 'is-a-role-at-its-connection-limit',
	});
	actor.stop();
});

test('nobody waits for a slot, and the cure of what is proved comes first, though nobody here can apply it', async () => {
	const { ports, actor, say } = phone();
	await say({ type: 'next' });
	await say(answer('ordinary slots gone'));
	expect(actor.getSnapshot().can({ type: 'wait for a slot' })).toBe(false);
	await say({ type: 'next' });
	while (screenOf(actor.getSnapshot()).name !== 'causes') {
		const screen = screenOf(actor.getSnapshot());
		if (screen.name !== 'asking') await say({ type: 'next' });
		else if (screen.check === 'does-one-session-block-many') await say(answer('many'));
		else await say({ type: 'leave' });
	}
	const { causes, solutions } = known(actor.getSnapshot().context);
	expect(causes[0]).toMatchObject({ id: 'a-lock-pile-up', standing: 'proved' });
	expect(solutions[0]).toMatchObject({ id: 'end-the-blocking-session', how: 'guided', available: true });
	expect(solutions.at(-1)).toMatchObject({
		id: 'make-room-on-the-servers-own-host',
		why: 'slots are left for administrators: come in as one',
	});
	expect(ports.journalled.filter(({ kind }) => kind === 'not-seen').length).toBeGreaterThan(30);
	actor.stop();
});

test('where nobody gets in, room can be made on the server’s own host, by whoever is there', async () => {
	const { actor, say } = phone();
	await say({ type: 'next' });
	await say(answer('no slot at all'));
	const { context } = await say({ type: 'conclude' });
	const room = known(context).solutions.find(({ id }) => id === 'make-room-on-the-servers-own-host');
	expect(room).toMatchObject({ how: 'guided', available: true });
	actor.stop();
});

describe('what was answered beforehand, by a message that was pasted', () => {
	const answers: DriverEvent = {
		type: 'answers',
		by: 'me',
		at,
		answers: [
			{ check: 'can-we-connect', verdict: 'no slot at all', recognised: 'the words of the refusal' },
			{ check: 'does-the-application-log-refusals', verdict: 'now', recognised: 'a log signature' },
		],
	};

	test('is shown and not asked, unless somebody wants to answer anew', async () => {
		const { ports, actor, say } = phone();
		await say(answers);
		expect(screenOf(actor.getSnapshot())).toEqual({ name: 'intro' });
		const shown = await say({ type: 'next' });
		expect(shown.screen).toEqual({ name: 'finding', check: 'can-we-connect', verdict: 'no slot at all' });
		expect(shown.context.findings[0]?.facts).toEqual({ recognised: 'the words of the refusal' });
		expect((await say({ type: 'again' })).screen).toEqual({ name: 'asking', check: 'can-we-connect' });
		await say(answer('ordinary slots gone'));
		const { findings } = actor.getSnapshot().context;
		expect(findings.map(({ verdict }) => verdict)).toEqual(['now', 'ordinary slots gone']);
		expect(ports.journalled.filter(({ kind }) => kind === 'finding')).toHaveLength(3);
		actor.stop();
	});

	test('answers the question on the screen as well, and says nothing of another', async () => {
		const { actor, say } = phone();
		await say({ type: 'next' });
		const { screen } = await say(answers);
		expect(screen).toEqual({ name: 'finding', check: 'can-we-connect', verdict: 'no slot at all' });
		await say({ type: 'next' });
		expect((await say(answers)).screen).toMatchObject({ name: 'asking' });
		actor.stop();
	});

	test('stands beside what the server says itself, which decides', async () => {
		const ports = scriptedPorts({ observe: () => observed('connected') });
		const actor = createWizardActor(kb008, ports, { startedAt: at });
		actor.start();
		actor.send(answers);
		actor.send({ type: 'next' });
		const { screen, context } = await rest(actor);
		expect(screen).toMatchObject({ name: 'finding', verdict: 'connected' });
		expect(context.findings.filter(({ check }) => check === 'can-we-connect')).toHaveLength(2);
		expect(known(context).causes.map(({ id }) => id)).not.toContain('misconfigured-reserved-slots');
		actor.stop();
	});
});

describe('a symptom that a person sees', () => {
	const withCheck = () => {
		const symptom = flatSymptoms(kb008.symptoms).find(
			({ check }) => check === 'does-the-application-log-read-timeouts',
		);
		if (symptom === undefined) throw new Error('KB008 has no such symptom');
		return symptom.id;
	};
	const seen = (symptom: string, observed: boolean | null): DriverEvent => ({
		type: 'symptom',
		symptom,
		observed,
		by: 'a caller',
	});

	test('is journalled and known, weighs nothing, and its check is asked about first', async () => {
		const { ports, actor, say } = phone();
		await say(seen(withCheck(), true));
		expect(ports.journalled).toContainEqual({
			kind: 'symptom',
			symptom: withCheck(),
			observed: true,
			by: 'a caller',
		});
		const { screen, context } = await say({ type: 'next' });
		expect(screen).toEqual({ name: 'asking', check: 'does-the-application-log-read-timeouts' });
		const { causes, symptoms, severity } = known(context);
		expect({ causes, severity }).toEqual({ causes: [], severity: 'unknown' });
		expect(symptoms.find(({ id }) => id === withCheck())?.observed).toBe(true);
		actor.stop();
	});

	test('is not there where the check that observes it says so', async () => {
		const { actor, say } = phone(() => observed('never'));
		await say(seen(withCheck(), true));
		await say({ type: 'next' });
		const { symptoms } = known(actor.getSnapshot().context);
		expect(symptoms.find(({ id }) => id === withCheck())?.observed).toBe(false);
		actor.stop();
	});

	test('does not change where a look at a server begins', async () => {
		const { actor, say } = phone();
		await say({ type: 'ask only', only: false });
		await say(seen(withCheck(), true));
		expect((await say({ type: 'next' })).screen).toEqual({ name: 'asking', check: 'can-we-connect' });
		actor.stop();
	});
});
