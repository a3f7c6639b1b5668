/** How numbers, times and places are said on the screens. */
import type { Article, Parameter, Slug } from '../article/article.ts';
import { neededParameters } from '../article/needed-parameters.ts';
import { plainInline } from '../article/plain-text.ts';
import type { Tried } from '../machine/context.ts';
import type { Finding, Staleness } from '../machine/finding.ts';
import { cameToNothing, standingOf } from '../machine/plans.ts';
import type { FactValue, ServerIdentity, SourceKind } from '../machine/ports.ts';

/** `1.4 ms`, `2.5 s`, `3 min 4 s`. @param ms in milliseconds */
export function duration(ms: number): string {
	if (ms < 1_000) return `${Math.round(ms * 10) / 10} ms`;
	if (ms < 10_000) return `${Math.round(ms / 100) / 10} s`;
	return wholeSeconds(ms);
}

/** What a clock on the screen shows: it changes once a second. @param ms in milliseconds */
export function wholeSeconds(ms: number): string {
	const seconds = Math.max(0, Math.floor(ms / 1_000));
	return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** `just now`, `14 h`, `3 days`: how long ago something was, roughly. @param ms in milliseconds */
export function age(ms: number): string {
	const minutes = Math.floor(Math.max(0, ms) / 60_000);
	if (minutes < 1) return 'less than a minute';
	if (minutes < 60) return `${minutes} min`;
	const hours = Math.floor(minutes / 60);
	return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} days`;
}

const since: Readonly<Record<Staleness, string>> = {
	resumed: 'before the session was resumed',
	slept: 'before this computer slept',
	disconnected: 'before the connection was gone for long',
};

/** `seen 14 h ago, before the session was resumed`; null: it was seen in this run. @param now in milliseconds */
export function staleInWords({ stale, at }: Finding, now: number): string | null {
	if (stale === undefined) return null;
	const ms = now - Date.parse(at);
	return `seen ${Number.isNaN(ms) ? '' : `${age(ms)} ago, `}${since[stale]}`;
}

export const counted = (number: number, one: string, many = `${one}s`): string =>
	`${number} ${number === 1 ? one : many}`;

/** A value of a row; a null is a dash. */
export function valueInWords(value: FactValue | undefined): string {
	if (value === null || value === undefined) return '–';
	if (typeof value === 'boolean') return value ? 'yes' : 'no';
	return String(value);
}

/** A heading as one line of text; what has no heading is its own name. */
export function titleOf(nodes: readonly { readonly id: Slug; readonly title: string }[], id: Slug): string {
	const node = nodes.find((candidate) => candidate.id === id);
	return node === undefined ? id : plainInline(node.title);
}

export const checkTitle = (article: Article, id: Slug): string => titleOf(article.checks, id);
export const causeTitle = (article: Article, id: Slug): string => titleOf(article.causes, id);
export const solutionTitle = (article: Article, id: Slug): string => titleOf(article.solutions, id);

/** What is planned and proved at a time: a solution, or one step of it. @param step null: the solution as a whole */
export function partTitle(article: Article, solution: Slug, step: Slug | null): string {
	const title = solutionTitle(article, solution);
	if (step === null) return title;
	const steps = article.solutions.find(({ id }) => id === solution)?.steps ?? [];
	return `${titleOf(steps, step)} (${title})`;
}

/** What a plan of it is made with. @param step null: the solution as a whole */
export function parametersOf({ solutions }: Article, id: Slug, step: Slug | null): readonly Parameter[] {
	const solution = solutions.find((each) => each.id === id);
	return solution === undefined
		? []
		: neededParameters(solution, solution.steps.find((each) => each.id === step) ?? null);
}

/** `openiz on db.example:5432 as kbwizard`; null where not even a host is known. */
export function serverInWords(server: ServerIdentity | null): string | null {
	if (server === null || (server.host === null && server.database === null)) return null;
	const port = server.port === null ? '' : `:${server.port}`;
	const host = server.host?.startsWith('/') ? `socket ${server.host}` : server.host;
	const at = host === null ? '' : ` on ${host}${port}`;
	const as = server.user === null ? '' : ` as ${server.user}`;
	return `${server.database ?? 'the server'}${at}${as}`;
}

export function sourceInWords(source: SourceKind): string {
	switch (source) {
		case 'live':
			return 'the live server';
		case 'log':
			return 'the log that was given';
		case 'config':
			return 'the configuration that was given';
		case 'host':
			return "the server's own host";
		case 'bundle':
			return 'a bundle that was collected earlier';
		case 'person':
			return 'what a person said';
	}
}

/** The time of day of an instant, as the server wrote it: `14:00:03`; the text itself where it is none. */
export const timeOfDay = (at: string): string => /T(\d\d:\d\d:\d\d)/.exec(at)?.[1] ?? at;

/** How it went; of what was to be taken back also that not all of it was. */
export function triedInWords({ outcome, undone, plan }: Tried): string {
	if (cameToNothing(undone)) return 'not taken back';
	return standingOf(undone, plan).length > 0 ? 'not all taken back' : outcome;
}
