/** Which line of `pg_hba.conf` decides about a standby, and the line that lets it in. */
import { isIP } from 'node:net';
import type { PostgresSession } from '../../evidence/postgres/postgres.ts';
import { accessRules } from './sql.ts';

/** A line of the file, as far as it concerns one role that replicates from one address. */
export type AccessRule = {
	/** From 1. */
	readonly line: number;
	/** Null: the main file, on a version that knows no other. */
	readonly file: string | null;
	readonly type: string;
	readonly method: string;
	/** Null: whether it is meant cannot be told. */
	readonly applies: boolean | null;
};

export type AccessRules = {
	readonly rules: readonly AccessRule[];
	/** The first line that PostgreSQL cannot read: with it, none of the file is taken over. Null: there is none. */
	readonly broken: { readonly line: number; readonly error: string } | null;
};

/** What is to be done about a standby. */
export type Access =
	| { readonly kind: 'open'; readonly by: AccessRule }
	/** `before`: the line that would turn it away; null: none lets it in, and the new one goes to the end. */
	| { readonly kind: 'closed'; readonly before: AccessRule | null };

/** Methods that the password of a standby's role passes. */
const opens: ReadonlySet<string> = new Set(['scram-sha-256', 'md5', 'password', 'trust']);

/** Names that mean something else in the file unless they are quoted. */
const keywords: ReadonlySet<string> = new Set(['all', 'replication', 'sameuser', 'samerole', 'samegroup']);

/** `10.0.0.2/32`; null: it is no address, nor a network. */
export function networkOf(address: string): string | null {
	const [host = '', prefix, ...rest] = address.trim().split('/');
	const version = isIP(host);
	if (version === 0 || rest.length > 0) return null;
	const longest = version === 4 ? 32 : 128;
	if (prefix === undefined) return `${host}/${longest}`;
	return /^\d{1,3}$/.test(prefix) && Number(prefix) <= longest ? `${host}/${Number(prefix)}` : null;
}

/** @param network as `networkOf` gives it. @throws QueryError, as 42501 to a role that may not see the file's lines */
export async function accessRulesFor(
	session: PostgresSession,
	role: string,
	network: string,
	encrypted: boolean,
): Promise<AccessRules> {
	const { rows } = await session.read(accessRules, [role, network.replace(/\/.*$/, '')]);
	const broken = rows.find(({ type, error }) => type === null && error !== null);
	const types = ['host', 'hostnogssenc', encrypted ? 'hostssl' : 'hostnossl'];
	return {
		broken: broken === undefined ? null : { line: Number(broken.line), error: String(broken.error) },
		rules: rows
			// A line that cannot match while TLS is off carries an error too, and is passed over by the server.
			.filter(({ type, error }) => error === null && types.includes(String(type)))
			.map((row) => ({
				line: Number(row.line),
				file: row.file === null ? null : String(row.file),
				type: String(row.type),
				method: String(row.method),
				applies:
					row.for_replication !== true || row.for_role === false || row.for_address === false
						? false
						: row.for_role === null || row.for_address === null
							? null
							: true,
			})),
	};
}

/** The first line that applies decides; one that may apply and would turn the standby away must not come first. */
export function accessBy(rules: readonly AccessRule[]): Access {
	for (const rule of rules) {
		if (rule.applies === false) continue;
		if (!opens.has(rule.method)) return { kind: 'closed', before: rule };
		if (rule.applies) return { kind: 'open', by: rule };
	}
	return { kind: 'closed', before: null };
}

/** `hostssl replication standby 10.0.0.2/32 scram-sha-256`. */
export function accessLine(role: string, network: string, encrypted: boolean): string {
	const name =
		/^[a-z_][a-z0-9_]*$/.test(role) && !keywords.has(role) ? role : `"${role.replaceAll('"', '""')}"`;
	return `${encrypted ? 'hostssl' : 'host'} replication ${name} ${network} scram-sha-256`;
}

/** The file's bytes with the line above line `before` (from 1), or at the end; its line ends are kept. */
export function withLine(content: Buffer, line: string, before: number | null): Buffer {
	const end = content.includes('\r\n') ? '\r\n' : '\n';
	if (before === null) {
		const gap = content.length === 0 || content.at(-1) === 0x0a ? '' : end;
		return Buffer.concat([content, Buffer.from(`${gap}${line}${end}`)]);
	}
	let offset = 0;
	for (let number = 1; number < before; number += 1) {
		const next = content.indexOf(0x0a, offset);
		if (next < 0) return withLine(content, line, null);
		offset = next + 1;
	}
	return Buffer.concat([content.subarray(0, offset), Buffer.from(`${line}${end}`), content.subarray(offset)]);
}
