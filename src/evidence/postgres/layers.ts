/**
 * A connection attempt, layer by layer, each timed: name, TCP, TLS, startup, authentication. Hosts are tried in
 * order, each with all its addresses; nothing is left open of those that failed.
 */
import type { Layer } from '../../machine/ports.ts';
import type { RefusalVerdict } from './classify.ts';
import type { ConnectionSettings, HostSettings } from './connection-settings.ts';
import { addressesOf } from './reach.ts';
import type { TimeLimit } from './time-limit.ts';
import { type Encryption, type Entered, type Refused, Visit } from './visit.ts';

/** After these another address or host may do better; a server that spoke is the answer. */
const worthAnother: ReadonlySet<RefusalVerdict> = new Set([
	'no such name',
	'no answer',
	'refused',
	'silent',
	'starting or stopping',
]);

/**
 * @param beforeStartup waited for at each address that is reached, before the server is told who wants in
 * @throws only the signal's reason, when it is aborted
 */
export async function enterHost(
	settings: ConnectionSettings,
	host: HostSettings,
	limit: TimeLimit,
	signal?: AbortSignal,
	beforeStartup?: () => Promise<void>,
): Promise<Entered | Refused> {
	const visit = new Visit(settings, host, signal, beforeStartup);
	let addresses: readonly (string | null)[] = [null];
	if (host.kind === 'tcp') {
		try {
			addresses = await visit.timed('dns', () => addressesOf(host, limit, signal));
		} catch (error) {
			return visit.refused('dns', error);
		}
	}
	return firstThatEnters(addresses, limit, (address, share) => enterAddress(visit, address, share));
}

/** Tries one after the other, each with its part of the time. Of refusals the one that got farthest is the answer. */
export async function firstThatEnters<Place, In extends { readonly kind: 'entered' }>(
	places: readonly Place[],
	limit: TimeLimit,
	enter: (place: Place, limit: TimeLimit) => Promise<In | Refused>,
): Promise<In | Refused> {
	let farthest: Refused | null = null;
	for (const [index, place] of places.entries()) {
		const outcome = await enter(place, limit.share(places.length - index));
		if (outcome.kind !== 'refused') return outcome;
		if (farthest === null || distance(outcome) > distance(farthest)) farthest = outcome;
		const other = worthAnother.has(outcome.verdict) || outcome.failure.code === 'session-attributes';
		if (!other || limit.over) break;
	}
	if (farthest === null) throw new TypeError('there is no place to connect to');
	return farthest;
}

const layers: readonly Layer[] = ['dns', 'tcp', 'tls', 'startup', 'authentication', 'query'];

function distance({ failure }: Refused): number {
	return failure.layer === null ? -1 : layers.indexOf(failure.layer);
}

/** What is tried, in order; the second only where the first was turned away for what it was. */
function encryptions(
	{ tls }: ConnectionSettings,
	host: HostSettings,
): readonly [Encryption, Encryption | null] {
	// A Unix socket is not encrypted, whatever sslmode says.
	if (host.kind === 'unix' || tls.mode === 'disable') return ['plain', null];
	if (tls.mode === 'allow') return ['plain', 'required'];
	return tls.mode === 'prefer' ? ['if offered', 'plain'] : ['required', null];
}

async function enterAddress(
	visit: Visit,
	address: string | null,
	limit: TimeLimit,
): Promise<Entered | Refused> {
	const [first, second] = encryptions(visit.settings, visit.host);
	const outcome = await visit.enter(address, first, limit);
	if (outcome.kind === 'entered' || second === null || limit.over) return outcome;
	const turnedAway =
		outcome.verdict === 'tls refused' ||
		// pg_hba.conf may have a line for the other kind of connection only.
		(outcome.failure.code === '28000' && outcome.failure.routine === 'ClientAuthentication');
	if (!turnedAway || (second === 'plain' && outcome.way.tlsOffered !== true)) return outcome;
	const again = await visit.enter(address, second, limit);
	// That there is no TLS to try again with says less than the first refusal.
	return again.kind === 'refused' && again.failure.code === 'tls-not-offered' ? outcome : again;
}
