/** Columns of the catalogs in a person's words: `usename` is a role, `age_s` an age. */
import type { FactValue, Row } from '../machine/ports.ts';
import { valueInWords, wholeSeconds } from './words.ts';

const titles: Readonly<Record<string, string>> = {
	usename: 'role',
	datname: 'database',
	application_name: 'application',
	client_addr: 'address',
	rolname: 'role',
};

/** Seconds are named by their suffix (article conventions): `age_s`, `longest_in_state_s`. */
const inSeconds = /_s$/;

export const columnTitle = (column: string): string =>
	titles[column] ?? column.replace(inSeconds, '').replaceAll('_', ' ');

export function cellInWords(column: string, value: FactValue | undefined): string {
	if (typeof value === 'number' && inSeconds.test(column)) return wholeSeconds(value * 1_000);
	return valueInWords(value);
}

/** The columns in which at least one row says something: an empty one takes room from the others. */
export function tellingColumns(rows: readonly Row[]): readonly string[] {
	const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
	return columns.filter((column) => rows.some((row) => (row[column] ?? '') !== ''));
}
