/** One attempt to hold a session, from the name to the first answer, as data. */
import { ownFailure } from '../../machine/own-failure.ts';
import type { Facts, Layer, LayerTiming } from '../../machine/ports.ts';
import { isPoolersKey } from './classify.ts';
import type { ConnectionSettings, HostSettings, SessionAttributes } from './connection-settings.ts';
import { type Identity, unknownServer } from './identity.ts';
import { enterHost, firstThatEnters } from './layers.ts';
import type { Attempt } from './postgres.ts';
import { failureOf, placeName } from './refusal.ts';
import { type HeldSession, openSession } from './session.ts';
import { type Stop, stopAt } from './stop.ts';
import { TimedOut, TimeLimit } from './time-limit.ts';
import type { Entered, Refused, Way } from './visit.ts';

export type AttemptOutcome = {
	readonly attempt: Attempt;
	/** Null: it was refused. */
	readonly session: HeldSession | null;
};

type In = {
	readonly kind: 'entered';
	readonly session: HeldSession;
	readonly way: Way;
	readonly timings: readonly LayerTiming[];
};

export type AttemptOptions = {
	/** This machine's time. */
	readonly clock: () => Date;
	readonly signal?: AbortSignal;
	/** It was refused before, and waited for a slot since. */
	readonly waited?: boolean;
	/** Waited for at each address that is reached, before the server is told who wants in. */
	readonly beforeStartup?: () => Promise<void>;
};

/**
 * Connects once. A refusal is data.
 * @throws only the signal's reason, when it is aborted; nothing is left open then
 */
export async function attemptSession(
	settings: ConnectionSettings,
	options: AttemptOptions,
): Promise<AttemptOutcome> {
	const { clock } = options;
	const at = clock().toISOString();
	const start = performance.now();
	const limit = new TimeLimit(settings.connectTimeoutMs);
	const tryAll = (wanted: SessionAttributes) =>
		firstThatEnters(settings.hosts, limit, (host, share) => {
			return enterAndOpen(settings, host, wanted, share, options);
		});
	const prefersStandby = settings.sessionAttributes === 'prefer-standby';
	let outcome = await tryAll(prefersStandby ? 'standby' : settings.sessionAttributes);
	if (prefersStandby && outcome.kind === 'refused') outcome = await tryAll('any');

	const durationMs = Math.round((performance.now() - start) * 1000) / 1000;
	const refused = outcome.kind === 'refused' ? outcome : null;
	const session = outcome.kind === 'entered' ? outcome.session : null;
	return {
		attempt: {
			verdict: refused?.verdict ?? 'connected',
			facts: factsOf(settings, outcome, durationMs),
			timings: outcome.timings,
			failure: refused?.failure ?? null,
			server: session?.server ?? unknownServer(settings, outcome.way),
			at,
			durationMs,
		},
		session,
	};
}

/** An attempt that was given up before the server said anything. */
export function interruptedAttempt(settings: ConnectionSettings, clock: () => Date): Attempt {
	const [host] = settings.hosts;
	if (host === undefined) throw new TypeError('connection settings without a host');
	return {
		verdict: 'otherwise',
		facts: {},
		timings: [],
		failure: ownFailure('interrupted', `The attempt to connect to ${placeName(host)} was interrupted.`, []),
		server: unknownServer(settings, { host, address: null, tls: null, tlsOffered: null }),
		at: clock().toISOString(),
		durationMs: 0,
	};
}

async function enterAndOpen(
	settings: ConnectionSettings,
	host: HostSettings,
	wanted: SessionAttributes,
	limit: TimeLimit,
	{ clock, signal, waited = false, beforeStartup }: AttemptOptions,
): Promise<In | Refused> {
	const entered = await enterHost(settings, host, limit, signal, beforeStartup);
	if (entered.kind === 'refused') return entered;
	const start = performance.now();
	const timed = (note: string | null): readonly LayerTiming[] => [
		...entered.timings,
		{ layer: 'query', ms: Math.round((performance.now() - start) * 1000) / 1000, note },
	];
	try {
		const { session, identity } = await openSession(entered, settings, { clock, limit, signal, waited });
		if (!isWanted(wanted, identity)) {
			await session.close();
			return refusedBy(settings, entered, wrongKind(wanted), timed('another kind of server'));
		}
		return { kind: 'entered', session, way: entered.way, timings: timed(null) };
	} catch (error) {
		signal?.throwIfAborted();
		const stop = afterLogin(entered, error);
		return refusedBy(settings, entered, { ...stop, layer: 'query' }, timed(stop.code));
	}
}

/** A pooler lets anybody in who may, and then keeps the first query until a server connection is free. */
function afterLogin({ stream }: Entered, error: unknown): Stop {
	const stop = stopAt('query', error);
	const { key } = stream.notes;
	if (!(error instanceof TimedOut) || key === null || !isPoolersKey(key.pid)) return stop;
	return { ...stop, verdict: 'pooler refused', code: 'pooler-wait', words: '' };
}

function refusedBy(
	{ user, database }: ConnectionSettings,
	{ way }: Entered,
	stop: Stop,
	timings: readonly LayerTiming[],
): Refused {
	const failure = failureOf({ ...stop, place: way.host, user, database });
	return { kind: 'refused', verdict: stop.verdict, failure, way, timings };
}

/** `target_session_attrs`: whether this is the kind of server that was asked for. */
function isWanted(wanted: SessionAttributes, { inRecovery, readOnly }: Identity): boolean {
	switch (wanted) {
		case 'read-write':
			return !inRecovery && !readOnly;
		case 'read-only':
			return inRecovery || readOnly;
		case 'primary':
			return !inRecovery;
		case 'standby':
			return inRecovery;
		default:
			return true;
	}
}

function wrongKind(wanted: SessionAttributes): Stop {
	const words = `it is not what target_session_attrs=${wanted} asks for`;
	return { verdict: 'otherwise', layer: 'query', code: 'session-attributes', routine: null, words };
}

function factsOf(settings: ConnectionSettings, outcome: In | Refused, durationMs: number): Facts {
	const { way, timings } = outcome;
	const failure = outcome.kind === 'refused' ? outcome.failure : null;
	const spent = (layer: Layer) => {
		const ofLayer = timings.filter((timing) => timing.layer === layer);
		return ofLayer.length === 0
			? null
			: Math.round(ofLayer.reduce((sum, { ms }) => sum + ms, 0) * 1000) / 1000;
	};
	const session = outcome.kind === 'entered' ? outcome.session : null;
	return {
		code: failure?.code ?? null,
		routine: failure?.routine ?? null,
		layer: failure?.layer ?? null,
		message: failure?.message ?? null,
		host: way.host.host,
		port: way.host.port,
		user: settings.user,
		database: settings.database,
		address: way.address,
		tls: way.tls,
		tls_offered: way.tlsOffered,
		dns_ms: spent('dns'),
		tcp_ms: spent('tcp'),
		tls_ms: spent('tls'),
		startup_ms: spent('startup'),
		authentication_ms: spent('authentication'),
		query_ms: spent('query'),
		total_ms: durationMs,
		// Not `slot`: that is the name of a replication slot in an article's parameters.
		slot_kind: session?.server.slot ?? null,
		pooled: session?.pooled ?? null,
	};
}
