import {
	chmodSync,
	existsSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { keepTokens, readTokenFile } from '../../src/session/token-file.ts';

let dir: string;
beforeEach(() => {
	dir = mkdtempSync(join(tmpdir(), 'kbwizard-tokens-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const file = () => join(dir, 'kbwizard', 'tokens.json');
const read = () => readTokenFile(join(dir, 'kbwizard'));

it('keeps names for their owner only, to be looked up by token', () => {
	expect(read()).toMatchObject({ entries: [], damage: null });
	expect(
		keepTokens(read(), [
			['role-1', 'ims "app"\n'],
			['address-1', '10.0.0.1'],
		]),
	).toBe(true);
	expect(statSync(file()).mode & 0o777).toBe(0o600);
	expect(statSync(join(dir, 'kbwizard')).mode & 0o077).toBe(0);
	expect(JSON.parse(readFileSync(file(), 'utf8')).tokens['address-1']).toBe('10.0.0.1');
	expect(read().entries).toEqual([
		['role-1', 'ims "app"\n'],
		['address-1', '10.0.0.1'],
	]);
	expect(readdirSync(join(dir, 'kbwizard'))).toEqual(['tokens.json']);
});

it('does not write over what somebody else wrote meanwhile', () => {
	const mine = read();
	keepTokens(read(), [['role-1', 'theirs']]);
	expect(keepTokens(mine, [['role-1', 'mine']])).toBe(false);
	expect(read().entries).toEqual([['role-1', 'theirs']]);
});

it('goes on with what is whole of a damaged file, and keeps the rest aside', () => {
	keepTokens(read(), [
		['role-1', 'first'],
		['role-2', 'second'],
		['role-3', 'third'],
	]);
	const whole = readFileSync(file(), 'utf8');
	const cut = whole.slice(0, whole.indexOf('thi'));
	writeFileSync(file(), cut);
	const damaged = read();
	expect(damaged.damage).toContain('2 of its tokens could be read');
	expect(keepTokens(damaged, [...damaged.entries, ['role-3', 'fourth']])).toBe(true);
	expect(readFileSync(`${file()}.damaged`, 'utf8')).toBe(cut);
	expect(read()).toMatchObject({ damage: null });
	expect(read().entries.at(-1)).toEqual(['role-3', 'fourth']);
});

it.each(['', 'null', '[]', '{"tokens": [1]}', '{"tokens": {"role-1": 7}}', '\0\xff'])(
	'reads nothing from %j, and says so',
	(text) => {
		keepTokens(read(), [['role-1', 'x']]);
		writeFileSync(file(), text);
		expect(read()).toMatchObject({ entries: [], damage: expect.stringContaining('damaged') });
	},
);

it('does not grow without end', () => {
	const many = Array.from({ length: 20_100 }, (_, n): [string, string] => [`role-${n + 1}`, `name ${n}`]);
	keepTokens(read(), many);
	expect(read().entries).toHaveLength(20_000);
});

it('says what is wrong with a folder that cannot be written to', () => {
	writeFileSync(join(dir, 'kbwizard'), 'a file');
	expect(() => read()).toThrow(/could not read the tokens/);
	rmSync(join(dir, 'kbwizard'));
	chmodSync(dir, 0o700);
	expect(existsSync(file())).toBe(false);
});
