/** A log's lines, whatever its encoding, in memory that does not grow with it. */
import { type LogBytes, NotALog, type ReadBytesOptions, readBytes } from './log-bytes.ts';

/** What is beyond this in one line is not looked at: the rest of a blob, never a header. */
const longestLine = 64 * 1024;

export type ReadLogOptions = Omit<ReadBytesOptions, 'onBytes'> & {
	/** Told once, before the first line: the decoded beginning of the file. */
	readonly onBeginning: (text: string) => void;
	readonly onLine: (line: string) => void;
};

/**
 * Reads a file once. UTF-8, and UTF-16 with or without a mark; LF and CRLF; gzip.
 * @throws NotALog for a binary file and whatever `readBytes` refuses, or the system's error
 */
export async function readLog(path: string, options: ReadLogOptions): Promise<LogBytes> {
	const splitter = new LineSplitter(options.onLine);
	let decoder: TextDecoder | null = null;
	const read = await readBytes(path, {
		...options,
		onBytes: (bytes) => {
			const first = decoder === null;
			decoder ??= new TextDecoder(encodingOf(bytes));
			const text = decoder.decode(bytes, { stream: true });
			if (first) options.onBeginning(text);
			splitter.push(text);
		},
	});
	splitter.push(endOf(decoder));
	splitter.end();
	return read;
}

function endOf(decoder: TextDecoder | null): string {
	return decoder?.decode() ?? '';
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
			const piece = text.slice(start, Math.min(end, start + longestLine));
			this.#line(this.#rest === '' ? piece : this.#rest + piece);
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
function encodingOf(bytes: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' {
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
