/** The few messages that are sent or read without the driver (PostgreSQL documentation, "Message Formats"). */

/** Asks whether the server speaks TLS; answered by one byte, even with every slot taken. */
export function sslRequest(): Buffer {
	return Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);
}

/** Asks the server to end what the session with that key does just now. */
export function cancelRequest(pid: number, secret: Buffer): Buffer {
	const head = Buffer.alloc(12);
	head.writeUInt32BE(12 + secret.length, 0);
	head.writeUInt32BE(80_877_102, 4);
	head.writeUInt32BE(pid, 8);
	return Buffer.concat([head, secret]);
}

export type ServerError = {
	/** SQLSTATE. */
	readonly code: string;
	readonly routine: string | null;
	/** As the server wrote it: not sanitised. */
	readonly message: string;
	readonly detail: string | null;
};

/** Body of an ErrorResponse: fields of one letter and a zero-ended text. Null: it is none. */
export function parseErrorResponse(body: Buffer): ServerError | null {
	const fields = new Map<string, string>();
	for (const field of decode(body).split('\0')) {
		if (field !== '') fields.set(field.charAt(0), field.slice(1));
	}
	const code = fields.get('C');
	if (code === undefined) return null;
	return {
		code,
		routine: fields.get('R') ?? null,
		message: fields.get('M') ?? '',
		detail: fields.get('D') ?? null,
	};
}

/** A server that failed early writes in its own encoding; what is not UTF-8 is taken for Latin-1. */
export function decode(bytes: Buffer): string {
	try {
		return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
	} catch {
		return bytes.toString('latin1');
	}
}
