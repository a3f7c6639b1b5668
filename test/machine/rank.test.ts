import { describe, expect, test } from 'vitest';
import type { Article } from '../../src/article/article.ts';
import { factBook, fillTemplate } from '../../src/machine/facts.ts';
import type { Finding } from '../../src/machine/finding.ts';
import type { ServerIdentity, SourceKind } from '../../src/machine/ports.ts';
import { rankCauses, rankSolutions, worstSeverity } from '../../src/machine/rank.ts';
import { articleOf, causeOf, checkOf, sample, solutionOf } from './sample-articles.ts';

function found(
	check: string,
	verdict: string,
	source: SourceKind = 'live',
	facts: Finding['facts'] = {},
	article: Article = sample,
): Finding {
	const branch = article.checks
		.find(({ id }) => id === check)
		?.branches.find((candidate) => candidate.verdict === verdict);
	if (branch === undefined) throw new Error(`no such verdict: ${check} ${verdict}`);
	return {
		check,
		verdict,
		severity: branch.severity,
		text: branch.text,
		source,
		at: '2026-11-22T14:00:00.000Z',
		durationMs: 1,
		sql: null,
		answeredBy: source === 'person' ? 'me' : null,
		facts,
		rows: [],
		error: null,
		grant: null,
	};
}

const server: ServerIdentity = {
	host: 'db',
	port: 5432,
	database: 'openiz',
	user: 'ims',
	version: '18.4',
	versionNum: 180004,
	provider: 'self-hosted',
	slot: 'reserved',
	superuser: true,
};

describe('causes', () => {
	test('evidence counts by the severity of its branch', () => {
		const [first, second] = rankCauses(sample, [found('slots', 'full'), found('since-when', 'always')]);
		expect([first?.id, first?.score, second?.id, second?.score]).toEqual(['too-low', 6, 'pools', 4]);
	});

	test('a proof comes first and sends the last resort away', () => {
		const causes = rankCauses(sample, [
			found('slots', 'full'),
			found('since-when', 'always'),
			found('who', 'pools'),
		]);
		expect(causes.map(({ id, standing }) => [id, standing])).toEqual([['pools', 'proved']]);
	});

	test('what is ruled out is not listed, and what only has evidence against it neither', () => {
		expect(rankCauses(sample, [found('slots', 'full'), found('who', 'mixed')]).map(({ id }) => id)).toEqual([
			'too-low',
		]);
		expect(rankCauses(sample, [found('slots', 'free')])).toEqual([]);
	});

	test('of two proofs the one that something rules out comes behind, whatever its score', () => {
		const explained = articleOf({
			checks: [
				checkOf('down', 'sql', [['yes', 'critical', 'down', { proves: ['down'], for: ['paused'] }]]),
				checkOf('log', 'sql', [['yes', 'warning', 'paused', { proves: ['paused'], rulesOut: ['down'] }]]),
			],
			causes: [causeOf('down', []), causeOf('paused', [])],
			solutions: [],
		});
		const [first, second] = rankCauses(explained, [
			found('down', 'yes', 'live', {}, explained),
			found('log', 'yes', 'live', {}, explained),
		]);
		expect([first?.id, second?.id]).toEqual(['paused', 'down']);
		expect(second).toMatchObject({ standing: 'proved', against: [{ check: 'log', verdict: 'yes' }] });
	});

	test('both sides are shown', () => {
		const [tooLow] = rankCauses(sample, [found('since-when', 'always'), found('connect', 'connected')]);
		expect(tooLow?.for).toEqual([{ check: 'since-when', verdict: 'always' }]);
	});

	test('a live answer decides, whatever a person says later', () => {
		expect(rankCauses(sample, [found('slots', 'free'), found('slots', 'full', 'person')])).toEqual([]);
		expect(rankCauses(sample, [found('slots', 'full', 'person')]).map(({ id }) => id)).toEqual([
			'pools',
			'too-low',
		]);
	});
});

