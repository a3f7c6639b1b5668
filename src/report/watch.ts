/** What `watch` saw, as a document and in lines: a diagnosis with how long it held. */
import type { Severity, Slug } from '../article/article.ts';
import type { Diagnosis, ReportedSolution } from './diagnosis.ts';
import { monitoringState, statusLineOf } from './status-line.ts';
import { serverAsOptions } from './words.ts';

/** A state of what is watched, from the moment it was first seen. */
export type WatchState = {
	/** Since the watching began, in milliseconds. */
	readonly atMs: number;
	/** It counts as held. */
	readonly good: boolean;
	/** What decided; null: it was the connection itself, or nothing could be determined. */
	readonly check: Slug | null;
	readonly verdict: string;
	readonly severity: Severity;
	/** Plain text on one line. */
	readonly text: string;
};

/** What is watched: the check that proved a fix, else the whole article. */
export type WatchedFix = {
	readonly session: string;
	readonly solution: Slug;
	readonly check: Slug;
	/** Those that count as held. */
	readonly verdicts: readonly string[];
};

export type Watch = {
	/** How long it was to hold, in milliseconds. */
	readonly forMs: number;
	readonly held: boolean;
	/** How long it had held at the end, in milliseconds; null: it did not. */
	readonly heldMs: number | null;
	readonly durationMs: number;
	/** Null: there is no fix of this server whose effect could be watched. */
	readonly fix: WatchedFix | null;
	/** What the exit status says. */
	readonly severity: Severity;
	/** What was seen last. */
	readonly text: string;
	/** How often was measured. */
	readonly looks: number;
	/** How often the connection was lost meanwhile. */
	readonly lost: number;
	/** One for each change, the oldest first. */
	readonly samples: readonly WatchState[];
	/** What to do next where it did not hold; null: it held, or nothing else is known to help. */
	readonly next: Slug | null;
};

export type WatchDocument = Diagnosis & { readonly watch: Watch };

/** `0:07`, `12:30`, `1:02:03`. */
function clock(ms: number): string {
	const seconds = Math.floor(ms / 1000);
	const minutes = Math.floor(seconds / 60);
	const two = (value: number): string => String(value).padStart(2, '0');
	const hours = Math.floor(minutes / 60);
	return hours === 0
		? `${minutes}:${two(seconds % 60)}`
		: `${hours}:${two(minutes % 60)}:${two(seconds % 60)}`;
}

/** A change of state in one line: `  0:12  CRITICAL  17 of 17 slots are taken`. */
export function watchLine({ atMs, severity, text }: WatchState): string {
	return `${clock(atMs).padStart(7)}  ${monitoringState(severity).padEnd(8)}  ${text}\n`;
}

function nextLines({ watch, solutions, article, server }: WatchDocument): readonly string[] {
	if (watch.held) return [];
	const next = solutions.find(({ id }) => id === watch.next);
	if (next === undefined) return ['next: nothing else that was found can be done from here'];
	const options = server === null ? '' : ` ${serverAsOptions(server)}`;
	const how =
		next.how === 'applied' ? `fix ${article.id} ${next.id}${options} --dry-run` : `${article.id}${options}`;
	return [`next: ${next.title}: kbwizard ${how}`];
}

/** The end of the text: what to do next, and the line for monitoring. */
export function watchEnd(document: WatchDocument): string {
	const { watch } = document;
	const outcome = watch.held ? `held for ${clock(watch.forMs)}` : 'did not hold';
	return [
		...nextLines(document),
		statusLineOf(watch.severity, `${outcome}: ${watch.text}`, document),
		'',
	].join('\n');
}

/**
 * What we would do next: the best that can be done and was not tried yet.
 * @param tried solutions whose effect was watched
 */
export function nextSolution(
	solutions: readonly ReportedSolution[],
	tried: readonly Slug[],
): ReportedSolution | null {
	return solutions.find(({ id, available }) => available && !tried.includes(id)) ?? null;
}
