/**
 * Values in the text of a file, written as psql writes them in SQL: `:'host'` in single quotes, `:"database"` in double
 * ones, a quote inside doubled, and `:port` bare, which only a number or a plain word may be. So none can end its
 * place and become something else.
 */
import { ParameterError, type ParameterMap, type ParameterValue } from './parameters.ts';

/** Not behind a word or another colon: `a:b`, `12:30` and `::1` are text. */
const place = /(?<![\w:])(?::'([A-Za-z_]\w*)'|:"([A-Za-z_]\w*)"|:([A-Za-z_]\w*))/g;

/** What may stand without quotes: no blank, quote, comma, comment sign, bracket or equals sign of any format. */
const plainWord = /^[\p{L}\p{N}_.:/\\@%+*-]+$/u;

/** Every name in the text, once, in the order of first use. */
export function namesInFile(text: string): readonly string[] {
	return [
		...new Set([...text.matchAll(place)].map(([, single, double, bare]) => single ?? double ?? bare ?? '')),
	];
}

/**
 * The text with its values. A line that names a column of `rows` is written for each of them, one after the other, and
 * equal ones once; a column wins over a value of the same name.
 * @throws ParameterError for a value that is missing or may not stand there
 */
export function fillFile(text: string, values: ParameterMap, rows: readonly ParameterMap[] = []): string {
	const columns = new Set(rows.flatMap((row) => Object.keys(row)));
	return text
		.split('\n')
		.flatMap((line) => {
			if (!namesInFile(line).some((name) => columns.has(name))) return [fillLine(line, values)];
			return [...new Set(rows.map((row) => fillLine(line, { ...values, ...row })))];
		})
		.join('\n');
}

function fillLine(line: string, values: ParameterMap): string {
	return line.replace(place, (_, single?: string, double?: string, bare?: string) => {
		const name = single ?? double ?? bare ?? '';
		const value = textOf(name, Object.hasOwn(values, name) ? (values[name] ?? null) : null);
		if (double !== undefined) return `"${value.replaceAll('"', '""')}"`;
		if (single !== undefined) {
			// Some formats read it as the beginning of an escape, others as itself.
			if (value.includes('\\'))
				throw new ParameterError(
					name,
					`${name} has a backslash in it, which a file in single quotes may read otherwise.`,
				);
			return `'${value.replaceAll("'", "''")}'`;
		}
		if (!plainWord.test(value))
			throw new ParameterError(
				name,
				`${name} must be a number or a plain word there, without blanks and quotes.`,
			);
		return value;
	});
}

function textOf(name: string, value: ParameterValue): string {
	if (value === null)
		throw new ParameterError(name, `${name} has no value. Give it with --set ${name}=VALUE.`);
	const text = String(value);
	if (/[\p{Cc}\u2028\u2029]/u.test(text))
		throw new ParameterError(
			name,
			`${name} has a line break or control character in it, which no line of a file can hold.`,
		);
	return text;
}
