/** A log's lines, whatever its encoding, in memory that does not grow with it. */
import { type FileHandle, open } from 'node:fs/promises';

const chunkBytes = 1024 * 1024;
/** What is beyond this in one line is not looked at: the rest of a blob, never a header. */
const longestLine = 64 * 1024;

export type LogStats = { readonly size: number; readonly mtimeMs: number };

/** A file that is no log; the message says why. */
export class NotALog extends Error {
	override readonly name = 'NotALog';
}

export type ReadLogOptions = {
	readonly signal: AbortSignal;
	/** Told once, before the first line: the decoded beginning of the file. */
	readonly onBeginning: (text: string) => void;
	readonly onLine: (line: string) => void;
};

/**
 * Reads a file once, up to the length that it had when it was opened. UTF-8, and UTF-16 with or without a mark; LF and
 * CRLF.
 * @throws NotALog for an empty, compressed or binary file and for a device, or the system's error
 */
export async function readLog(path: string, options: ReadLogOptions): Promise<LogStats> {
	const handle = await open(path, 'r');
	try {
		const stats = await handle.stat();
		if (!stats.isFile()) throw new NotALog('this is not a regular file');
		if (stats.size === 0) throw new NotALog('the file is empty');
		await readChunks(handle, stats.size, options);
		return { size: stats.size, mtimeMs: stats.mtimeMs };
	} finally {
		await handle.close();
	}
}

async function readChunks(handle: FileHandle, size: number, options: ReadLogOptions): Promise<void> {
	const buffer = Buffer.allocUnsafe(Math.min(chunkBytes, size));
	const splitter = new LineSplitter(options.onLine);
	let decoder: TextDecoder | null = null;
	for (let position = 0; position < size; ) {
		options.signal.throwIfAborted();
		const { bytesRead } = await handle.read(buffer, 0, Math.min(buffer.length, size - position), position);
		// It was truncated meanwhile, as rotation does.
		if (bytesRead === 0) break;
		position += bytesRead;
		const bytes = buffer.subarray(0, bytesRead);
		const first = decoder === null;
		decoder ??= new TextDecoder(encodingOf(bytes));
		const text = decoder.decode(bytes, { stream: true });
		if (first) options.onBeginning(text);
		splitter.push(text);
	}
	splitter.push(decoder?.decode() ?? '');
	splitter.end();
}

/** Cuts text into lines as it comes. */
class LineSplitter {
	#rest = '';
	readonly #onLine: (line: string) => void;

	constructor(onLine: (line: string) => void) {
		this.#onLine = onLine;
	}

	push(text: string): void {
		let start = 0;
		for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
			this.#line(this.#rest + text.slice(start, Math.min(end, start + longestLine)));
			this.#rest = '';
			start = end + 1;
		}
		const room = longestLine - this.#rest.length;
		if (room > 0) this.#rest += text.slice(start, start + room);
	}

	end(): void {
		if (this.#rest !== '') this.#line(this.#rest);
		this.#rest = '';
	}

	#line(text: string): void {
		this.#onLine(text.endsWith('\r') ? text.slice(0, -1) : text);
	}
}

/** The encoding that a file's first bytes show. @throws NotALog */
function encodingOf(bytes: Buffer): 'utf-8' | 'utf-16le' | 'utf-16be' {
	if (bytes[0] === 0x1f && bytes[1] === 0x8b) throw new NotALog('the file is compressed: unpack it first');
	if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
	if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
	const sample = bytes.subarray(0, 4096);
	let evenZeros = 0;
	let oddZeros = 0;
	let controls = 0;
	for (const [index, byte] of sample.entries()) {
		if (byte === 0 && index % 2 === 0) evenZeros += 1;
		else if (byte === 0) oddZeros += 1;
		else if (byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d && byte !== 0x1b) controls += 1;
	}
	const half = sample.length / 2;
	// Western text in UTF-16 has a zero in nearly every second byte, and hardly any in the others.
	if (controls < sample.length * 0.05 && oddZeros > half * 0.6 && evenZeros < half * 0.1) return 'utf-16le';
	if (controls < sample.length * 0.05 && evenZeros > half * 0.6 && oddZeros < half * 0.1) return 'utf-16be';
	if (evenZeros + oddZeros + controls > sample.length * 0.05)
		throw new NotALog('the file is binary, not a log');
	return 'utf-8';
}
