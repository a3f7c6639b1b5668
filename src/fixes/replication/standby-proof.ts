/**
 * `standby-proof apply on=standby slot=:slot`: that the other server is a standby of this one, that it follows, and that
 * it refuses a write.
 */
import { type PostgresSession, QueryError } from '../../evidence/postgres/postgres.ts';
import { ownFailure } from '../../machine/own-failure.ts';
import type { Done, FactValue, Row } from '../../machine/ports.ts';
import { attributeValue } from '../attribute.ts';
import { clusterOf } from '../cluster.ts';
import type { ApplyContext, Effect, EffectOutcome, Prepared } from '../effect.ts';
import { failureOf, messageOf, statusOfFailure } from '../failure.ts';
import { journalled } from '../fix-journal.ts';
import { type OtherServer, onOtherServer, otherServerOf, otherServerProblem } from '../other-server.ts';
import { inWords, lowerThan, settingsOf } from './primary-needs.ts';
import { behindPrimary, standbyState, writeProbe } from './sql.ts';

/** `read_only_sql_transaction`. */
const readOnly = '25006';

type Found = {
	readonly where: string;
	/** Null: it is no standby of this server, or one cannot tell; then `why` says so. */
	readonly why: string | null;
	/** For a person, one sentence each. */
	readonly sentences: readonly string[];
};

export const standbyProof: Effect = {
	language: 'standby-proof',
	async prepare({ session, fence, values, connectTo }): Promise<Prepared> {
		if (session === null) return { kind: 'unavailable', why: 'there is no session', next: ['connect first'] };
		if (connectTo === null)
			return { kind: 'unavailable', why: 'this run can connect to one server only', next: [] };
		const { parameter, conninfo } = otherServerOf(fence, values);
		const ask = (problem: string): Prepared => ({ kind: 'parameter', name: parameter, problem, choices: [] });
		if (conninfo === null) return ask('how is the standby reached? host=ADDRESS port=5432, or a URI');
		const other = { parameter, conninfo };
		const slot = attributeValue(fence, 'slot', values);
		try {
			const found = await onOtherServer(connectTo, other, session, (standby) =>
				lookAt(standby, session, slot),
			);
			if (found.why !== null) return ask(`${found.where} ${found.why}`);
			return {
				kind: 'ready',
				effect: {
					statements: [writeProbe],
					consequences: [
						`${found.where}: ${found.sentences.join('; ')}.`,
						'The statement is sent there, in a session of its own, and must be refused: it would make an empty temporary table.',
					],
					undoable: [],
					diff: null,
					apply: (context) => prove(context, other, slot),
				},
			};
		} catch (error) {
			const problem = otherServerProblem(error);
			if (problem === null) throw error;
			return ask(problem);
		}
	},
};

/** Everything is looked at afresh: a standby may have been promoted since. */
async function prove(context: ApplyContext, other: OtherServer, slot: FactValue): Promise<EffectOutcome> {
	const { keeper, connectTo } = context;
	const next = ['look again, then make a new plan'];
	const done: Done[] = [];
	try {
		const { session } = keeper;
		if (session === null || connectTo === null) throw new Error('the session is gone');
		const failure = await onOtherServer(connectTo, other, session, async (standby) => {
			context.onProgress('looking at the standby');
			const { where, why, sentences } = await lookAt(standby, session, slot);
			if (why !== null) return ownFailure('not-a-standby', `${where} ${why}`, next);
			done.push({ what: `${where}: ${sentences.join('; ')}`, status: 'done', why: null });
			context.onProgress('trying a write there');
			const refused = await triedToWrite(context, standby, where);
			if (refused !== null) {
				done.push({ what: 'a write there is refused', status: 'done', why: refused });
				return null;
			}
			done.push({
				what: 'a write there is refused',
				status: 'failed',
				why: 'it was not: this server takes writes',
			});
			return ownFailure('not-read-only', `${where} took a write`, ['do not point readers at it']);
		});
		return { rows: [], done, failure };
	} catch (error) {
		done.push({ what: 'look at the standby', status: statusOfFailure(error), why: messageOf(error) });
		return { rows: [], done, failure: failureOf(error, next) };
	}
}

/** The server's refusal; null: it did not refuse. @throws QueryError for any other error */
async function triedToWrite(
	{ journal, plan, solution }: ApplyContext,
	standby: PostgresSession,
	where: string,
): Promise<string | null> {
	return journalled(
		journal,
		{
			plan,
			solution: solution.id,
			effect: 'standby-proof',
			object: `a write on ${where}`,
			old: null,
			inverse: null,
			statement: writeProbe,
		},
		async () => {
			try {
				await standby.write(writeProbe);
				return null;
			} catch (error) {
				if (error instanceof QueryError && error.failure.code === readOnly) return error.failure.message;
				throw error;
			}
		},
		(refused) => ({
			status: refused === null ? 'failed' : 'done',
			why: refused ?? 'it was not refused',
			rows: [],
		}),
	);
}

/** Whether the session is on a standby of this primary. @throws QueryError */
export async function standbyOf(
	standby: PostgresSession,
	primary: PostgresSession,
): Promise<{ readonly where: string; readonly why: string | null; readonly state: Row }> {
	const { host, port } = standby.server;
	const where = `${host ?? 'the standby'}:${port ?? ''}`;
	const { rows } = await standby.read(standbyState);
	const state = rows[0] ?? {};
	if (state.in_recovery !== true) return { where, why: 'is no standby: it takes writes', state };
	const [here, there] = [await clusterOf(primary), await clusterOf(standby)];
	const foreign = here !== null && there !== null && here !== there;
	return { where, why: foreign ? 'is a standby of another server' : null, state };
}

/** @throws QueryError */
async function lookAt(standby: PostgresSession, primary: PostgresSession, slot: FactValue): Promise<Found> {
	const { where, why, state } = await standbyOf(standby, primary);
	if (why !== null) return { where, why, sentences: [] };
	const { receiver = null, receiver_slot: used = null, replayed = null } = state;
	if (receiver !== null && used !== null && slot !== null && used !== slot)
		return { where, why: `follows by slot ${String(used)}, not by ${String(slot)}`, sentences: [] };
	const behind = replayed === null ? null : await primary.read(behindPrimary, [replayed]);
	const lower = lowerThan(await settingsOf(primary), await settingsOf(standby));
	return {
		where,
		why: null,
		sentences: [
			'in recovery',
			receiver === null
				? 'receiving nothing at the moment'
				: `receiving${used === null ? '' : ` by slot ${String(used)}`}`,
			...(behind === null ? [] : [`${String(behind.rows[0]?.behind)} behind`]),
			lower.size === 0
				? 'none of its settings too low'
				: `too low there, so that it will stop: it wants ${inWords(lower)}`,
		],
	};
}
