/** Which layer ended an attempt and why, before it is put into words. */
import pg from 'pg';
import type { Layer } from '../../machine/ports.ts';
import { systemCode } from '../../system-code.ts';
import { type RefusalVerdict, verdictOfReach, verdictOfServer, verdictOfSilence } from './classify.ts';
import type { ServerError } from './wire.ts';

export type Stop = {
	readonly verdict: RefusalVerdict;
	readonly layer: Layer;
	readonly code: string;
	readonly routine: string | null;
	/** The server's or the system's own: not sanitised. */
	readonly words: string;
};

/** Carries a stop out of a layer. */
export class Stopped extends Error {
	readonly stop: Stop;

	constructor(stop: Stop) {
		super(stop.verdict);
		this.name = 'Stopped';
		this.stop = stop;
	}
}

export function tlsStop(code: string, words: string): Stop {
	return { verdict: 'tls refused', layer: 'tls', code, routine: null, words };
}

/** What the server itself said. */
export function serverStop(error: ServerError): Stop {
	const { code, routine, message, detail } = error;
	return {
		verdict: verdictOfServer(error),
		layer: code.startsWith('28') ? 'authentication' : 'startup',
		code,
		routine,
		words: detail === null ? message : `${message} (${detail})`,
	};
}

/** What a thrown error in that layer means. */
export function stopAt(layer: Layer, error: unknown): Stop {
	if (error instanceof Stopped) return error.stop;
	if (error instanceof pg.DatabaseError) {
		return serverStop({
			code: error.code ?? '',
			routine: error.routine ?? null,
			message: error.message,
			detail: error.detail ?? null,
		});
	}
	const code = systemCode(error) ?? (layer === 'authentication' ? 'authentication-failed' : 'unknown');
	const words = error instanceof Error ? error.message : '';
	return { verdict: verdictOfError(layer, code), layer, code, routine: null, words };
}

function verdictOfError(layer: Layer, code: string): RefusalVerdict {
	if (layer === 'dns' || layer === 'tcp') return verdictOfReach(layer, code);
	// The driver's own objections to what the server says while it checks who we are have no code.
	if (code === 'authentication-failed') return 'credentials refused';
	return verdictOfSilence(layer === 'tls' ? 'tls' : 'startup', code);
}
