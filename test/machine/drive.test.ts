import { describe, expect, test } from 'vitest';
import { waitFor } from 'xstate';
import { diagnose, driveFix } from '../../src/machine/drive.ts';
import { createWizardActor } from '../../src/machine/run.ts';
import { screenOf } from '../../src/machine/screen.ts';
import { sample } from './sample-articles.ts';
import { type Script, scriptedPorts } from './scripted-ports.ts';
import { absent, appliedAs, observed, verifiedAs } from './walker.ts';

const at = '2026-11-22T14:00:00.000Z';

function start(verdicts: Readonly<Record<string, string>>, script: Script = {}) {
	const asked: string[] = [];
	const ports = scriptedPorts({
		observe: ({ check }) => {
			asked.push(check.id);
			const verdict = verdicts[check.id];
			return verdict === undefined ? absent : observed(verdict, { used: 97, usable: 97 });
		},
		...script,
	});
	const actor = createWizardActor(sample, ports, { startedAt: at });
	actor.start();
	return { actor, ports, asked };
}

const nobody = {
	answers: new Map<string, string>(),
	answeredBy: '--answer',
	waitForSlot: false,
	now: () => at,
};

describe('the headless walk', () => {
	test('goes where the links lead, then through what was passed by, then to the causes', async () => {
		const { actor, asked } = start({ connect: 'ordinary slots gone', slots: 'full', who: 'pools' });
		const { context } = await diagnose(actor, nobody);
		expect(asked).toEqual(['connect', 'slots', 'who', 'since-when']);
		expect(context.trail).toEqual(['connect', 'slots', 'who', 'since-when']);
		expect(context.notSeen).toEqual([{ check: 'since-when', why: 'no log was given', grant: null }]);
	});

	test('takes the answers it was given, and passes over one that the list does not have', async () => {
		const answered = async (verdict: string) => {
			const { actor } = start({ connect: 'connected', slots: 'free', who: 'mixed' });
			const { context } = await diagnose(actor, { ...nobody, answers: new Map([['since-when', verdict]]) });
			return context.findings.find(({ check }) => check === 'since-when');
		};
		expect(await answered('always')).toMatchObject({
			verdict: 'always',
			source: 'person',
			answeredBy: '--answer',
		});
		expect(await answered('never heard of')).toBeUndefined();
	});

	test('waits for a slot where that was asked, and keeps the refusal as a finding', async () => {
		const server = {
			host: 'db',
			port: 5432,
			database: 'd',
			user: 'u',
			version: '18.4',
			versionNum: 180004,
			provider: 'unknown',
			slot: 'waited',
			superuser: false,
		} as const;
		const { actor } = start(
			{ connect: 'ordinary slots gone', slots: 'full', who: 'pools' },
			{
				command: (command, report) =>
					command.type === 'wait' && report({ type: 'connection.held', server, timings: [] }),
			},
		);
		const { context } = await diagnose(actor, { ...nobody, waitForSlot: true });
		expect(context.server?.slot).toBe('waited');
		expect(context.findings.find(({ check }) => check === 'connect')?.verdict).toBe('ordinary slots gone');
	});

	test('a source that breaks is `otherwise`, with what broke', async () => {
		const { actor } = start({}, { observe: () => Promise.reject(new Error('the disk is gone')) });
		const { context } = await diagnose(actor, nobody);
		expect(context.findings.map(({ verdict, error }) => [verdict, error?.message])).toEqual(
			Array.from({ length: 4 }, () => ['otherwise', 'the disk is gone']),
		);
	});

	test('each finding is journalled once', async () => {
		const { actor, ports } = start({ connect: 'connected', slots: 'full', who: 'pools' });
		await diagnose(actor, nobody);
		expect(
			ports.journalled.map((entry) => (entry.kind === 'finding' ? entry.finding.check : entry.kind)),
		).toEqual(['connect', 'not-seen', 'slots', 'who']);
	});
});

describe('back', () => {
	test('leads over the trail, shows what was found, and looks at nothing again', async () => {
		const { actor, asked } = start({
			connect: 'ordinary slots gone',
			slots: 'full',
			who: 'pools',
			'since-when': 'today',
		});
		await diagnose(actor, nobody);
		asked.length = 0;
		const shown: string[] = [];
		for (;;) {
			actor.send({ type: 'back' });
			const screen = screenOf(await waitFor(actor, (state) => state.hasTag('waiting')));
			shown.push('check' in screen ? screen.check : screen.name);
			if (screen.name === 'intro') break;
		}
		expect(shown).toEqual(['since-when', 'who', 'slots', 'connect', 'intro']);
		expect(asked).toEqual([]);
	});
});

describe('a fix', () => {
	const verdicts = { connect: 'connected', slots: 'full', who: 'pools', 'since-when': 'today' };
	const fixed = async (
		consent: Parameters<typeof driveFix>[2],
		script: Script = {},
		solution = 'disconnect',
	) => {
		const { actor, ports } = start(verdicts, script);
		await diagnose(actor, nobody);
		return { end: await driveFix(actor, solution, consent), ports };
	};

	test('is not applied by a dry run, by a plain yes to a severe one, or by the wrong name', async () => {
		const apply = async (): Promise<never> => {
			throw new Error('it was applied');
		};
		const kinds = [];
		for (const consent of [
			{ kind: 'dry run' },
			{ kind: 'yes' },
			{ kind: 'typed', text: 'openiz ' },
		] as const) {
			kinds.push((await fixed(consent, { fixes: { apply } })).end.kind);
		}
		expect(kinds).toEqual(['planned', 'consent missing', 'consent missing']);
	});

	test('is applied and verified once its name was typed', async () => {
		const { end, ports } = await fixed({ kind: 'typed', text: 'openiz' });
		expect(end).toMatchObject({ kind: 'tried', tried: { outcome: 'held', verified: { held: true } } });
		expect(ports.journalled.map(({ kind }) => kind).slice(-3)).toEqual(['choice', 'plan', 'consent']);
	});

	test('that did not hold says so', async () => {
		const { end } = await fixed(
			{ kind: 'typed', text: 'openiz' },
			{ fixes: { verify: async () => verifiedAs(false) } },
		);
		expect(end).toMatchObject({ kind: 'tried', tried: { outcome: 'did not hold' } });
	});

	test('that changed nothing is not verified', async () => {
		const { end } = await fixed(
			{ kind: 'typed', text: 'openiz' },
			{ fixes: { apply: async () => appliedAs('nothing') } },
		);
		expect(end.kind).toBe('not applied');
	});

	test('of a person ends at the steps', async () => {
		expect((await fixed({ kind: 'yes' }, {}, 'shrink')).end).toMatchObject({ kind: 'guided' });
	});
});

test('a plan expires when the connection changes under it', async () => {
	const { actor, ports } = start({
		connect: 'connected',
		slots: 'full',
		who: 'pools',
		'since-when': 'today',
	});
	await diagnose(actor, nobody);
	await driveFix(actor, 'disconnect', { kind: 'dry run' });
	expect(screenOf(actor.getSnapshot()).name).toBe('preview');
	ports.report({
		type: 'connection.lost',
		failure: { code: '57P01', routine: null, layer: 'query', message: 'ended', next: [] },
	});
	expect(screenOf(actor.getSnapshot()).name).toBe('plan expired');
	actor.send({ type: 'confirm', plan: 'plan of disconnect', typed: 'openiz' });
	expect(screenOf(actor.getSnapshot()).name).toBe('plan expired');
});
