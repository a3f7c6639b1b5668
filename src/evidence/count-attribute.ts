import type { Facts } from '../machine/ports.ts';

/** A fence's attribute as a count: a number, or `:fact`; null: it is not known. */
export function countOf(text: string | undefined, facts: Facts): number | null {
	const name = text?.startsWith(':') === true ? text.slice(1) : null;
	const value = name === null ? text : Object.hasOwn(facts, name) ? facts[name] : null;
	const number = value === null || value === undefined || value === '' ? Number.NaN : Number(value);
	return Number.isInteger(number) && number >= 0 ? number : null;
}
