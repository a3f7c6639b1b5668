import type { Fence } from '../article/article.ts';
import type { Facts, FactValue } from '../machine/ports.ts';

/** An effect's attribute: the value of `:name`, or the text itself. Null: it is not there, or has no value. */
export function attributeValue({ attributes }: Fence, attribute: string, values: Facts): FactValue {
	const text = attributes[attribute];
	if (text === undefined) return null;
	const name = /^:['"]?([A-Za-z_]\w*)['"]?$/.exec(text)?.[1];
	if (name === undefined) return text;
	return Object.hasOwn(values, name) ? (values[name] ?? null) : null;
}
