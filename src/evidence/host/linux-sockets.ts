/** The kernel's own tables of sockets, as text. */
import type { SocketState, TcpSocket, UnixListener } from './listing.ts';

/** `/proc/net/tcp` and `/proc/net/tcp6`. Lines that cannot be read are left out. */
export function readTcpTable(text: string): readonly TcpSocket[] {
	return text.split('\n').flatMap((line): readonly TcpSocket[] => {
		const [, local = '', remote = '', state = '', , , , uid = '', , inode = ''] = line.trim().split(/\s+/);
		const here = readEndpoint(local);
		const there = readEndpoint(remote);
		if (here === null || there === null) return [];
		return [
			{
				state: states.get(state) ?? 'other',
				...here,
				remoteAddress: there.address,
				remotePort: there.port,
				uid: Number(uid),
				inode: Number(inode),
				pid: null,
			},
		];
	});
}

/** Established, half closed by the other side (CLOSE-WAIT), and listening; the rest holds no session. */
const states: ReadonlyMap<string, SocketState> = new Map([
	['01', 'open'],
	['08', 'client gone'],
	['0A', 'listen'],
]);

/** Each 32 bits stand in this machine's byte order, which is little-endian on every one that PostgreSQL comes for here. */
function readEndpoint(text: string): { readonly address: string; readonly port: number } | null {
	const [, hex = '', port = ''] = /^([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4})$/.exec(text) ?? [];
	if (hex === '') return null;
	const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) =>
		(word.match(/../g) ?? []).reverse().map((byte) => Number.parseInt(byte, 16)),
	);
	return { address: addressOf(bytes), port: Number.parseInt(port, 16) };
}

function addressOf(bytes: readonly number[]): string {
	if (bytes.length === 4) return bytes.join('.');
	// An IPv4 client on an IPv6 socket.
	const mapped = bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255;
	if (mapped) return bytes.slice(12).join('.');
	const groups = Array.from({ length: 8 }, (_, index) =>
		(((bytes[index * 2] ?? 0) << 8) | (bytes[index * 2 + 1] ?? 0)).toString(16),
	);
	return plainAddress(groups.join(':'));
}

/** As everybody writes it: an IPv6 address shortened, without the interface that it is on. */
export function plainAddress(address: string): string {
	const bare = address.replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.)/i, '');
	if (!bare.includes(':')) return bare;
	const shortened = URL.canParse(`http://[${bare}]`) ? new URL(`http://[${bare}]`).hostname : null;
	return shortened === null ? bare : shortened.slice(1, -1);
}

/** `/proc/net/unix`: those that are listened on. */
export function readUnixTable(text: string): readonly UnixListener[] {
	return text.split('\n').flatMap((line): readonly UnixListener[] => {
		const [, flags = '', inode = '', path = ''] =
			/^[0-9a-f]+: [0-9A-F]+ [0-9A-F]+ ([0-9A-F]{8}) [0-9A-F]{4} [0-9A-F]{2} +(\d+) (.+)$/.exec(line) ?? [];
		return flags === '00010000' ? [{ path, inode: Number(inode) }] : [];
	});
}
