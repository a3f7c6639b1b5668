/** `pooler apply on=pooler`: proves that there is a pooler where a connection leads, and that it works. Changes nothing. */
import type { ThroughPooler } from '../evidence/pooler/through.ts';
import { SettingsError } from '../evidence/postgres/settings-error.ts';
import { ownFailure } from '../machine/own-failure.ts';
import type { Failure } from '../machine/ports.ts';
import type { Effect } from './effect.ts';
import { failureOf } from './failure.ts';

/** Looks through the pooler that a connection string leads to. @throws SettingsError where it makes no sense */
export type LookThrough = (conninfo: string, signal: AbortSignal) => Promise<ThroughPooler>;

export const pooler: Effect = {
	language: 'pooler',
	async prepare({ fence, values, lookThrough }) {
		const parameter = fence.attributes.on ?? '';
		const conninfo = Object.hasOwn(values, parameter) ? (values[parameter] ?? null) : null;
		if (conninfo === null)
			return {
				kind: 'parameter',
				name: parameter,
				problem: 'how is the pooler reached? As in host=… port=6432 user=… dbname=…',
				choices: [],
			};
		if (lookThrough === null)
			return { kind: 'unavailable', why: 'this run has no way to the pooler', next: ['connect by hand'] };
		const what = 'a login through the pooler';
		return {
			kind: 'ready',
			effect: {
				statements: [],
				consequences: [
					'One login goes through the pooler, and one to its console (SHOW POOLS). Nothing is changed, neither there nor on the server.',
				],
				undoable: [],
				diff: null,
				async apply({ signal, onProgress }) {
					onProgress(what);
					let failure: Failure;
					try {
						const seen = await lookThrough(String(conninfo), signal ?? new AbortController().signal);
						if (seen.kind === 'pooled')
							return { rows: [], done: [{ what: inWords(seen), status: 'done', why: null }], failure: null };
						failure = seen.failure;
					} catch (error) {
						failure =
							error instanceof SettingsError
								? ownFailure('settings', error.message, error.next)
								: failureOf(error, ['look whether the pooler runs']);
					}
					return { rows: [], done: [{ what, status: 'failed', why: failure.message }], failure };
				},
			},
		};
	},
};

function inWords({ at, user, database, console }: Extract<ThroughPooler, { kind: 'pooled' }>): string {
	if (console.kind === 'refused')
		return `${user} gets into ${database} through the pooler at ${at}; of its pools nothing was seen: ${console.failure.message}`;
	const { facts } = console.look;
	const version = facts.pooler_version ?? 'the pooler';
	return `${user} gets into ${database} through ${version} at ${at}: ${facts.pool_mode ?? 'unknown'} mode, up to ${facts.pool_size ?? '?'} server connections a pool, ${facts.clients ?? '?'} of ${facts.max_client_conn ?? '?'} clients`;
}
