/** Three ways to end before the end: something expected, a bug of ours, and being told to stop. */
import { cleanText, withoutSecrets } from '../evidence/untrusted.ts';
import { type EndingSignal, type ExitStatus, exitStatus, statusOfSignal } from './exit-status.ts';

/** Something that happens, and that a person can do something about. */
export class ExpectedError extends Error {
	/** A name of our own in lower case with hyphens, an SQLSTATE, or a system error. */
	readonly code: string;
	/** What to do next, most useful first. */
	readonly next: readonly string[];
	readonly status: ExitStatus;
	constructor(code: string, message: string, next: readonly string[], status: ExitStatus) {
		super(message);
		this.name = 'ExpectedError';
		this.code = code;
		this.next = next;
		this.status = status;
	}
}

/** A signal, or Ctrl-C in a terminal. */
export class CancelledError extends Error {
	readonly signal: EndingSignal;
	constructor(signal: EndingSignal) {
		super('interrupted');
		this.name = 'CancelledError';
		this.signal = signal;
	}
}

/** The command line asked for what cannot be: status 64. */
export function usageError(message: string, next: readonly string[] = []): ExpectedError {
	return new ExpectedError('usage', message, next, exitStatus.usage);
}

/** How an error leaves the program. */
export type Ending = {
	readonly code: string;
	readonly message: string;
	readonly next: readonly string[];
	readonly status: ExitStatus;
	/** Null but for a bug. */
	readonly stack: string | null;
};

/** Errors of other parts carry the same two things under one of two shapes. */
function nextOf(error: Error): { readonly code: string; readonly next: readonly string[] } | null {
	const isList = (value: unknown): value is readonly string[] =>
		Array.isArray(value) && value.every((item) => typeof item === 'string');
	const read = (value: object, fallback: string): { code: string; next: readonly string[] } | null => {
		if (!('next' in value) || !isList(value.next)) return null;
		return {
			code: 'code' in value && typeof value.code === 'string' ? value.code : fallback,
			next: value.next,
		};
	};
	const name = error.name
		.replace(/Error$/, '')
		.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '-')
		.toLowerCase();
	if ('failure' in error && typeof error.failure === 'object' && error.failure !== null)
		return read(error.failure, name);
	return read(error, name);
}

const tidy = (text: string): string => cleanText(withoutSecrets(text), { multiline: true, max: 4_000 });

/** Settings that make no sense, and names that do not exist: wrong usage, whatever the command. */
const usageCodes: ReadonlySet<string> = new Set(['settings', 'lab', 'parameter', 'no-such-session']);

/**
 * @param failed the command's own status for "it could not be done, and nothing was changed"
 * @returns a null message where there is nothing to say: the person stopped it
 */
export function endingOf(
	error: unknown,
	failed: ExitStatus,
): Ending | { readonly status: ExitStatus; readonly message: null } {
	if (error instanceof CancelledError) return { status: statusOfSignal(error.signal), message: null };
	if (error instanceof ExpectedError) {
		const { code, message, next, status } = error;
		return { code, message: tidy(message), next: next.map(tidy), status, stack: null };
	}
	if (error instanceof Error) {
		const expected = nextOf(error);
		if (expected !== null) {
			const [first = error.message] = error.message.split('\n');
			const status = usageCodes.has(expected.code) ? exitStatus.usage : failed;
			return { ...expected, message: tidy(first), next: expected.next.map(tidy), status, stack: null };
		}
	}
	const message = error instanceof Error ? error.message : String(error);
	return {
		code: 'bug',
		message: `this is a bug of kbwizard: ${tidy(message)}`,
		next: [
			'please report it, with the command line and what was on the screen',
			'KBWIZARD_DEBUG=1 shows where it happened',
		],
		status: exitStatus.bug,
		stack: error instanceof Error && error.stack !== undefined ? tidy(error.stack) : null,
	};
}
