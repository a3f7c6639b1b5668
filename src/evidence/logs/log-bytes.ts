/** A log's bytes as they come off the disk, unpacked where it was packed. */
import { type FileHandle, open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { systemCode } from '../../system-code.ts';

const chunkBytes = 1024 * 1024;
/** Unpacked, one byte of a gzip is at most 1,032: a file that unpacks to more than this is no log. */
const mostUnpacked = 1024 ** 4;

/** A file that is no log; the message says why. */
export class NotALog extends Error {
	override readonly name = 'NotALog';
}

export type LogBytes = {
	/** On the disk. */
	readonly size: number;
	readonly mtimeMs: number;
	/** What is odd about it, for a person; empty: nothing. */
	readonly notes: readonly string[];
};

export type ReadBytesOptions = {
	readonly signal: AbortSignal;
	/** Only the last bytes are read; null: all. Of a packed file always all. */
	readonly atMost: number | null;
	/** The next bytes; they are overwritten when it has returned. @throws NotALog to stop */
	readonly onBytes: (bytes: Uint8Array) => void;
	/** Bytes of the file on the disk that were read since the last call. */
	readonly onProgress?: (bytes: number) => void;
};

/** What is packed in another way, by its first bytes. */
const packers: readonly { readonly name: string; readonly magic: readonly number[] }[] = [
	{ name: 'xz', magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a] },
	{ name: 'zstd', magic: [0x28, 0xb5, 0x2f, 0xfd] },
	{ name: 'bzip2', magic: [0x42, 0x5a, 0x68] },
	{ name: 'zip', magic: [0x50, 0x4b, 0x03, 0x04] },
	{ name: '7z', magic: [0x37, 0x7a, 0xbc, 0xaf, 0x27] },
];

/**
 * Reads a file once, up to the length that it had when it was opened.
 * @throws NotALog for an empty or otherwise packed file and for a device, or the system's error
 */
export async function readBytes(path: string, options: ReadBytesOptions): Promise<LogBytes> {
	const handle = await open(path, 'r');
	try {
		const stats = await handle.stat();
		if (!stats.isFile()) throw new NotALog('this is not a regular file');
		if (stats.size === 0) throw new NotALog('the file is empty');
		const notes = (await isGzip(handle))
			? await unpacked(handle, stats.size, options)
			: await plain(handle, stats.size, options);
		const { size } = await handle.stat();
		if (size > stats.size) notes.push('it grew while it was read: what came since is not in it');
		return { size: stats.size, mtimeMs: stats.mtimeMs, notes };
	} finally {
		await handle.close();
	}
}

/** @throws NotALog where it is packed by something else */
async function isGzip(handle: FileHandle): Promise<boolean> {
	const { buffer, bytesRead } = await handle.read(Buffer.alloc(6), 0, 6, 0);
	const start = buffer.subarray(0, bytesRead);
	const packer = packers.find(({ magic }) => magic.every((byte, index) => start[index] === byte));
	if (packer !== undefined) throw new NotALog(`the file is packed with ${packer.name}: unpack it first`);
	return start[0] === 0x1f && start[1] === 0x8b;
}

async function plain(handle: FileHandle, size: number, options: ReadBytesOptions): Promise<string[]> {
	const buffer = Buffer.allocUnsafe(Math.min(chunkBytes, size));
	// An even number, so that UTF-16 stays in step.
	const skipped = options.atMost === null ? 0 : Math.max(0, size - options.atMost) & ~1;
	for (let position = skipped; position < size; ) {
		options.signal.throwIfAborted();
		const { bytesRead } = await handle.read(buffer, 0, Math.min(buffer.length, size - position), position);
		if (bytesRead === 0) return ['it was truncated while it was read, as rotation does'];
		position += bytesRead;
		options.onBytes(buffer.subarray(0, bytesRead));
		options.onProgress?.(bytesRead);
	}
	return skipped === 0 ? [] : [`only its last ${Math.round((size - skipped) / 2 ** 20)} MB were read`];
}

async function unpacked(handle: FileHandle, size: number, options: ReadBytesOptions): Promise<string[]> {
	const packed = Readable.from(packedBytes(handle, size, options), { highWaterMark: 1 });
	const gunzip = createGunzip({ chunkSize: chunkBytes });
	packed.on('error', (error) => gunzip.destroy(error));
	try {
		return await gunzipped(packed.pipe(gunzip), options);
	} finally {
		packed.destroy();
		gunzip.destroy();
	}
}

async function* packedBytes(
	handle: FileHandle,
	size: number,
	options: ReadBytesOptions,
): AsyncGenerator<Uint8Array> {
	for (let position = 0; position < size; ) {
		const { buffer, bytesRead } = await handle.read({
			buffer: Buffer.allocUnsafe(Math.min(chunkBytes, size - position)),
			position,
		});
		if (bytesRead === 0) return;
		position += bytesRead;
		options.onProgress?.(bytesRead);
		yield buffer.subarray(0, bytesRead);
	}
}

async function gunzipped(stream: Readable, options: ReadBytesOptions): Promise<string[]> {
	let total = 0;
	try {
		for await (const bytes of stream) {
			options.signal.throwIfAborted();
			if (!(bytes instanceof Uint8Array)) continue;
			total += bytes.length;
			if (total > mostUnpacked) throw new NotALog('it unpacks to more than a terabyte: this is no log');
			options.onBytes(bytes);
		}
		return [];
	} catch (error) {
		const code = systemCode(error) ?? '';
		if (!code.startsWith('Z_')) throw error;
		const how = code === 'Z_BUF_ERROR' ? 'it ends in the middle' : 'it is damaged';
		if (total === 0) throw new NotALog(`the gzip cannot be unpacked: ${how}`);
		return [`the gzip could be unpacked only in part: ${how}`];
	}
}
