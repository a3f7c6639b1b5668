/**
 * `comment-out apply`: the lines of the configuration files that the server cannot take get a `#` before them, and the
 * files are read again. One byte a line is all that changes.
 */
import { locatePostmaster } from '../../evidence/host/postmaster.ts';
import type { PostgresSession } from '../../evidence/postgres/postgres.ts';
import { cleanText } from '../../evidence/untrusted.ts';
import type { Done } from '../../machine/ports.ts';
import type { ApplyContext, Effect, EffectOutcome, Prepared, PreparedEffect } from '../effect.ts';
import { failureOf, messageOf, NotBegun, statusOfFailure } from '../failure.ts';
import { type FileChange, planFileChange, preparedFileChanges } from '../files/file-change.ts';
import { FileError } from '../files/file-error.ts';
import { journalled } from '../fix-journal.ts';
import { reload } from '../reload.ts';
import { type FileError as BadLine, fileErrorInWords, missingRight, nextStart } from './next-start.ts';

export const commentOut: Effect = {
	language: 'comment-out',
	async prepare({ session }): Promise<Prepared> {
		if (session === null) return { kind: 'unavailable', why: 'there is no session', next: ['connect first'] };
		const lines = await badLines(session);
		if ('unreadable' in lines)
			return missingRight(
				session,
				{ ...lines, waits: true },
				'Ask a superuser which lines the server cannot read, and have them mended: select sourcefile, sourceline, name, error from pg_file_settings where error is not null;',
			);
		if (lines.length === 0)
			return { kind: 'nothing to do', why: 'the server can take every line of its configuration files' };
		const located = await locatePostmaster(session);
		if (!located.here) return byHand(lines, `the files are not within reach: ${located.why}`);
		try {
			return { kind: 'ready', effect: commentingOut(lines) };
		} catch (error) {
			if (!(error instanceof FileError)) throw error;
			return byHand(lines, error.message);
		}
	},
};

async function badLines(
	session: PostgresSession,
): Promise<readonly BadLine[] | { readonly unreadable: string }> {
	const next = await nextStart(session, new Map());
	return 'unreadable' in next ? next : next.errors;
}

function byHand(lines: readonly BadLine[], why: string): Prepared {
	return {
		kind: 'by hand',
		why,
		instructions: [
			...lines.map((line) => `On the server's machine, correct ${fileErrorInWords(line)}`),
			`Then have the files read again: ${reload}`,
		],
	};
}

/** @throws FileError */
function commentingOut(lines: readonly BadLine[]): PreparedEffect {
	const files = [...new Set(lines.map(({ file }) => file))];
	const changes = files.flatMap((file): readonly FileChange[] => {
		const numbers = lines.filter((line) => line.file === file).map(({ line }) => line);
		const change = planFileChange(
			file,
			(before) => withMarks(before?.bytes ?? Buffer.alloc(0), new Set(numbers)),
			{ afterUndo: `have the files read again: ${reload}` },
		);
		return change === null ? [] : [change];
	});
	const prepared = preparedFileChanges(changes, {
		effect: 'comment-out',
		consequences: [
			...lines.map((line) => `${cleanText(fileErrorInWords(line))}: this line is commented out.`),
			'What stood there is not in force anyway. As long as it stands there, the server takes no change from its files, and does not start.',
		],
	});
	return {
		...prepared,
		statements: [...prepared.statements, reload],
		apply: (context) => applyAndReload(context, prepared),
	};
}

/** A `#` before each of these lines, counted from 1; every other byte stays. */
function withMarks(bytes: Buffer, numbers: ReadonlySet<number>): Buffer {
	const pieces: Buffer[] = [];
	let start = 0;
	for (let number = 1; start < bytes.length; number += 1) {
		const newline = bytes.indexOf(0x0a, start);
		const end = newline < 0 ? bytes.length : newline + 1;
		if (numbers.has(number)) pieces.push(Buffer.from('#'));
		pieces.push(bytes.subarray(start, end));
		start = end;
	}
	return Buffer.concat(pieces);
}

async function applyAndReload(context: ApplyContext, prepared: PreparedEffect): Promise<EffectOutcome> {
	const outcome = await prepared.apply(context);
	if (outcome.failure !== null) return outcome;
	try {
		return { ...outcome, done: [...outcome.done, ...(await readAgain(context))] };
	} catch (error) {
		// The files are changed all the same, and that must be told too.
		const failed: Done = { what: reload, status: statusOfFailure(error), why: messageOf(error) };
		const next = [`have the files read again: ${reload}`];
		return { ...outcome, done: [...outcome.done, failed], failure: failureOf(error, next) };
	}
}

/** @throws QueryError */
async function readAgain({ keeper, journal, plan, solution }: ApplyContext): Promise<readonly Done[]> {
	const { session } = keeper;
	if (session === null) throw new NotBegun('the session is gone');
	await journalled(
		journal,
		{
			plan,
			solution: solution.id,
			effect: 'reload',
			object: 'the configuration files',
			old: null,
			inverse: null,
			statement: reload,
		},
		() => session.write(reload),
		() => ({ status: 'done', why: null, rows: [] }),
	);
	const left = await badLines(session);
	return [
		{ what: 'the files were read again', status: 'done', why: null },
		// A syntax error hides what comes behind it.
		...('unreadable' in left ? [] : left).map(
			(line): Done => ({
				what: fileErrorInWords(line),
				status: 'failed',
				why: 'it came to light now: make a new plan',
			}),
		),
	];
}
