/** `.pgpass` with libpq's meaning (PostgreSQL documentation, "The Password File"). */
import { Secret } from './secret.ts';

export type PasswordFor = {
	/** As named by the person; a socket's default folder is looked up as `localhost`. */
	readonly host: string;
	readonly port: number;
	readonly database: string;
	readonly user: string;
};

/** Password of the first line that fits: `host:port:database:user:password`, `*` for any, `\` before `:` or `\`. Null: none fits. */
export function passwordFrom(text: string, wanted: PasswordFor): Secret | null {
	for (const line of text.split(/\r?\n/)) {
		if (line === '' || line.startsWith('#')) continue;
		const fields = splitLine(line);
		if (fields === null) continue;
		const { keys, password } = fields;
		const values = [wanted.host, String(wanted.port), wanted.database, wanted.user];
		if (values.every((value, index) => keys[index]?.raw === '*' || keys[index]?.plain === value)) {
			return password === '' ? null : new Secret(password);
		}
	}
	return null;
}

type Field = { readonly raw: string; readonly plain: string };

function splitLine(line: string): { readonly keys: readonly Field[]; readonly password: string } | null {
	const fields = [...line.matchAll(/((?:\\.|[^:\\])*)(?::|$)/gy)].map((match) => match[1] ?? '');
	if (fields.length < 5) return null;
	const unescaped = (text: string) => text.replace(/\\(.)/g, '$1');
	return {
		keys: fields.slice(0, 4).map((raw) => ({ raw, plain: unescaped(raw) })),
		password: unescaped(fields[4] ?? ''),
	};
}
