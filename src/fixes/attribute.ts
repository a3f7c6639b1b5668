import type { Fence } from '../article/article.ts';
import type { Facts, FactValue } from '../machine/ports.ts';

/** An effect's attribute: the value of `:name`, or the text itself. Null: it is not there, or has no value. */
export function attributeValue(
	{ attributes }: Pick<Fence, 'attributes'>,
	attribute: string,
	values: Facts,
): FactValue {
	const text = attributes[attribute];
	if (text === undefined) return null;
	const name = parameterOf({ attributes }, attribute);
	if (name === null) return text;
	return Object.hasOwn(values, name) ? (values[name] ?? null) : null;
}

/** The name that an attribute refers to as `:name`; null: it is written out, or not there. */
export function parameterOf({ attributes }: Pick<Fence, 'attributes'>, attribute: string): string | null {
	return /^:['"]?([A-Za-z_]\w*)['"]?$/.exec(attributes[attribute] ?? '')?.[1] ?? null;
}
