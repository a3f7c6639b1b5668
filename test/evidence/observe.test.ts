import { describe, expect, it } from 'vitest';
import type { Check, Fence } from '../../src/article/article.ts';
import { answerOf, createObserver } from '../../src/evidence/observe.ts';
import type { Observation } from '../../src/machine/ports.ts';

function fence(language: string, versions: { min?: number; max?: number } = {}): Fence {
	return {
		line: 1,
		language,
		role: 'check',
		attributes: {},
		body: '',
		min: versions.min ?? null,
		max: versions.max ?? null,
		timeoutMs: null,
		againMs: null,
	};
}

function check(...checks: readonly Fence[]): Check {
	const branch = { line: 1, severity: 'ok' as const, text: '', causes: [], next: null, say: null };
	return {
		line: 1,
		id: 'a-check',
		title: 'A check',
		prose: '',
		checks,
		evidence: [],
		branches: [
			{ ...branch, verdict: 'fine' },
			{ ...branch, verdict: 'otherwise' },
		],
		byHand: null,
	};
}

const verdict = (name: string): Observation => ({
	kind: 'verdict',
	verdict: name,
	facts: {},
	rows: [],
	source: 'live',
	sql: null,
	durationMs: 0,
	at: '2026-11-22T14:00:00.000Z',
	failure: null,
	grant: null,
});

const signal = new AbortController().signal;

describe('createObserver', () => {
	it('asks the source of the fence’s language', async () => {
		const observe = createObserver({ sql: async () => verdict('sql'), log: async () => verdict('log') });
		expect(await observe({ check: check(fence('log')), facts: {} }, signal)).toMatchObject({
			verdict: 'log',
		});
	});

	it('passes over a fence for another version', async () => {
		const observe = createObserver(
			{ sql: async () => verdict('sql'), connect: async () => verdict('connect') },
			{ serverMajor: () => 13 },
		);
		const both = check(fence('sql', { min: 14 }), fence('connect', { max: 13 }));
		expect(await observe({ check: both, facts: {} }, signal)).toMatchObject({ verdict: 'connect' });
		expect(await observe({ check: check(fence('sql', { min: 14 })), facts: {} }, signal)).toEqual({
			kind: 'absent',
			why: 'not on this version (PostgreSQL 13)',
			grant: null,
		});
	});

	it('says what to give where there is no source', async () => {
		const observe = createObserver({});
		const why = async (subject: Check) => {
			const observation = await observe({ check: subject, facts: {} }, signal);
			return observation.kind === 'absent' ? observation.why : observation.kind;
		};
		expect(await why(check(fence('log')))).toBe('no log was given (--log PATH)');
		expect(await why(check(fence('pooler')))).toContain('no pooler');
		expect(await why(check())).toBe('only a person can say');
	});

	it('turns a source that throws into a failed observation without its secrets', async () => {
		const observe = createObserver({
			sql: async () => {
				throw new Error('\x1b[31mlost postgres://u:hunter2@db/x');
			},
		});
		const observation = await observe({ check: check(fence('sql')), facts: {} }, signal);
		expect(observation).toMatchObject({
			kind: 'failed',
			failure: { code: 'check-failed', message: 'lost postgres://u:***@db/x' },
		});
	});

	it('keeps the failure that a source’s error carries', async () => {
		const failure = { code: '42501', routine: 'x', layer: null, message: 'denied', next: ['grant it'] };
		const observe = createObserver({
			sql: async () => {
				throw Object.assign(new Error('denied'), { failure });
			},
		});
		expect(await observe({ check: check(fence('sql')), facts: {} }, signal)).toMatchObject({ failure });
	});

	it('tells an interruption from a failure', async () => {
		const aborted = AbortSignal.abort();
		const observe = createObserver({ sql: async () => verdict('sql') });
		expect(await observe({ check: check(fence('sql')), facts: {} }, aborted)).toMatchObject({
			kind: 'failed',
			failure: { code: 'interrupted' },
		});
	});
});

describe('answerOf', () => {
	it('is a person’s, and says whose', () => {
		expect(answerOf(check(), 'fine', 'Ada\x1b[31m')).toMatchObject({
			verdict: 'fine',
			source: 'person',
			facts: { answered_by: 'Ada' },
		});
	});

	it('takes “otherwise” for what is not on the list', () => {
		expect(answerOf(check(), 'made up', 'Ada')).toMatchObject({ verdict: 'otherwise' });
	});
});
