/** The `ssl…` parameters with libpq's meaning (PostgreSQL documentation, "SSL Support"). */
import type { SecureVersion } from 'node:tls';
import type { Conninfo } from './keywords.ts';
import { Secret } from './secret.ts';
import { SettingsError } from './settings-error.ts';
import { libpqFolder, type Surroundings } from './surroundings.ts';

const sslModes = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;
export type SslMode = (typeof sslModes)[number];

export type TlsSettings = {
	readonly mode: SslMode;
	/** `direct`: TLS begins at once, without the SSLRequest (servers from 17 on). */
	readonly negotiation: 'postgres' | 'direct';
	readonly roots:
		| { readonly kind: 'system' }
		/** `pem` is null where the file is not there; `path` is null where there is no home to look in. */
		| { readonly kind: 'file'; readonly path: string | null; readonly pem: string | null };
	readonly revoked: string | null;
	readonly client: ClientCertificate | null;
	readonly minVersion: SecureVersion;
	/** Null: the newest. */
	readonly maxVersion: SecureVersion | null;
	/** Whether the host's name is told to the server in the handshake. */
	readonly sni: boolean;
};

export type ClientCertificate = {
	readonly certificate: string;
	readonly key: Secret;
	readonly passphrase: Secret | null;
};

/**
 * How much of the server's certificate is checked: nothing, its chain, or its chain and name. As in libpq, `require`
 * checks the chain once a root file is there.
 */
export function verification({ mode, roots }: TlsSettings): 'none' | 'chain' | 'full' {
	if (mode === 'verify-full') return 'full';
	if (mode === 'verify-ca') return 'chain';
	return mode === 'require' && roots.kind === 'file' && roots.pem !== null ? 'chain' : 'none';
}

/** @throws SettingsError for a value that is none, or a combination that contradicts itself */
export function resolveTls(conninfo: Conninfo, surroundings: Surroundings): TlsSettings {
	const folder = libpqFolder(surroundings);
	const separator = surroundings.platform === 'win32' ? '\\' : '/';
	const inFolder = (name: string) => (folder === null ? null : `${folder}${separator}${name}`);
	const read = (path: string | null) => (path === null ? null : surroundings.readFile(path));

	const system = conninfo.sslrootcert === 'system';
	const fallback = system ? 'verify-full' : conninfo.requiressl?.startsWith('1') ? 'require' : 'prefer';
	const mode = oneOf('sslmode', nonEmpty(conninfo.sslmode) ?? fallback, sslModes);
	if (system && mode !== 'verify-full') {
		throw new SettingsError(`sslmode=${mode} is too weak for sslrootcert=system.`, [
			'Use sslmode=verify-full: with public certificate authorities only the name tells servers apart.',
		]);
	}
	const negotiation = oneOf('sslnegotiation', nonEmpty(conninfo.sslnegotiation) ?? 'postgres', [
		'postgres',
		'direct',
	] as const);
	if (negotiation === 'direct' && ['disable', 'allow', 'prefer'].includes(mode)) {
		throw new SettingsError(`sslmode=${mode} is too weak for sslnegotiation=direct.`, [
			'Use sslmode=require or stronger.',
		]);
	}
	const rootPath = nonEmpty(conninfo.sslrootcert) ?? inFolder('root.crt');
	return {
		mode,
		negotiation,
		roots: system ? { kind: 'system' } : { kind: 'file', path: rootPath, pem: read(rootPath)?.text ?? null },
		revoked: read(nonEmpty(conninfo.sslcrl) ?? inFolder('root.crl'))?.text ?? null,
		client:
			mode === 'disable' || conninfo.sslcertmode === 'disable'
				? null
				: clientCertificate(conninfo, surroundings, inFolder),
		minVersion: version('ssl_min_protocol_version', conninfo.ssl_min_protocol_version) ?? 'TLSv1.2',
		maxVersion: version('ssl_max_protocol_version', conninfo.ssl_max_protocol_version),
		sni: conninfo.sslsni !== '0',
	};
}

function clientCertificate(
	conninfo: Conninfo,
	{ readFile }: Surroundings,
	inFolder: (name: string) => string | null,
): ClientCertificate | null {
	const certificatePath = nonEmpty(conninfo.sslcert) ?? inFolder('postgresql.crt');
	const certificate = certificatePath === null ? null : readFile(certificatePath);
	if (certificate === null) return null;
	const keyPath = nonEmpty(conninfo.sslkey) ?? inFolder('postgresql.key');
	const key = keyPath === null ? null : readFile(keyPath);
	if (key === null) {
		throw new SettingsError(`There is a client certificate (${certificatePath}) but no key for it.`, [
			`Put the key at ${keyPath ?? 'a place that sslkey names'}, or set sslcertmode=disable to go without.`,
		]);
	}
	// Owner only, or root's and readable by a group: what libpq accepts.
	if (key.mode !== null && (key.mode & 0o037) !== 0) {
		throw new SettingsError(`The private key ${keyPath} may be read by others, so it is not used.`, [
			`chmod 600 ${keyPath}`,
		]);
	}
	const passphrase = nonEmpty(conninfo.sslpassword);
	return {
		certificate: certificate.text,
		key: new Secret(key.text),
		passphrase: passphrase === null ? null : new Secret(passphrase),
	};
}

const versions = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const;

function version(keyword: string, value: string | undefined): SecureVersion | null {
	return nonEmpty(value) === null ? null : oneOf(keyword, value ?? '', versions);
}

export function nonEmpty(value: string | undefined): string | null {
	return value === undefined || value === '' ? null : value;
}

/** @throws SettingsError listing what is possible */
export function oneOf<Value extends string>(
	keyword: string,
	value: string,
	possible: readonly Value[],
): Value {
	const found = possible.find((each) => each === value);
	if (found !== undefined) return found;
	throw new SettingsError(`${keyword} has a value that does not exist.`, [
		`Possible are: ${possible.join(', ')}.`,
	]);
}
