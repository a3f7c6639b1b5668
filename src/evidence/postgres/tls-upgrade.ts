/** From a connected socket to an encrypted one, as libpq does it. */
import type { Socket } from 'node:net';
import { isIP } from 'node:net';
import { type ConnectionOptions, checkServerIdentity, connect, type TLSSocket } from 'node:tls';
import { StartupError } from './startup-error.ts';
import { type TimeLimit, within } from './time-limit.ts';
import { type TlsSettings, verification } from './tls-settings.ts';
import { decode, parseErrorResponse, type ServerError, sslRequest } from './wire.ts';

/** What the server answered to the question whether it speaks TLS. */
export type TlsOffer =
	| { readonly kind: 'yes' }
	| { readonly kind: 'no' }
	/** It refused the connection altogether. */
	| { readonly kind: 'error'; readonly error: ServerError };

/**
 * Sends an SSLRequest. It takes no slot: a postmaster answers it with every slot taken.
 * @throws TimedOut, StartupError or a system error
 */
export async function askForTls(socket: Socket, limit: TimeLimit, signal?: AbortSignal): Promise<TlsOffer> {
	const answer = readFirst(socket);
	socket.write(sslRequest());
	const bytes = await within(limit, answer, () => socket.destroy(), signal);
	const first = bytes.toString('latin1', 0, 1);
	// One byte and nothing behind it: more would be somebody else's, slipped in before the encryption.
	if (bytes.length === 1 && first === 'S') return { kind: 'yes' };
	if (bytes.length === 1 && first === 'N') return { kind: 'no' };
	socket.destroy();
	if (first === 'E') {
		const length = bytes.length >= 5 ? bytes.readUInt32BE(1) : 0;
		const error = length === bytes.length - 1 ? parseErrorResponse(bytes.subarray(5)) : null;
		if (error !== null) return { kind: 'error', error };
		throw new StartupError('could-not-fork', decode(bytes.subarray(1)).replace(/\0.*$/s, '').trim());
	}
	throw new StartupError('not-postgresql', 'what it sent is not of the protocol');
}

/** The first bytes; an `E` is read to its end. */
function readFirst(socket: Socket): Promise<Buffer> {
	return new Promise((resolve, reject) => {
		let bytes = Buffer.alloc(0);
		const settle = () => {
			socket.off('data', onData).off('end', onEnd).off('error', onError).off('close', onEnd);
			socket.pause();
		};
		const onData = (chunk: Buffer) => {
			bytes = Buffer.concat([bytes, chunk]);
			if (bytes.toString('latin1', 0, 1) === 'E' && bytes.length < 30_000) return;
			settle();
			resolve(bytes);
		};
		const onEnd = () => {
			settle();
			if (bytes.length > 0) resolve(bytes);
			else reject(new StartupError('closed-without-answer', 'The connection was closed without an answer.'));
		};
		const onError = (error: Error) => {
			settle();
			reject(error);
		};
		socket.on('data', onData).on('end', onEnd).on('close', onEnd).on('error', onError);
	});
}

/**
 * The TLS handshake, with as much verification as the settings want.
 * @param hostName what the certificate must be made out to, where that is checked
 * @throws an error with OpenSSL's or Node's code, or TimedOut
 */
export async function upgrade(
	socket: Socket,
	settings: TlsSettings,
	hostName: string,
	limit: TimeLimit,
	signal?: AbortSignal,
): Promise<TLSSocket> {
	const secured = connect(tlsOptions(socket, settings, hostName));
	const handshake = new Promise<TLSSocket>((resolve, reject) => {
		secured.once('secureConnect', () => resolve(secured));
		secured.on('error', reject);
		secured.once('close', () =>
			reject(
				new StartupError('closed-without-answer', 'The connection was closed during the TLS handshake.'),
			),
		);
	});
	return within(limit, handshake, () => secured.destroy(), signal);
}

function tlsOptions(socket: Socket, settings: TlsSettings, hostName: string): ConnectionOptions {
	const { roots, client } = settings;
	const checked = verification(settings);
	return {
		socket,
		host: hostName,
		// A server name must not be an address (RFC 6066, section 3).
		...(settings.sni && isIP(hostName) === 0 && hostName !== '' ? { servername: hostName } : {}),
		...(settings.negotiation === 'direct' ? { ALPNProtocols: ['postgresql'] } : {}),
		rejectUnauthorized: checked !== 'none',
		...(roots.kind === 'file' && roots.pem !== null && checked !== 'none' ? { ca: roots.pem } : {}),
		...(settings.revoked !== null && checked !== 'none' ? { crl: settings.revoked } : {}),
		checkServerIdentity: (_, certificate) =>
			checked === 'full' ? checkServerIdentity(hostName, certificate) : undefined,
		...(client === null
			? {}
			: {
					cert: client.certificate,
					key: client.key.reveal(),
					...(client.passphrase === null ? {} : { passphrase: client.passphrase.reveal() }),
				}),
		minVersion: settings.minVersion,
		...(settings.maxVersion === null ? {} : { maxVersion: settings.maxVersion }),
	};
}
