/** What the tokens in this installation's reports stand for: plain JSON in the state folder, for its owner's eyes only. */
import { randomBytes } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { systemCode } from '../system-code.ts';
import { journalErrorOf } from './journal-error.ts';

type Entry = readonly [token: string, name: string];

export type TokenFile = {
	readonly path: string;
	readonly entries: readonly Entry[];
	/** As it was read; null: there was none. */
	readonly text: string | null;
	/** Why not all that stands in it could be read, for a person; null: all was. */
	readonly damage: string | null;
};

/** Tokens that are kept; those beyond are good for their own report only. */
const most = 20_000;
/** Beyond this it is not ours, in bytes. */
const largest = 16 * 1024 * 1024;

/** One entry as we write it, one a line: a damaged file still gives those that are whole. */
const entryLine = /^\s*("(?:[^"\\]|\\.)*")\s*:\s*("(?:[^"\\]|\\.)*")\s*,?\s*$/;

/**
 * The names of this installation's tokens; none where there is no file yet.
 * @throws JournalError where it cannot be read
 */
export function readTokenFile(stateDir: string): TokenFile {
	const path = join(stateDir, 'tokens.json');
	const text = textOf(path);
	if (text === null) return { path, entries: [], text, damage: null };
	const entries = text.length > largest ? null : entriesOf(text);
	if (entries !== null) return { path, entries, text, damage: null };
	const salvaged = text.slice(0, largest).split('\n').flatMap(entryOf);
	return {
		path,
		entries: salvaged,
		text,
		damage: `${path} is damaged; ${salvaged.length} of its tokens could be read`,
	};
}

/** Null: it is not there. */
function textOf(path: string): string | null {
	try {
		return readFileSync(path, 'utf8');
	} catch (error) {
		if (systemCode(error) === 'ENOENT') return null;
		throw journalErrorOf(error, 'read the tokens in', path);
	}
}

/** Null: it is not what we write. */
function entriesOf(text: string): readonly Entry[] | null {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		return null;
	}
	if (typeof value !== 'object' || value === null || !('tokens' in value)) return null;
	const { tokens } = value;
	if (typeof tokens !== 'object' || tokens === null || Array.isArray(tokens)) return null;
	const entries = Object.entries(tokens);
	const named = entries.flatMap(([token, name]): Entry[] =>
		typeof name === 'string' ? [[token, name]] : [],
	);
	return named.length === entries.length ? named : null;
}

function entryOf(line: string): Entry[] {
	const [, token, name] = entryLine.exec(line) ?? [];
	if (token === undefined || name === undefined) return [];
	try {
		return [[String(JSON.parse(token)), String(JSON.parse(name))]];
	} catch {
		return [];
	}
}

/**
 * Writes the names that a report has added, all or nothing. A damaged file is kept beside it.
 * @returns false where somebody else has written meanwhile: begin again with what is there now
 * @throws JournalError where it cannot be written
 */
export function keepTokens(read: TokenFile, entries: readonly Entry[]): boolean {
	const { path, text, damage } = read;
	const kept = entries.slice(0, most);
	if (damage === null && kept.length === read.entries.length) return true;
	const fresh = `${path}.${randomBytes(4).toString('hex')}.new`;
	try {
		mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
		const whole = `${JSON.stringify({ tokens: Object.fromEntries(kept) }, null, '\t')}\n`;
		writeFileSync(fresh, whole, { flag: 'wx', mode: 0o600, flush: true });
		if (textOf(path) !== text) return false;
		if (damage !== null) copyFileSync(path, `${path}.damaged`);
		renameSync(fresh, path);
		return true;
	} catch (error) {
		throw journalErrorOf(error, 'write the tokens to', path);
	} finally {
		rmSync(fresh, { force: true });
	}
}
