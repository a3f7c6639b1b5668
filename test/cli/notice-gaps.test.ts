import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { noticeGaps } from '../../src/cli/notice-gaps.ts';
import type { ConnectionEvent } from '../../src/machine/ports.ts';

beforeEach(() => {
	vi.useFakeTimers({ now: Date.UTC(2026, 10, 22, 14) });
});
afterEach(() => {
	vi.useRealTimers();
});

const failure = { code: '57P01', routine: null, layer: null, message: 'gone', next: [] };
const lost: ConnectionEvent = { type: 'connection.lost', failure };
const held: ConnectionEvent = {
	type: 'connection.held',
	timings: [],
	server: {
		host: 'db',
		port: 5432,
		database: 'openiz',
		user: 'app',
		version: '18.1',
		versionNum: 180001,
		provider: 'self-hosted',
		slot: 'ordinary',
		superuser: true,
	},
};

function noticing() {
	const told: string[] = [];
	let report: (event: ConnectionEvent) => void = () => undefined;
	const stop = noticeGaps({
		now: () => new Date(),
		subscribe: (listener) => {
			report = listener;
			return () => undefined;
		},
		tell: (why) => told.push(why),
		everyMs: 2_000,
	});
	return { told, stop, report: (event: ConnectionEvent) => report(event) };
}

const hour = 3_600_000;
/** The clock goes on, and no timer runs, as in a computer that sleeps. */
const sleep = (ms: number) => vi.setSystemTime(Date.now() + ms);

test('a clock that goes on as it should, or goes back, is no gap', () => {
	const { told, stop } = noticing();
	vi.advanceTimersByTime(hour);
	sleep(-hour);
	vi.advanceTimersByTime(10_000);
	expect(told).toEqual([]);
	stop();
});

test('a sleep is told once', () => {
	const { told, stop } = noticing();
	vi.advanceTimersByTime(4_000);
	sleep(8 * hour);
	vi.advanceTimersByTime(10_000);
	expect(told).toEqual(['slept']);
	stop();
	sleep(8 * hour);
	vi.advanceTimersByTime(10_000);
	expect(told).toEqual(['slept']);
});

test('a connection that is back at once is no gap; one that was gone for long is', () => {
	const { told, report, stop } = noticing();
	report(lost);
	vi.advanceTimersByTime(20_000);
	report(held);
	expect(told).toEqual([]);
	report(lost);
	vi.advanceTimersByTime(5 * 60_000);
	report(held);
	expect(told).toEqual(['disconnected']);
	stop();
});

test('what was lost in its sleep is one thing to tell', () => {
	const { told, report, stop } = noticing();
	report(lost);
	sleep(8 * hour);
	report(held);
	vi.advanceTimersByTime(10_000);
	expect(told).toEqual(['slept']);
	stop();
});
