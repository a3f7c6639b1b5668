import { expect, test } from 'vitest';
import { type Played, play } from './in-emulator.ts';
import { applied, Deferred, planOf, verified } from './scripted-ports.ts';

/** A fix that was applied and measured to hold. */
async function held(rows = 40): Promise<Played> {
	const going = play({ rows });
	const { emulator, press, ports, actor } = going;
	await emulator.waitFor('You may see');
	press('R');
	await emulator.waitFor('Solutions, the best first');
	actor.send({ type: 'choose', solution: 'disconnect' });
	press('\r');
	ports.planning.resolve({ kind: 'plan', plan: planOf('disconnect') });
	await emulator.waitFor('apply exactly this');
	press('y');
	ports.applying.resolve(applied());
	ports.verifying.resolve(verified(true));
	return going;
}

test('after it has held: w goes on watching, x stops, and a break names the next solution', async () => {
	const going = await held();
	const { emulator, press, ports } = going;
	await emulator.waitFor('w goes on watching');

	ports.verifying = new Deferred();
	press('w');
	await emulator.waitFor('Watching whether it goes on to hold');
	ports.progress('14:05:12 UTC: 66 slots are free');
	await emulator.waitFor('14:05:12 UTC: 66 slots are free');
	press('x');
	await going.at('held');
	await emulator.waitFor('w goes on watching');

	ports.verifying = new Deferred();
	press('w');
	await going.at('watching');
	ports.verifying.resolve(verified(false));
	await emulator.waitFor('it did not hold');
	await emulator.waitFor('Next to try');
	expect(emulator.scrollback().replaceAll(/\s+/g, ' ')).toContain('✔ held');
	await going.close();
});

test.each([
	['y', true, 'causes', 'Solutions, the best first'],
	['n', false, 'did not hold', 'it held, but did not help'],
] as const)(
	'what was measured to hold is asked about too, without scrolling: %s is written down',
	async (key, helped, where, shown) => {
		const going = await held(24);
		const { emulator, press, ports } = going;
		await emulator.waitFor('Did it help those who called?');
		press(key);
		await going.at(where);
		await emulator.waitFor(shown);
		expect(ports.journalled).toContainEqual({ kind: 'helped', solution: 'disconnect', helped });
		await going.close();
	},
);
