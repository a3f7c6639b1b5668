/** The records of a bundle's text: each is taken whole, as its length and check sum say, or not at all. */
import { createHash } from 'node:crypto';
import { mailedLines } from '../mailed-text.ts';
import { digestLength } from './format.ts';

export type RawRecord = {
	/** `head`, `check`, `rows`, `tail`. */
	readonly kind: string;
	/** Digest of the fence; `begin` and `end` of the other two. */
	readonly name: string;
	/** Null: damaged on its way. */
	readonly json: string | null;
};

export type SplitText = {
	readonly records: readonly RawRecord[];
	/** What stands around them: what a client printed, what a person wrote. */
	readonly around: string;
};

const recordLine = /^record\s+(head|check|rows|tail)\s+([0-9a-z]{1,40})\s+(\d{1,9})\s+([0-9a-f]{8})$/i;
const frameLine = /^=+\s*kbwizard bundle \d+ (?:begins|ends)\s*=+$/i;

type Open = {
	readonly kind: string;
	readonly name: string;
	readonly length: number;
	readonly digest: string;
	readonly pieces: string[];
};

export function splitRecords(text: string): SplitText {
	const records: RawRecord[] = [];
	const around: string[] = [];
	let open: Open | null = null;
	const close = (): void => {
		if (open !== null) records.push({ kind: open.kind, name: open.name, json: wholeText(open) });
		open = null;
	};
	for (const line of mailedLines(text)) {
		const head = recordLine.exec(line.trim());
		if (head !== null) {
			close();
			const [, kind = '', name = '', length = '', digest = ''] = head;
			open = { kind: kind.toLowerCase(), name, length: Number(length), digest, pieces: [] };
		} else if (frameLine.test(line.trim())) close();
		else if (!belongsTo(open, line)) {
			if (open !== null && line.trim() !== '') close();
			around.push(line);
		}
	}
	close();
	return { records, around: around.join('\n') };
}

/** Takes the line as a piece, or as the rest of one that a mail program broke. */
function belongsTo(open: Open | null, line: string): boolean {
	if (open === null) return false;
	const last = open.pieces.at(-1);
	if (line.startsWith('[')) open.pieces.push(line);
	else if (last !== undefined && !last.endsWith(']') && line.trim() !== '')
		open.pieces[open.pieces.length - 1] = `${last}\n${line}`;
	else return false;
	return true;
}

/** Null: it is not what was written. A line that was broken lost a blank there, or did not. */
function wholeText({ pieces, length, digest }: Open): string | null {
	for (const broken of [' ', '']) {
		const text = pieces.map((piece) => piece.replaceAll('\n', broken).replace(/^\[|\]$/g, '')).join('');
		if (text.length === length && digestsOf(text).includes(digest.toLowerCase())) return text;
	}
	return null;
}

/** Servers before 11 have no SHA-256. */
function digestsOf(text: string): readonly string[] {
	return ['sha256', 'md5'].map((name) => createHash(name).update(text).digest('hex').slice(0, digestLength));
}
