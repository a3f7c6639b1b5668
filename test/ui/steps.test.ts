import { expect, test } from 'vitest';
import { plansInForce } from '../../src/machine/plans.ts';
import { screenOf } from '../../src/machine/screen.ts';
import { dispatchKey } from '../../src/ui/dispatch-key.ts';
import { frameOf } from '../../src/ui/frame.ts';
import { textOf } from './frame-text.ts';
import { play } from './in-emulator.ts';
import { type Stage, stage, stepPlan, toToolStep, ways } from './screens.ts';
import { applied, at, Deferred, startedMs, undone, verified } from './scripted-ports.ts';

/** A solution that is walked step by step, on the screens; and what must be done by hand. */

const size = { columns: 100, rows: 50 };

const textAt = ({ session }: Stage): string =>
	textOf(frameOf(session.scene(size, startedMs)))
		.join('\n')
		.replaceAll(/\s+/g, ' ');

function press(shown: Stage, key: string): void {
	const { actor, session } = shown;
	const scene = session.scene(size, startedMs);
	const hand = {
		send: (event: Parameters<typeof actor.send>[0]) => actor.send(event),
		change: session.view.change,
		auto: session.auto.set,
		scroll: () => {},
		scrollPages: () => {},
		now: () => at,
		answeredBy: 'somebody',
		lookAtPaste: () => {},
		keepNote: () => {},
		showReport: () => {},
		leave: () => {},
	};
	dispatchKey(hand, { ...scene, page: frameOf(scene).page }, key, true);
}

const here = ({ actor }: Stage) => screenOf(actor.getSnapshot());

async function played(way: (shown: Stage) => Promise<void>, show: (shown: Stage) => void | Promise<void>) {
	const shown = stage();
	try {
		await way(shown);
		await show(shown);
	} finally {
		shown.close();
	}
}

test('the solution says who does which step, and can be begun at any of them', async () => {
	const way = async (shown: Stage) => {
		await ways.causes(shown);
		await shown.to({ type: 'choose', solution: 'replicate' }, 'solution');
	};
	await played(way, (shown) => {
		expect(textAt(shown)).toContain(
			'step by step: what this tool can do, after you have consented; you the rest',
		);
		expect(textAt(shown)).toMatch(/1\. Step prepare by this tool .*2\. Step copy by you/);
		press(shown, '3');
		expect(here(shown)).toMatchObject({ name: 'step', step: 'announce' });
		expect(textAt(shown)).toContain('KB008 step 3 of 4');
	});
});

test('a step of the tool is offered, with what proves it, and its plan is only looked at by Enter', async () => {
	await played(toToolStep, (shown) => {
		expect(textAt(shown)).toContain('This tool can do it. Enter shows exactly what it would do');
		expect(textAt(shown)).toContain('Proved by: Who holds the slots? mixed');
		expect(textAt(shown)).toContain('Enter see the plan');
		press(shown, 'enter');
		expect(here(shown)).toMatchObject({ name: 'planning', solution: 'replicate', step: 'prepare' });
	});
});

test('a step that is in place says how that is known, what was done, what can be taken back, what comes next', async () => {
	await played(ways['step done'], async (shown) => {
		const text = textAt(shown);
		for (const words of [
			'Step prepare (Add a read-only node)',
			'step 1 of 4 is in place',
			'used 97 → 31',
			'done ended the sessions',
			'Next: Step copy',
			'u takes back: the role standby',
		])
			expect(text).toContain(words);
		press(shown, 'enter');
		expect(here(shown)).toMatchObject({ name: 'step', step: 'copy' });
		expect(textAt(shown)).toContain('d when you have done it');
	});
});

