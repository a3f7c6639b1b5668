/** What is said between the wizard and the process that restarts the server, over their message channel. */
import type { Program } from './program.ts';

export type RestartOrders = {
	/** `postmaster.pid` in the data folder. */
	readonly pidFile: string;
	readonly stop: Program;
	/** Asks the stopped server's program whether it would start; null: this version cannot be asked. */
	readonly check: Program | null;
	readonly start: Program;
	/** Starts it with the values that it ran with; null: that cannot be done, or would not differ. */
	readonly asBefore: Program | null;
	/** Where the server says why it does not start. Null: it cannot be read. `ours`: removed once it runs. */
	readonly log: { readonly path: string; readonly ours: boolean } | null;
};

export type RestartResult =
	| { readonly kind: 'restarted' }
	/** It runs on, as it did. */
	| { readonly kind: 'not stopped'; readonly why: string }
	/** It would not have started, or did not: it runs with the values from before, given on its command line. */
	| { readonly kind: 'as before'; readonly why: string }
	/** It does not run. */
	| { readonly kind: 'down'; readonly why: string };

export type RestarterAnswer =
	| { readonly type: 'progress'; readonly text: string }
	| { readonly type: 'result'; readonly result: RestartResult };

/** Both ends are ours and of one version: the checks tell our messages from others on the channel, no more. */
export function isOrders(value: unknown): value is RestartOrders {
	return (
		isObject(value) && typeof value.pidFile === 'string' && isObject(value.stop) && isObject(value.start)
	);
}

export function isAnswer(value: unknown): value is RestarterAnswer {
	return isObject(value) && (value.type === 'progress' || value.type === 'result');
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === 'object' && value !== null;
}
