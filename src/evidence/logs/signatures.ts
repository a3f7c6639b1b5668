/** The troubles that a log can show, and which of its entries is one. */
import { type LogSignature, logSignatures } from '../../article/probes.ts';
import type { EntryStart } from './log-entry.ts';
import { type Refusal, refusalSaid } from './refusal.ts';
import {
	anyMark,
	type Mark,
	marks,
	refusedException,
	refusedMessage,
	refusedState,
	refusedTail,
	type ServerText,
	secondary,
	serverTexts,
	textTail,
} from './signature-texts.ts';

/** A name that `log signature=` takes in an article. */
export type SignatureName = LogSignature;

/** Refusals by a role's, a database's or the walsenders' own limit: told beside those for want of slots, never among them. */
const ownLimit = 'own-limit';
export type Tracked = SignatureName | typeof ownLimit;

/**
 * Adds what a line of an application's entry says.
 * @param opens it is the message itself, not a line below it
 */
export function markLine(text: string, opens: boolean, into: Set<Mark>): void {
	if (!anyMark.test(text)) return;
	const refused =
		refusedException.exec(text)?.[1] ??
		(opens ? refusedMessage.exec(text)?.[1] : undefined) ??
		(refusedTail.test(text) ? '' : undefined);
	if (refused !== undefined) into.add('refused');
	if (refusalSaid(refused ?? textTail.exec(text)?.[1] ?? '') === 'own limit') into.add('own limit');
	for (const { mark, pattern } of marks) if (pattern.test(text)) into.add(mark);
}

type Signature = {
	/** Whether an application's entry is one. */
	readonly application: (marks: ReadonlySet<Mark>) => boolean;
	/** Whether a line of the server's log is one. */
	readonly server: (entry: EntryStart) => boolean;
};

const never = (): boolean => false;

/** By the text, which says whose limit it was; else by the SQLSTATE, where the prefix has it (`%e`). */
function refusalOf({ severity, prefix, message }: EntryStart): Refusal | null {
	if (severity === null || secondary.test(severity)) return null;
	return refusalSaid(message) ?? (refusedState.test(prefix) ? 'slots' : null);
}

const said =
	({ pattern, unless }: ServerText) =>
	({ message }: EntryStart): boolean =>
		pattern.test(message) && !(unless?.test(message) ?? false);

export const signatures: Readonly<Record<Tracked, Signature>> = {
	'slots-refused': {
		application: (seen) => seen.has('refused') && !seen.has('own limit'),
		server: (entry) => refusalOf(entry) === 'slots',
	},
	[ownLimit]: {
		application: (seen) => seen.has('refused') && seen.has('own limit'),
		server: (entry) => refusalOf(entry) === 'own limit',
	},
	'read-timeout': {
		// A stream that ended or was reset is another trouble, though it is noticed while reading.
		application: (seen) =>
			seen.has('no answer') || (seen.has('reading') && !seen.has('stream ended') && !seen.has('reset')),
		server: never,
	},
	'client-pool': { application: (seen) => seen.has('client pool'), server: never },
	'request-limit': { application: (seen) => seen.has('request limit'), server: never },
	'connection-reset': {
		application: (seen) => seen.has('reset') || seen.has('stream ended'),
		server: said(serverTexts['connection-reset']),
	},
	'backend-crash': { application: never, server: said(serverTexts['backend-crash']) },
	'fork-failed': { application: never, server: said(serverTexts['fork-failed']) },
	'standby-settings': { application: never, server: said(serverTexts['standby-settings']) },
};

export const signatureNames: readonly SignatureName[] = logSignatures;
export const trackedNames: readonly Tracked[] = [...logSignatures, ownLimit];

export function isSignatureName(name: string): name is SignatureName {
	return signatureNames.some((known) => known === name);
}

/** Whose log shows a signature: without one, nothing can be said of it. */
export function shownBy(name: SignatureName): 'application' | 'server' | 'either' {
	const { application, server } = signatures[name];
	return application === never ? 'server' : server === never ? 'application' : 'either';
}

/** One value for every signature. */
export function forEachTracked<Value>(make: (name: Tracked) => Value): Readonly<Record<Tracked, Value>> {
	return {
		'slots-refused': make('slots-refused'),
		[ownLimit]: make(ownLimit),
		'read-timeout': make('read-timeout'),
		'client-pool': make('client-pool'),
		'request-limit': make('request-limit'),
		'connection-reset': make('connection-reset'),
		'backend-crash': make('backend-crash'),
		'fork-failed': make('fork-failed'),
		'standby-settings': make('standby-settings'),
	};
}