test('a step that is not in place is looked at again, or passed by on the person’s word', async () => {
	const way = async (shown: Stage) => {
		await toToolStep(shown);
		await shown.to({ type: 'done' }, 'verifying');
		shown.ports.verifying.resolve(verified(false));
		await shown.to(null, 'did not hold');
	};
	await played(way, async (shown) => {
		expect(textAt(shown)).toContain('d goes on to the next step all the same');
		shown.ports.verifying = new Deferred();
		press(shown, 'g');
		expect(here(shown)).toMatchObject({ name: 'verifying', step: 'prepare' });
		shown.ports.verifying.resolve(null);
		await shown.to(null, 'did it help');
		expect(textAt(shown)).toContain('Is the step in place?');
		press(shown, 'n');
		press(shown, 'd');
		expect(here(shown)).toMatchObject({ name: 'step', step: 'copy' });
	});
});

test('what was taken back leads to the step again', async () => {
	await played(ways['step done'], async (shown) => {
		press(shown, 'u');
		expect(textAt(shown)).toMatch(/Nothing is taken back yet\. u again takes back: /);
		press(shown, 'u');
		shown.ports.undoing.resolve(undone);
		await shown.to(null, 'undone');
		press(shown, 'enter');
		expect(here(shown)).toMatchObject({ name: 'step', step: 'prepare' });
		expect(textAt(shown)).not.toContain('u takes back');
	});
});

test('what could not be taken back is not said to be, and is offered again', async () => {
	await played(ways['step done'], async (shown) => {
		press(shown, 'u');
		press(shown, 'u');
		const skipped = [{ what: 'the slot', why: 'a standby uses it' }];
		shown.ports.undoing.resolve({ ...undone, undone: [], skipped });
		await shown.to(null, 'undone');
		expect(JSON.stringify(shown.session.transcript.get())).toContain('not taken back');
		expect(plansInForce(shown.actor.getSnapshot().context)).toHaveLength(1);
	});
});

test('what is taken back in part is told so, and the rest is offered again', async () => {
	await played(ways['step done'], async (shown) => {
		press(shown, 'u');
		press(shown, 'u');
		const skipped = [{ what: 'the slot', why: 'a standby uses it', plan: stepPlan.id }];
		shown.ports.undoing.resolve({ ...undone, undone: ['the role'], skipped });
		await shown.to(null, 'undone');
		expect(textAt(shown)).toMatch(/not all of it is taken back[\s\S]*u tries the rest again/);
		expect(JSON.stringify(shown.session.transcript.get())).toContain('not all taken back');
		press(shown, 'u');
		expect(textAt(shown)).toContain('u again takes back: the slot.');
	});
});

test('by hand: why, what to do, and then it is measured', async () => {
	await played(ways['by hand'], (shown) => {
		expect(textAt(shown)).toContain(
			'it cannot be applied on rds 1. In a parameter group of your own, set max_connections to 200. 2. Reboot the instance.',
		);
		expect(textAt(shown)).toContain('This tool changed nothing.');
		press(shown, 'd');
		expect(here(shown)).toMatchObject({ name: 'verifying', step: null });
	});
});

test('in a terminal: a step planned, applied, measured; it scrolls away as a line of its own', async () => {
	const going = play();
	const { emulator, press: type, ports, actor } = going;
	await emulator.waitFor('You may see');
	type('R');
	await emulator.waitFor('Solutions, the best first');
	actor.send({ type: 'choose', solution: 'replicate' });
	await emulator.waitFor('step by step: what this tool can do');
	type('\r');
	await emulator.waitFor('This tool can do it');
	type('\r');
	ports.planning.resolve({ kind: 'plan', plan: stepPlan });
	await emulator.waitFor('create role standby login replication');
	type('y');
	await emulator.waitFor('cannot be interrupted half way');
	ports.applying.resolve(applied());
	await emulator.waitFor('Measuring whether it holds');
	ports.verifying.resolve(verified(true));
	await emulator.waitFor('step 1 of 4 is in place');
	type('q');
	await emulator.waitFor('Still in force');
	type('y');
	await going.end;
	const text = emulator.scrollback().replaceAll(/\s+/g, ' ');
	expect(text).toContain('✔ held Step prepare (Add a read-only node) used 97 → 31');
	expect(text).toContain('still in force: the role standby; kbwizard undo takes it back');
	await going.close();
});
