/** One host while it is being tried: each layer in turn, and how long it took. */
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Client } from 'pg';
import type { Failure, Layer, LayerTiming } from '../../machine/ports.ts';
import { systemCode } from '../../system-code.ts';
import type { RefusalVerdict } from './classify.ts';
import type { ConnectionSettings, HostSettings } from './connection-settings.ts';
import { logIn } from './log-in.ts';
import { openSocket } from './reach.ts';
import { failureOf } from './refusal.ts';
import type { ServerStream } from './server-stream.ts';
import { type Stop, Stopped, serverStop, stopAt, tlsStop } from './stop.ts';
import { type TimeLimit, within } from './time-limit.ts';
import { askForTls, upgrade } from './tls-upgrade.ts';

/** Where an attempt went, as far as it went. */
export type Way = {
	readonly host: HostSettings;
	/** Null: a Unix socket, or no address was found. */
	readonly address: string | null;
	/** As `TLSv1.3`; null: not encrypted. */
	readonly tls: string | null;
	/** Whether the server said that it speaks TLS; null: it was not asked. */
	readonly tlsOffered: boolean | null;
};

/** Logged in; nothing was asked yet. */
export type Entered = {
	readonly kind: 'entered';
	readonly client: Client;
	readonly stream: ServerStream;
	readonly way: Way;
	readonly timings: readonly LayerTiming[];
};

export type Refused = {
	readonly kind: 'refused';
	readonly verdict: RefusalVerdict;
	readonly failure: Failure;
	readonly way: Way;
	readonly timings: readonly LayerTiming[];
};

export type Encryption = 'plain' | 'if offered' | 'required';

export class Visit {
	readonly settings: ConnectionSettings;
	readonly host: HostSettings;
	readonly #signal: AbortSignal | undefined;
	readonly #beforeStartup: (() => Promise<void>) | undefined;
	readonly #timings: LayerTiming[] = [];

	constructor(
		settings: ConnectionSettings,
		host: HostSettings,
		signal: AbortSignal | undefined,
		beforeStartup?: () => Promise<void>,
	) {
		this.settings = settings;
		this.host = host;
		this.#signal = signal;
		this.#beforeStartup = beforeStartup;
	}

	/** Times one layer; what it throws is noted beside the time. */
	async timed<T>(layer: Layer, step: () => Promise<T>, note: string | null = null): Promise<T> {
		const start = performance.now();
		try {
			const result = await step();
			this.#add(layer, performance.now() - start, note);
			return result;
		} catch (error) {
			const code = error instanceof Stopped ? error.stop.code : (systemCode(error) ?? 'failed');
			this.#add(layer, performance.now() - start, note === null ? code : `${note}: ${code}`);
			throw error;
		}
	}

	/** @throws the signal's reason instead, when it is aborted */
	refused(layer: Layer, error: unknown, way: Partial<Way> = {}): Refused {
		this.#signal?.throwIfAborted();
		const stop = stopAt(layer, error);
		const { user, database } = this.settings;
		return {
			kind: 'refused',
			verdict: stop.verdict,
			failure: failureOf({
				...stop,
				...{ place: this.host, user, database },
				answeredTls: (way.tlsOffered ?? null) !== null,
			}),
			way: { host: this.host, address: null, tls: null, tlsOffered: null, ...way },
			timings: [...this.#timings],
		};
	}

	/** TCP, TLS, startup and authentication at one address. */
	async enter(address: string | null, encryption: Encryption, limit: TimeLimit): Promise<Entered | Refused> {
		let way: Way = { host: this.host, address, tls: null, tlsOffered: null };
		let layer: Layer = 'tcp';
		let socket: Socket | null = null;
		try {
			socket = await this.timed(
				'tcp',
				() => openSocket(this.host, address, limit, this.#signal),
				address ?? 'socket',
			);
			if (encryption !== 'plain') {
				layer = 'tls';
				const plain = socket;
				const offered = await this.timed('tls', () => this.#offersTls(plain, limit));
				way = { ...way, tlsOffered: offered };
				if (offered || encryption === 'required') {
					socket = await this.timed('tls', () => this.#encrypt(plain, offered, limit), 'handshake');
					way = { ...way, tls: socket instanceof TLSSocket ? socket.getProtocol() : null };
				}
			}
			layer = 'startup';
			if (this.#beforeStartup !== undefined)
				await within(limit, this.#beforeStartup(), () => undefined, this.#signal);
			const login = await logIn(socket, this.settings, this.host, way.tls !== null, limit, this.#signal);
			this.#add('startup', login.startupMs, null);
			if (login.authenticationMs !== null) this.#add('authentication', login.authenticationMs, null);
			const { client, stream, error } = login;
			if (error === null) return { kind: 'entered', client, stream, way, timings: [...this.#timings] };
			const { authenticationAskedAt, authenticatedAt } = stream.notes;
			if (authenticationAskedAt !== null && authenticatedAt === null) layer = 'authentication';
			return this.refused(layer, error, way);
		} catch (error) {
			socket?.destroy();
			return this.refused(layer, error, way);
		}
	}

	async #offersTls(socket: Socket, limit: TimeLimit): Promise<boolean> {
		if (this.settings.tls.negotiation === 'direct') return true;
		const offer = await askForTls(socket, limit, this.#signal);
		if (offer.kind === 'error') throw new Stopped(serverStop(offer.error));
		return offer.kind === 'yes';
	}

	async #encrypt(socket: Socket, offered: boolean, limit: TimeLimit): Promise<Socket> {
		if (!offered) throw new Stopped(noTls);
		const { mode, roots } = this.settings.tls;
		if (mode.startsWith('verify') && roots.kind === 'file' && roots.pem === null) {
			const where = roots.path ?? 'the usual place';
			throw new Stopped(
				tlsStop('no-root-certificate', `there is no root certificate at ${where} to verify the server with`),
			);
		}
		return upgrade(socket, this.settings.tls, this.host.host, limit, this.#signal);
	}

	#add(layer: Layer, ms: number, note: string | null): void {
		this.#timings.push({ layer, ms: Math.round(ms * 1000) / 1000, note });
	}
}

const noTls: Stop = tlsStop('tls-not-offered', 'the server does not speak TLS, and sslmode wants it');
