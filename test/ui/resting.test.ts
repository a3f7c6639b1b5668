import { expect, test } from 'vitest';
import type { ObserveInput } from '../../src/machine/ports.ts';
import { checkOf } from '../machine/sample-articles.ts';
import { article } from './article.ts';
import { play } from './in-emulator.ts';
import { world } from './screens.ts';
import { absent, ScriptedPorts, server } from './scripted-ports.ts';

const rest = checkOf('since-when', 'rest', [
	['dropped', 'critical', 'it was dropped'],
	['survived', 'ok', 'it is alive'],
]);

const withRest = {
	...article,
	checks: article.checks.map((check) =>
		check.id === 'since-when'
			? {
					...rest,
					title: 'Does an idle connection survive?',
					checks: rest.checks.map((fence) => ({ ...fence, attributes: { for: '5m' } })),
				}
			: check,
	),
};

/** Rests only when it is told to, and then for ever. */
class RestingPorts extends ScriptedPorts {
	readonly demanded: boolean[] = [];
	override observe(input: Pick<ObserveInput, 'demanded'> & { check: { id: string } }) {
		if (input.check.id !== 'since-when') return super.observe(input);
		this.demanded.push(input.demanded === true);
		return input.demanded === true
			? new Promise<never>(() => {})
			: Promise.resolve(absent('it takes 5 minutes, so it is done only when you ask for it'));
	}
}

function ports(): RestingPorts {
	const resting = new RestingPorts();
	for (const [check, observation] of world().observations) resting.observations.set(check, observation);
	return resting;
}

test('an idle connection is offered; g leaves it alone and counts down, x breaks off and asks', async () => {
	const played = play({ article: withRest, ports: ports() });
	const { emulator, press, ports: scripted } = played;
	await emulator.waitFor('You may see');
	scripted.report({ type: 'connection.held', server, timings: [] });
	press('r');
	await emulator.waitFor('because it takes 5 minutes, so it is done only when you ask');
	await emulator.waitFor('g leaves the one connection alone for 5 minutes and then uses it');
	press('g');
	await emulator.waitFor('The connection is left alone for another 5 min 0 s, then it is used');
	press('x');
	await emulator.waitFor('What do you see?');
	await played.close();
});

test('running on and looking at everything again never leave it alone for minutes', async () => {
	const resting = ports();
	const played = play({ article: withRest, ports: resting });
	const { emulator, press } = played;
	await emulator.waitFor('You may see');
	press('R');
	await emulator.waitFor('Solutions, the best first');
	press('g');
	await played.at('finding', 'connect');
	press('R');
	await played.at('causes');
	expect(resting.demanded).toEqual([false, false]);
	await played.close();
});
