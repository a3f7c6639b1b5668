/**
 * Parameters as psql writes them: `:limit`, `:'database'`, `:"role"`. A query binds them, so a value is never part
 * of its text; an effect cannot (DDL takes no parameters), so there they are quoted exactly as psql quotes.
 */
import { type ParameterStyle, scanSql } from './sql-scan.ts';

/** A value of a fact or of what a person chose; null is SQL's NULL. */
export type ParameterValue = string | number | boolean | null;
export type ParameterMap = Readonly<Record<string, ParameterValue>>;

/** A statement for the extended protocol: `$1` in `text` is `values[0]`. */
export type BoundQuery = { readonly text: string; readonly values: readonly ParameterValue[] };

/** A value that may not stand where the article wants it; the message is for the person who gave it. */
export class ParameterError extends Error {
	readonly parameter: string;
	constructor(parameter: string, message: string) {
		super(message);
		this.name = 'ParameterError';
		this.parameter = parameter;
	}
}

/** PostgreSQL cuts longer names off (NAMEDATALEN - 1), and would then act on another object. */
const longestIdentifierBytes = 63;

/**
 * The query with `$n` for each parameter; the same name is the same `$n`, a name without a value is NULL. A quoted one
 * (`:'age'`) is sent as `$n::text`, as a literal of psql is untyped text: without it `:'role' is null` has no type.
 */
export function bindParameters(sql: string, values: ParameterMap): BoundQuery {
	const numbers = new Map<string, number>();
	const bound: ParameterValue[] = [];
	const text = scanSql(sql)
		.map((piece) => {
			if (piece.kind === 'text') return piece.text;
			let number = numbers.get(piece.name);
			if (number === undefined) {
				number = bound.push(Object.hasOwn(values, piece.name) ? (values[piece.name] ?? null) : null);
				numbers.set(piece.name, number);
			}
			return piece.style === 'bare' ? `$${number}` : `$${number}::text`;
		})
		.join('');
	return { text, values: bound };
}

/**
 * The statement with its values written in, as psql does it: `:'x'` a literal, `:"x"` an identifier, `:x` a number
 * and nothing else.
 * @throws ParameterError for a missing value, a bare one that is not a number, a name that PostgreSQL would cut off.
 */
export function quoteParameters(sql: string, values: ParameterMap): string {
	let text = '';
	for (const piece of scanSql(sql)) {
		if (piece.kind === 'text') {
			// A quote right behind a literal would go on with it.
			text += /^['"]/.test(piece.text) && /['"]$/.test(text) ? ` ${piece.text}` : piece.text;
			continue;
		}
		const value = Object.hasOwn(values, piece.name) ? (values[piece.name] ?? null) : null;
		const quoted = quote(piece.name, piece.style, value);
		// After a word (`E`, `U&`), a quote or a minus it would become part of that token.
		text += /[\w$'"&\-\u0080-\uffff]$/.test(text) ? ` ${quoted}` : quoted;
	}
	return text;
}

/** Every parameter's name, once, in the order of first use. */
export function parameterNames(sql: string): string[] {
	const names = new Set<string>();
	for (const piece of scanSql(sql)) if (piece.kind === 'parameter') names.add(piece.name);
	return [...names];
}

/** The query with typed NULLs for its parameters: what the linter gives to the parser. */
export function parametersAsNulls(sql: string): string {
	return replaceParameters(sql, (_, style) => (style === 'bare' ? 'null::numeric' : 'null::text'));
}

/** A statement that takes no parameters (DDL) with stand-ins of the right token kind, so that it can be parsed. */
export function parametersAsSamples(sql: string): string {
	return replaceParameters(sql, (name, style) =>
		style === 'bare' ? '0' : style === 'literal' ? `'${name}'` : `"${name}"`,
	);
}

function replaceParameters(sql: string, replace: (name: string, style: ParameterStyle) => string): string {
	return scanSql(sql)
		.map((piece) => (piece.kind === 'text' ? piece.text : replace(piece.name, piece.style)))
		.join('');
}

/** A literal as `PQescapeLiteral` writes it: with a backslash in it, the E form, whatever the server's settings are. */
export function quoteLiteral(value: string): string {
	const doubled = value.replaceAll("'", "''");
	return doubled.includes('\\') ? ` E'${doubled.replaceAll('\\', '\\\\')}'` : `'${doubled}'`;
}

/** An identifier in quotes: no folding, no keyword. */
export function quoteIdentifier(value: string): string {
	return `"${value.replaceAll('"', '""')}"`;
}

function quote(name: string, style: ParameterStyle, value: ParameterValue): string {
	if (value === null) {
		throw new ParameterError(name, `${name} has no value. Give it with --set ${name}=VALUE.`);
	}
	const text = String(value);
	if (text.includes('\0')) {
		throw new ParameterError(name, `${name} has a zero byte in it, which PostgreSQL cannot hold.`);
	}
	switch (style) {
		case 'literal':
			return quoteLiteral(text);
		case 'identifier':
			if (text === '') {
				throw new ParameterError(name, `${name} is empty; it must name something on the server.`);
			}
			if (new TextEncoder().encode(text).length > longestIdentifierBytes) {
				throw new ParameterError(
					name,
					`${name} is longer than the ${longestIdentifierBytes} bytes of a PostgreSQL name; it would be cut off and mean another.`,
				);
			}
			return quoteIdentifier(text);
		case 'bare':
			if (!/^-?\d{1,30}(?:\.\d{1,30})?$/.test(text)) {
				throw new ParameterError(name, `${name} must be a number, as in --set ${name}=20.`);
			}
			return text;
	}
}
