import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import type { Check } from '../../src/article/article.ts';
import { createLogSource, type LogSourceOptions } from '../../src/evidence/logs/log-source.ts';
import type { Observation } from '../../src/machine/ports.ts';

/** A check of one `log` fence. */
export function checkOf(attributes: Record<string, string>, body = ''): Check {
	const fence = {
		role: 'check' as const,
		attributes,
		body,
		min: null,
		max: null,
		timeoutMs: null,
		againMs: null,
	};
	return {
		line: 1,
		id: 'a-check',
		title: 'A check',
		prose: '',
		checks: [{ line: 10, language: 'log', ...fence }],
		evidence: [],
		branches: [],
		byHand: null,
	};
}

export const signature = (name: string): Check => checkOf({ signature: name });

/** A folder of a test's own, gone after it. */
export function logFolder(now: Date) {
	let path = '';
	beforeEach(() => {
		path = mkdtempSync(join(tmpdir(), 'kbwizard-logs-'));
	});
	afterEach(() => rmSync(path, { recursive: true, force: true }));
	return {
		get path() {
			return path;
		},
		/** Writes a log, last changed at `now` unless told otherwise. */
		log(name: string, content: string | Uint8Array, changed = now): string {
			const file = join(path, name);
			mkdirSync(dirname(file), { recursive: true });
			writeFileSync(file, content);
			utimesSync(file, changed, changed);
			return file;
		},
	};
}

export type Look = Omit<LogSourceOptions, 'clock' | 'checks'> & { readonly check: Check; readonly now: Date };

export function look({ check, now, ...options }: Look): Promise<Observation> {
	return createLogSource({ ...options, clock: () => now })(
		{ check, facts: {} },
		new AbortController().signal,
	);
}

/** What was found. @throws Error where nothing could be */
export async function found(wanted: Look) {
	const observation = await look(wanted);
	if (observation.kind !== 'verdict') throw new Error(JSON.stringify(observation));
	return observation;
}

export const refusal =
	'53300: remaining connection slots are reserved for non-replication superuser connections';

/** A line of the IMS's log. */
export const ims = (
	time: string,
	thread: number,
	text: string,
	level = 'Error',
	source = 'OpenIZ.Persistence.Data.ADO',
) => `${time} [@${thread}] : ${source} ${level}: 0 : ${text}`;
