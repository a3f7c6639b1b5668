/** What is made of processes that do one thing or another, and of those that show nothing. */
import { expect, test } from 'vitest';
import type { Backend } from '../../../src/evidence/host/backends.ts';
import { factsOf, judge } from '../../../src/evidence/host/judge-backends.ts';
import type { Activity } from '../../../src/evidence/host/process-title.ts';

const backend = (activity: Activity | null, pid: number): Backend => ({
	pid,
	started: '1',
	ageS: 60,
	kind: 'session',
	role: 'ims',
	database: 'openiz',
	login: null,
	client: '10.0.0.1',
	activity,
	clientGone: false,
});

function sessions(...kinds: readonly (readonly [number, Activity | null])[]): readonly Backend[] {
	return kinds
		.flatMap(([count, activity]) => Array.from({ length: count }, () => activity))
		.map((activity, index) => backend(activity, 100 + index));
}

const full = { usable: 20, refused: true, major: 18 };

test('what most of the slots are held for gives the picture its name', () => {
	expect(judge(sessions([14, 'idle'], [6, 'idle in transaction']), full)).toBe('slots held');
	expect(judge(sessions([6, 'idle'], [14, 'idle in transaction']), full)).toBe('idle in transaction');
	expect(judge(sessions([20, 'waiting for a standby']), full)).toBe('waiting for a standby');
	expect(judge(sessions([15, 'working'], [5, 'idle']), full)).toBe('at work');
});

test('processes that show nothing are not taken for working ones', () => {
	expect(judge(sessions([20, null]), full)).toBe('quiet');
	expect(judge(sessions([15, null], [5, 'working']), full)).toBe('quiet');
});

test('whoever came in by the reserve is counted apart', () => {
	const facts = (count: number) =>
		factsOf({ backends: sessions([count, 'idle']), silent: 0 }, full, 1).slots_in_words;
	expect(facts(20)).toBe('20 of 20');
	expect(facts(21)).toBe('20 of 20 and 1 reserved');
});
