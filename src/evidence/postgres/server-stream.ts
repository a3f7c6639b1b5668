import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { MessageFrames } from './message-frames.ts';
import { StartupError } from './startup-error.ts';
import { decode } from './wire.ts';

/** What the server said on the way in, and when (milliseconds of the monotonic clock; null: it did not). */
export type StartupNotes = {
	authenticationAskedAt: number | null;
	authenticatedAt: number | null;
	readyAt: number | null;
	/** Which ParameterStatus said what, e.g. `server_version`. */
	readonly parameters: Map<string, string>;
	/** What a CancelRequest must show; null: none was given. */
	key: { readonly pid: number; readonly secret: Buffer } | null;
};

export type StartupRule = {
	/** Why the server's way of asking who we are is not acceptable; null: it is. */
	readonly refuse: (method: AuthenticationMethod) => string | null;
	readonly now: () => number;
};

export type AuthenticationMethod = {
	/** As `require_auth` names it; `unknown` for a newer one. */
	readonly name: string;
	/** SASL mechanisms on offer. */
	readonly mechanisms: readonly string[];
};

const authenticationNames: ReadonlyMap<number, string> = new Map([
	[0, 'none'],
	[2, 'kerberos'],
	[3, 'password'],
	[5, 'md5'],
	[7, 'gss'],
	[9, 'sspi'],
	[10, 'scram-sha-256'],
]);
const spokenByDriver: ReadonlySet<number> = new Set([0, 3, 5, 10, 11, 12]);

/**
 * Hands a connected socket to `pg`, which wants to connect it itself, and reads along: the driver drops the text of
 * "could not fork", the cancellation key and the moment of each step, throws in an event handler for an
 * authentication that it does not know, and never comes back from a broken ErrorResponse.
 */
export class ServerStream extends Duplex {
	readonly notes: StartupNotes = {
		authenticationAskedAt: null,
		authenticatedAt: null,
		readyAt: null,
		parameters: new Map(),
		key: null,
	};
	readonly #socket: Socket;
	readonly #rule: StartupRule;
	readonly #frames = new MessageFrames();
	/** The first request for authentication; null: none came yet. */
	#asked: number | null = null;

	constructor(socket: Socket, rule: StartupRule) {
		super({ allowHalfOpen: false });
		this.#socket = socket;
		this.#rule = rule;
		socket.on('data', (chunk: Buffer) => this.#guarded(() => this.#receive(chunk)));
		socket.on('error', (error) => this.destroy(error));
		socket.on('end', () => this.#guarded(() => this.#end()));
		socket.on('close', () => this.destroy());
		// The driver listens too, but only once it has the stream.
		this.on('error', () => undefined);
	}

	/** What the driver calls first: it is connected already. */
	connect(): this {
		queueMicrotask(() => this.emit('connect'));
		return this;
	}

	setNoDelay(on?: boolean): this {
		this.#socket.setNoDelay(on);
		return this;
	}

	setKeepAlive(on?: boolean, initialDelayMilliseconds?: number): this {
		this.#socket.setKeepAlive(on, initialDelayMilliseconds);
		return this;
	}

	ref(): this {
		this.#socket.ref();
		return this;
	}

	unref(): this {
		this.#socket.unref();
		return this;
	}

	/** For a login that is bound to the TLS channel. */
	getPeerCertificate(): unknown {
		return this.#socket instanceof TLSSocket ? this.#socket.getPeerCertificate() : {};
	}

	override _read(): void {
		this.#socket.resume();
	}

	override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
		this.#socket.write(chunk, done);
	}

	override _final(done: (error?: Error | null) => void): void {
		this.#socket.end(() => done());
	}

	override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
		this.#socket.destroy();
		done(error);
	}

	/** The driver's parser throws where it does not understand: that ends the session, not the program. */
	#guarded(work: () => void): void {
		if (this.destroyed) return;
		try {
			work();
		} catch (error) {
			this.destroy(
				error instanceof StartupError
					? error
					: new StartupError('not-postgresql', 'what it sent is not of the protocol'),
			);
		}
	}

	#receive(chunk: Buffer): void {
		for (const { type, body, bytes } of this.#frames.push(chunk)) {
			if (body !== null && this.notes.readyAt === null) this.#note(type, body);
			if (!this.push(bytes)) this.#socket.pause();
			if (this.destroyed) return;
		}
	}

	#end(): void {
		this.#frames.end();
		this.push(null);
	}

	#note(type: string, body: Buffer): void {
		const now = this.#rule.now();
		if (type === 'R' && body.length >= 4) {
			const method = body.readUInt32BE(0);
			this.notes.authenticationAskedAt ??= now;
			if (method === 0) this.notes.authenticatedAt = now;
			this.#judge(method, body.subarray(4));
		}
		if (type === 'S') {
			const [name, value] = body.toString('utf8').split('\0');
			if (name !== undefined && value !== undefined) this.notes.parameters.set(name, value);
		}
		if (type === 'K' && body.length >= 8) {
			this.notes.key = { pid: body.readUInt32BE(0), secret: Buffer.from(body.subarray(4)) };
		}
		if (type === 'Z') {
			this.notes.readyAt = now;
			this.#frames.whole = false;
		}
	}

	/** @throws StartupError for a login that is not to be */
	#judge(method: number, rest: Buffer): void {
		// 11 and 12 continue SCRAM; 0 at the end of an exchange is its success, not a way of asking.
		if (method === 11 || method === 12 || (method === 0 && this.#asked !== null)) return;
		this.#asked = method;
		const name = authenticationNames.get(method) ?? 'unknown';
		if (!spokenByDriver.has(method)) {
			throw new StartupError(
				'authentication-method',
				`the server wants a login by ${name}, which this program does not speak`,
			);
		}
		const mechanisms =
			method === 10
				? decode(rest)
						.split('\0')
						.filter((each) => each !== '')
				: [];
		const why = this.#rule.refuse({ name, mechanisms });
		if (why !== null) throw new StartupError('authentication-method', why);
	}
}
