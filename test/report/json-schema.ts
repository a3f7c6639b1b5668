/** As much of JSON Schema as the shipped schemas use. Returns what does not fit, each with its place. */
type Schema = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Schema =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

function typeOf(value: unknown): string {
	if (value === null) return 'null';
	if (Array.isArray(value)) return 'array';
	return typeof value;
}

function isOfType(value: unknown, type: unknown): boolean {
	if (Array.isArray(type)) return type.some((each) => isOfType(value, each));
	return type === 'integer' ? Number.isInteger(value) : typeOf(value) === type;
}

const understood = new Set(
	'$ref $schema $id title description type const enum anyOf pattern minimum required properties additionalProperties items'.split(
		' ',
	),
);

/** @param referred the schemas that `$ref` may name */
export function misfits(
	value: unknown,
	schema: unknown,
	place = '$',
	referred: Readonly<Record<string, unknown>> = {},
): readonly string[] {
	if (isObject(schema) && typeof schema.$ref === 'string')
		return misfits(value, referred[schema.$ref], place, referred);
	if (!isObject(schema)) return [`${place}: the schema is not an object`];
	const unknown = Object.keys(schema).filter((keyword) => !understood.has(keyword));
	if (unknown.length > 0)
		return [`${place}: the schema uses ${unknown.join(', ')}, which this test does not understand`];
	const found: string[] = [];
	if ('type' in schema && !isOfType(value, schema.type))
		found.push(`${place}: ${typeOf(value)} is not ${schema.type}`);
	if ('const' in schema && value !== schema.const) found.push(`${place}: is not ${schema.const}`);
	if (Array.isArray(schema.enum) && !schema.enum.includes(value))
		found.push(`${place}: ${value} is not listed`);
	if (
		typeof schema.pattern === 'string' &&
		typeof value === 'string' &&
		!new RegExp(schema.pattern).test(value)
	) {
		found.push(`${place}: ${value} does not match`);
	}
	if (typeof schema.minimum === 'number' && typeof value === 'number' && value < schema.minimum) {
		found.push(`${place}: ${value} is too small`);
	}
	if (Array.isArray(schema.anyOf)) {
		const each = schema.anyOf.map((option: unknown) => misfits(value, option, place, referred));
		if (!each.some((misfit) => misfit.length === 0)) found.push(...each.flat());
	}
	if (Array.isArray(value) && 'items' in schema) {
		found.push(
			...value.flatMap((item, index) => misfits(item, schema.items, `${place}[${index}]`, referred)),
		);
	}
	if (isObject(value)) found.push(...objectMisfits(value, schema, place, referred));
	return found;
}

function objectMisfits(
	value: Schema,
	schema: Schema,
	place: string,
	referred: Readonly<Record<string, unknown>>,
): readonly string[] {
	const properties = isObject(schema.properties) ? schema.properties : {};
	const required: readonly unknown[] = Array.isArray(schema.required) ? schema.required : [];
	return [
		...required
			.filter((name) => !(String(name) in value))
			.map((name) => `${place}: ${String(name)} is missing`),
		...Object.entries(value).flatMap(([name, each]) => {
			const rule = properties[name] ?? schema.additionalProperties;
			return rule === undefined ? [] : misfits(each, rule, `${place}.${name}`, referred);
		}),
	];
}
