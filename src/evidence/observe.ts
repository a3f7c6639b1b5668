/** Who answers a check: the source that its fence's language names, or a person. */
import type { Check, Fence } from '../article/article.ts';
import { ownFailure } from '../machine/own-failure.ts';
import type { Failure, Observation, ObserveInput } from '../machine/ports.ts';
import { systemCode } from '../system-code.ts';
import { absent } from './absent.ts';
import { cleanText, withoutSecrets } from './untrusted.ts';

/** Answers the checks of one language. What is expected to go wrong is data; it throws only for a mistake of its own. */
export type EvidenceSource = (input: ObserveInput, signal: AbortSignal) => Promise<Observation>;

/** By the language of a fence: `sql`, `connect`, `log`, … */
export type EvidenceSources = Readonly<Partial<Record<string, EvidenceSource>>>;

export type ObserverOptions = {
	/** Major version of the server, which fences are chosen by; null: not known (yet). */
	readonly serverMajor?: () => number | null;
	readonly clock?: () => Date;
};

/** What a person would have to give so that a language has something to look at. */
const missing: Readonly<Record<string, string>> = {
	sql: 'this run has no database session to look at (give a server)',
	connect: 'this run has no server to connect to (give one as SERVER, or -h HOST)',
	log: 'no log was given (--log PATH)',
	openiz: 'no configuration was given (--config PATH)',
	processes: 'this run has no processes to look at: it works on the server’s own host only',
	pooler: 'this run has no pooler to look at',
	rest: 'this run keeps no idle connection to watch',
};

/**
 * Asks the source of the first fence that fits the server's version and has one. Never throws: a source that does
 * becomes a failed observation.
 */
export function createObserver(sources: EvidenceSources, options: ObserverOptions = {}): EvidenceSource {
	const clock = options.clock ?? (() => new Date());
	return async (input, signal) => {
		const { check } = input;
		if (check.checks.length === 0) return absent('only a person can say');
		const major = options.serverMajor?.() ?? null;
		const fitting = check.checks.filter((fence) => fits(fence, major));
		if (fitting.length === 0) return absent(`not on this version (PostgreSQL ${major})`);
		const source = fitting
			.map(({ language }) => sources[language])
			.find((candidate) => candidate !== undefined);
		if (source === undefined) return absent(whyMissing(fitting));
		const started = clock();
		try {
			signal.throwIfAborted();
			return await source(input, signal);
		} catch (error) {
			const ended = clock();
			return {
				kind: 'failed',
				failure: failureOf(error, signal),
				source: sourceKind(check),
				sql: null,
				durationMs: ended.getTime() - started.getTime(),
				at: ended.toISOString(),
			};
		}
	};
}

/** A person's word: beside what was measured, never in its place. */
export function answerOf(check: Check, verdict: string, by: string, at: Date = new Date()): Observation {
	const branch = check.branches.find((candidate) => candidate.verdict === verdict);
	return {
		kind: 'verdict',
		verdict: branch === undefined ? 'otherwise' : verdict,
		facts: { answered_by: cleanText(by, { max: 200 }) },
		rows: [],
		source: 'person',
		sql: null,
		durationMs: 0,
		at: at.toISOString(),
		failure: null,
		grant: null,
	};
}

function fits(fence: Fence, major: number | null): boolean {
	return major === null || ((fence.min ?? major) <= major && major <= (fence.max ?? major));
}

function whyMissing(fences: readonly Fence[]): string {
	const languages = [...new Set(fences.map(({ language }) => language))];
	return languages
		.map(
			(language) => missing[language] ?? `this run has no “${cleanText(language, { max: 40 })}” to look at`,
		)
		.join('; ');
}

function sourceKind(check: Check): 'live' | 'log' | 'config' | 'host' {
	switch (check.checks[0]?.language) {
		case 'log':
			return 'log';
		case 'openiz':
			return 'config';
		case 'processes':
			return 'host';
		default:
			return 'live';
	}
}

function failureOf(error: unknown, signal: AbortSignal): Failure {
	if (signal.aborted) {
		return ownFailure('interrupted', 'the check was interrupted before it had an answer', [
			'run the check again',
		]);
	}
	if (error instanceof Error && 'failure' in error && isFailure(error.failure)) return error.failure;
	const message = error instanceof Error ? error.message : String(error);
	return ownFailure(
		systemCode(error) ?? 'check-failed',
		withoutSecrets(cleanText(message)) || 'the check failed without saying why',
		['find it out by hand, as the check describes, or go on without it'],
	);
}

function isFailure(value: unknown): value is Failure {
	return (
		typeof value === 'object' &&
		value !== null &&
		'code' in value &&
		typeof value.code === 'string' &&
		'message' in value &&
		typeof value.message === 'string' &&
		'next' in value &&
		Array.isArray(value.next) &&
		'layer' in value &&
		'routine' in value
	);
}
