/** Headers of PostgreSQL's logs: stderr with whatever prefix, csvlog, jsonlog. */
import type { EntryStart } from './log-entry.ts';
import { severityWords } from './refusal-texts.ts';

/** `LOG:  ` has two blanks, in every language; what stands before it is the prefix, whatever it is made of. */
const severityMark = ':  ';
export const severityBefore = /(?:^|[^\p{L}\p{N}_])([\p{Lu}\p{Lo}][\p{Lu}\p{Lo}]{1,20})$/u;
/** A prefix is no longer than this. */
const longestPrefix = 300;

/** `csvlog`: the time, 10 fields, then severity, SQLSTATE and message. */
export const csvHeader =
	/^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+ [^",]{1,10}),(.{0,1000}?,)([^\s",\d][^",\d]{1,30}),([0-9A-Z]{5}),"?(.*)$/u;

export const jsonHeader = /^\{"timestamp":"([^"]+)",/;

export const serverTime =
	/(\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:[.,]\d+)?(?: ?(?:Z|[A-Z]{2,5}|[+-]\d\d(?::?\d\d)?)\b)?)/;
export const epochTime = /(?:^|[\s[(])(1\d{9}(?:\.\d{3})?)(?=$|[\s\])])/;

export function postgresStart(line: string): EntryStart | null {
	const csv = line.includes('"') ? csvHeader.exec(line) : null;
	if (csv !== null) return postgres(csv[1], csv[3], ` ${csv[4]} `, csv[5], true);
	const json = line.startsWith('{') ? jsonHeader.exec(line) : null;
	if (json !== null) {
		const field = (name: string) => new RegExp(`"${name}":"((?:[^"\\\\]|\\\\.){0,2000})`).exec(line)?.[1];
		return postgres(json[1], field('error_severity'), ` ${field('state_code') ?? ''} `, field('message'));
	}
	return plainStart(line);
}

function plainStart(line: string): EntryStart | null {
	// A line that goes on from the one before begins with a tab.
	if (line.startsWith('\t')) return null;
	for (
		let at = line.indexOf(severityMark);
		at !== -1 && at <= longestPrefix;
		at = line.indexOf(severityMark, at + 1)
	) {
		const severity = severityAt(line.slice(Math.max(0, at - 24), at));
		if (severity === null) continue;
		const prefix = line.slice(0, at - severity.length);
		const stamp = serverTime.exec(prefix)?.[1] ?? epochTime.exec(prefix)?.[1];
		return postgres(stamp, severity, prefix, line.slice(at + severityMark.length));
	}
	return null;
}

/** In capitals, or a word of a language that has none, or writes these small (Georgian). */
function severityAt(before: string): string | null {
	const capital = severityBefore.exec(before)?.[1];
	return capital ?? severityWords.find((word) => before.endsWith(word)) ?? null;
}

function postgres(
	stamp: string | undefined,
	severity: string | undefined,
	prefix: string,
	message: string | undefined,
	csv = false,
): EntryStart {
	return {
		...{ layout: 'postgres', thread: null, source: '', ordinary: false },
		stamp: stamp ?? null,
		severity: severity ?? '',
		prefix,
		message: message ?? '',
		csv,
	};
}

/** Written at the start of the postmaster only, not when it recovers from a crash; in English (12, and 10 on). */
export const serverStart = /^(?:starting PostgreSQL |listening on (?:IPv[46] address|Unix socket) )/;

/** Whether the server begins here: the sessions of before are gone. */
export function isServerStart({ layout, message }: EntryStart): boolean {
	return layout === 'postgres' && serverStart.test(message);
}
