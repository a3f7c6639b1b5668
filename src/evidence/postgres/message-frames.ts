/** Cuts what a server sends into messages, and holds back what the driver would choke on. */
import { StartupError } from './startup-error.ts';
import { decode } from './wire.ts';

/** A whole message, or a piece of one that needs no look and is only passed on. */
export type Frame = { readonly type: string; readonly body: Buffer | null; readonly bytes: Buffer };

/** Longer than any message that is held back until it is whole. */
const longestWhole = 16_000_000;

/** A first ErrorResponse longer than this is none: it is plain text after an `E` (libpq draws the same line). */
const longestFirstError = 30_000;

const headLength = 5;

export class MessageFrames {
	#unread: Buffer = Buffer.alloc(0);
	/** Bytes of the present message that are still to be passed on. */
	#passing = 0;
	#first = true;
	/** Whether every message is wanted whole: until the server is ready. */
	whole = true;

	/**
	 * What can be handed on by now.
	 * @throws StartupError for what is no PostgreSQL, and with the text of a server that could not fork
	 */
	*push(chunk: Buffer): Generator<Frame> {
		this.#unread = this.#unread.length === 0 ? chunk : Buffer.concat([this.#unread, chunk]);
		for (;;) {
			const frame = this.#passing > 0 ? this.#piece() : this.#next();
			if (frame === null) return;
			this.#first = false;
			yield frame;
		}
	}

	/** The connection is at its end: plain text is complete now. @throws StartupError with it */
	end(): void {
		if (this.#first && this.#unread.subarray(0, 1).toString('latin1') === 'E') throw this.#plainText();
	}

	#piece(): Frame | null {
		if (this.#unread.length === 0) return null;
		const bytes = this.#take(Math.min(this.#passing, this.#unread.length));
		this.#passing -= bytes.length;
		return { type: '', body: null, bytes };
	}

	#next(): Frame | null {
		if (this.#unread.length < headLength) return null;
		const type = this.#unread.toString('latin1', 0, 1);
		const length = this.#unread.readUInt32BE(1) + 1;
		if (this.#first && type === 'E' && length > longestFirstError) {
			if (this.#unread.includes(0)) throw this.#plainText();
			return null;
		}
		if (!/[A-Za-z1-9]/.test(type) || length < headLength) throw notPostgres();
		const wanted = this.whole || type === 'E' || type === 'N';
		if (!wanted) {
			this.#passing = length;
			return this.#piece();
		}
		if (length > longestWhole) throw notPostgres();
		if (this.#unread.length < length) return null;
		const bytes = this.#take(length);
		const body = bytes.subarray(headLength);
		// The driver reads the fields until their end, and where there is none, for ever.
		if ((type === 'E' || type === 'N') && !hasItsEnd(body)) throw notPostgres();
		return { type, body, bytes };
	}

	#take(count: number): Buffer {
		const bytes = this.#unread.subarray(0, count);
		this.#unread = this.#unread.subarray(count);
		return bytes;
	}

	/** A postmaster that cannot fork writes `E` and plain text: there is no process that could do better. */
	#plainText(): StartupError {
		const end = this.#unread.indexOf(0);
		const text = decode(this.#unread.subarray(1, end < 0 ? undefined : end)).trim();
		return new StartupError('could-not-fork', text);
	}
}

function notPostgres(): StartupError {
	return new StartupError('not-postgresql', 'what it sent is not of the protocol');
}

/** Fields of a letter and a zero-ended text, then a zero. */
function hasItsEnd(body: Buffer): boolean {
	let at = 0;
	while (at < body.length && body[at] !== 0) {
		const end = body.indexOf(0, at + 1);
		if (end < 0) return false;
		at = end + 1;
	}
	return at < body.length;
}
