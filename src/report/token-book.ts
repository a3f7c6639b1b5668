/** Which name stands behind which token: one name is one token, in every report that is made with the same book. */
import { type NamedKind, namedKinds } from '../article/column-kind.ts';

/** What becomes a token: what columns name, and besides who sat at the keyboard, and electronic mail. */
export const tokenKinds = [...namedKinds, 'person', 'mail'] as const;

export type TokenKind = NamedKind | 'person' | 'mail';

const tokenForm = new RegExp(`^(${tokenKinds.join('|')})-([1-9]\\d{0,5})$`);

/** The kind and number of `role-12`; null: it is no token. */
export function parseToken(token: string): { readonly kind: TokenKind; readonly number: number } | null {
	const [, name, number] = tokenForm.exec(token) ?? [];
	const kind = tokenKinds.find((each) => each === name);
	return kind === undefined ? null : { kind, number: Number(number) };
}

export class TokenBook {
	readonly #tokens = new Map<string, string>();
	readonly #last: Record<TokenKind, number> = {
		address: 0,
		role: 0,
		database: 0,
		application: 0,
		person: 0,
		mail: 0,
	};

	/** @param entries tokens with their names, as an earlier book gave them out; what is no token is left out */
	constructor(entries: Iterable<readonly [token: string, name: string]> = []) {
		for (const [token, name] of entries) {
			const parsed = parseToken(token);
			if (parsed === null || this.#tokens.has(name)) continue;
			this.#tokens.set(name, token);
			this.#last[parsed.kind] = Math.max(this.#last[parsed.kind], parsed.number);
		}
	}

	/** Tokens and their names, in the order in which they were given out. */
	get entries(): readonly (readonly [token: string, name: string])[] {
		return [...this.#tokens].map(([name, token]) => [token, name]);
	}

	/** The name's token, a new one if it has none. A name keeps the kind that it was first met as. */
	tokenFor(kind: TokenKind, name: string): string {
		const known = this.#tokens.get(name);
		if (known !== undefined) return known;
		this.#last[kind] += 1;
		const token = `${kind}-${this.#last[kind]}`;
		this.#tokens.set(name, token);
		return token;
	}
}
