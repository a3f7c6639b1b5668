/** Finds the names of one report wherever a text quotes them, and puts their tokens there. */
import { isIP } from 'node:net';
import { columnKind } from '../article/column-kind.ts';
import type { Facts, FactValue, ParameterValues, Row } from '../machine/ports.ts';
import { isCommon, isGeneric, namePattern, shortHostName, spellingsOf } from './name-patterns.ts';
import { parseToken, type TokenBook, type TokenKind } from './token-book.ts';

/** Tokens by how a name is written, and what finds them in a text. */
class Lookup {
	readonly #tokens = new Map<string, string>();
	/** Host names by their lower case: they are the same in capitals. */
	readonly #hosts = new Map<string, string>();
	/** Made anew after a name was added. */
	#pattern: RegExp | null = null;

	add(token: string, name: string): void {
		this.#pattern = null;
		for (const spelling of spellingsOf(name)) this.#tokens.set(spelling, token);
		if (parseToken(token)?.kind !== 'address') return;
		this.#hosts.set(name.toLowerCase(), token);
		const short = isIP(name) === 0 ? shortHostName(name)?.toLowerCase() : undefined;
		if (short !== undefined && !this.#hosts.has(short)) this.#hosts.set(short, token);
	}

	tokenOf(name: string): string | undefined {
		return this.#tokens.get(name) ?? this.#hosts.get(name.toLowerCase());
	}

	get pattern(): RegExp {
		this.#pattern ??= namePattern([...this.#tokens.keys(), ...this.#hosts.keys()]);
		return this.#pattern;
	}
}

export class Redactor {
	readonly #book: TokenBook;
	/** The names of this report. */
	readonly #own = new Lookup();
	/** Those of the book besides; null: nobody has asked yet. */
	#every: Lookup | null = null;
	readonly #used = new Set<string>();

	constructor(book: TokenBook) {
		this.#book = book;
	}

	/** The tokens that stand in what was redacted. */
	get used(): ReadonlySet<string> {
		return this.#used;
	}

	learn(kind: TokenKind, name: string): void {
		const isNobodys = kind === 'address' ? isGeneric(name) : isCommon(name);
		if (isNobodys || this.#own.tokenOf(name) !== undefined) return;
		const token = this.#book.tokenFor(kind, kind === 'address' ? name.toLowerCase() : name);
		this.#own.add(token, name);
		this.#every?.add(token, name);
	}

	/** A column's value; a list of names, as aggregates and parameters write it, is learned name by name. */
	learnColumn(column: string, value: FactValue | undefined): void {
		const kind = columnKind(column);
		if (kind === null || typeof value !== 'string') return;
		for (const part of value.split(',')) this.learn(kind, part.trim());
	}

	learnRecord(record: Facts | Row | ParameterValues): void {
		for (const [column, value] of Object.entries(record)) this.learnColumn(column, value);
	}

	readonly text = (text: string): string => this.#replaced(text, this.#own);

	/** What a person wrote: it may speak of what only another session saw. */
	readonly personsText = (text: string): string => {
		if (this.#every === null) {
			this.#every = new Lookup();
			for (const [token, name] of this.#book.entries) this.#every.add(token, name);
		}
		return this.#replaced(text, this.#every);
	};

	readonly maybe = (text: string | null): string | null => (text === null ? null : this.text(text));

	record(record: Facts | Row): Row {
		return Object.fromEntries(
			Object.entries(record).map(([column, value]) => [
				column,
				typeof value === 'string' ? this.text(value) : value,
			]),
		);
	}

	parameters(values: ParameterValues): ParameterValues {
		return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, this.text(value)]));
	}

	#replaced(text: string, names: Lookup): string {
		const tokenOf = (name: string): string => {
			const token = names.tokenOf(name) ?? this.#own.tokenOf(name);
			if (token !== undefined) this.#used.add(token);
			return token ?? name;
		};
		return text.replaceAll(names.pattern, (found, ...rest) => {
			const { mail, folder, home, before, host, address }: Groups = rest.at(-1);
			if (home !== undefined) {
				this.learn('person', home);
				return `${folder}${tokenOf(home)}`;
			}
			if (host !== undefined) {
				this.learn('address', host);
				return `${before?.replace(/[^/@:]+(?=[:@])/g, tokenOf)}${tokenOf(host)}`;
			}
			// No column named them: they are known for what they are by their form.
			if (mail !== undefined) this.learn('mail', mail);
			if (address !== undefined && isIP(address) !== 0) this.learn('address', address);
			return tokenOf(found);
		});
	}
}

type Groups = Readonly<Record<string, string | undefined>>;