describe('a way in on the host', () => {
	const wayIn = solutionOf('make-room', 'applied');
	const onHost = wayIn.steps.map((step) => ({
		...step,
		previews: step.applies.map((fence) => ({
			...fence,
			language: 'processes',
			role: 'preview' as const,
		})),
	}));
	const article = articleOf({
		checks: [
			checkOf('connect', 'connect', [
				['no slot at all', 'critical'],
				['ordinary slots gone', 'critical'],
			]),
			checkOf('processes', 'processes', [['held', 'critical', 'held', { for: ['pools'] }]]),
		],
		causes: [causeOf('pools', ['shrink'], { relief: ['make-room'] })],
		solutions: [solutionOf('shrink', 'guided'), { ...wayIn, steps: onHost }],
	});
	const ranked = (slot: ServerIdentity['slot'], source: SourceKind, refusal = 'no slot at all') => {
		const findings = [
			found('connect', refusal, 'live', {}, article),
			found('processes', 'held', source, {}, article),
		];
		return rankSolutions(article, rankCauses(article, findings), { ...server, slot }, findings);
	};

	test('comes first where nobody gets in', () => {
		expect(ranked(null, 'host')[0]).toMatchObject({ id: 'make-room', available: true, relief: true });
	});

	test('comes last where a session is held, and from elsewhere', () => {
		expect(ranked('reserved', 'host')[1]).toMatchObject({
			id: 'make-room',
			why: expect.stringContaining('a session is held'),
		});
		expect(ranked(null, 'person')[1]?.why).toMatch(/own host/);
		expect(ranked(null, 'host', 'ordinary slots gone')[1]?.why).toMatch(/administrators/);
	});
});

describe('solutions', () => {
	const causes = rankCauses(sample, [found('slots', 'full')]);

	test('cures come before what only relieves', () => {
		expect(rankSolutions(sample, causes, server).map(({ id, relief }) => [id, relief])).toEqual([
			['shrink', false],
			['raise', false],
			['replicate', false],
			['disconnect', true],
		]);
	});

	test('a cure with a condition has its place only where that holds', () => {
		const [pools, ...others] = sample.causes;
		const where = { check: 'slots', verdicts: ['free'], line: 1 };
		const conditional = {
			...sample,
			causes: [
				{
					...causeOf('pools', ['raise', 'shrink']),
					cures: [{ solution: 'raise', relief: false, line: 1, where }, ...(pools?.cures ?? [])],
				},
				...others,
			],
		};
		const first = (verdict: string) =>
			rankSolutions(conditional, causes, server, [found('slots', verdict)])[0]?.id;
		expect([first('free'), first('full')]).toEqual(['raise', 'shrink']);
	});

	test('what cannot be applied says why', () => {
		const why = (of: ServerIdentity | null) =>
			rankSolutions(sample, causes, of).find(({ id }) => id === 'disconnect')?.why;
		expect(why(server)).toBeNull();
		expect(why(null)).toContain('no session');
		expect(why({ ...server, provider: 'rds' })).toContain('rds');
		expect(why({ ...server, version: '9.4', versionNum: 90400 })).toContain('9.4');
	});
});

test('the overall severity is the worst that was determined', () => {
	expect(worstSeverity([])).toBe('unknown');
	expect(worstSeverity([found('slots', 'free'), found('who', 'otherwise')])).toBe('ok');
	expect(worstSeverity([found('slots', 'full'), found('connect', 'connected')])).toBe('critical');
});

test('facts go by name, the latest first, and by check where that is ambiguous', () => {
	const book = factBook([
		found('slots', 'full', 'live', { used: 97, usable: 97 }),
		found('since-when', 'always', 'live', { used: 3 }),
	]);
	expect([book.used, book.slots__used, book.since_when__used]).toEqual([3, 97, 3]);
});

test('what a database says cannot be markup', () => {
	expect(fillTemplate('{n} by {who}, {missing}', { n: 3, who: '[x](http://evil) | <b>\n# h' })).toBe(
		'3 by \\[x\\]\\(http\\://evil\\) \\| \\<b\\> \\# h, –',
	);
});
