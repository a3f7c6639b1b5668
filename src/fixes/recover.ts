/** What state a step is in whose session ended in the middle of it. */
import type { PostgresSession } from '../evidence/postgres/postgres.ts';
import type { PlanRow } from '../machine/ports.ts';
import { interruptedStep } from '../session/in-force.ts';
import type { JournalRecord, RecordOf } from '../session/record.ts';
import { wayBack } from './effects.ts';
import { lookedAt } from './end-sessions.ts';
import { messageOf } from './failure.ts';
import { counted } from './in-words.ts';
import { startedAt } from './restart/come-back.ts';

export type RecoveredPart = {
	readonly intent: RecordOf<'intent'>;
	/**
	 * `done`: the value is what was to be set; `not done`: it is what it was; `changed`: it is neither, so somebody else
	 * has been there; `unknown`: it cannot be looked at (sessions that were to be ended leave no trace).
	 */
	readonly state: 'done' | 'not done' | 'changed' | 'unknown';
	/** For a person. */
	readonly what: string;
	/** Sessions that it was about, as they are now; empty: it was about none, or they could not be looked at. */
	readonly rows: readonly PlanRow[];
};

export type Recovery = {
	/** Null: no plan is among the records. */
	readonly plan: RecordOf<'plan'> | null;
	readonly parts: readonly RecoveredPart[];
	/** What can be done, the best first. `verify` comes before anything is decided. */
	readonly choices: readonly ('verify' | 'go on' | 'undo' | 'leave')[];
};

/** @param session null: nothing can be looked at */
export async function recoverStep(
	session: PostgresSession | null,
	records: readonly JournalRecord[],
): Promise<Recovery | null> {
	const step = interruptedStep(records);
	if (step === null) return null;
	const parts: RecoveredPart[] = [];
	for (const intent of step.open) parts.push(await partOf(session, intent, step.plan?.plan.rows ?? []));
	const is = (state: RecoveredPart['state']) => parts.some((part) => part.state === state);
	// A fence is never gone on with: it was there for something that has not happened.
	const fenced = parts.some(({ intent, state }) => intent.effect === 'fence' && state === 'done');
	const choices: Recovery['choices'][number][] = fenced ? ['undo', 'verify'] : ['verify'];
	if (step.plan !== null && (is('not done') || is('unknown')) && !is('changed')) choices.push('go on');
	if (is('done') && !fenced) choices.push('undo');
	choices.push('leave');
	return { plan: step.plan, parts, choices };
}

async function partOf(
	session: PostgresSession | null,
	intent: RecordOf<'intent'>,
	planRows: readonly PlanRow[],
): Promise<RecoveredPart> {
	const { inverse, object } = intent;
	const part = (
		state: RecoveredPart['state'],
		what: string,
		rows: readonly PlanRow[] = [],
	): RecoveredPart => ({
		intent,
		state,
		what,
		rows,
	});
	const way = inverse === null ? null : wayBack(inverse);
	const unseen = `${object}: there is no session to look with`;
	try {
		if (way === null) {
			if (session === null) return part('unknown', unseen);
			if (intent.effect === 'restart' && typeof intent.old === 'string')
				return (await startedAt(session)) === intent.old
					? part('not done', 'the server has not been restarted since')
					: part('done', 'the server has been restarted since');
			// Its rows have the start of a process, which the server does not know.
			if (intent.effect === 'terminate processes')
				return part('unknown', `${object}: it was begun, and how far it came is not known`);
			const rows = await lookedAt(
				session,
				planRows.filter(({ status }) => status === 'planned'),
			);
			const gone = rows.filter(({ status }) => status === 'gone').length;
			const seen = rows.length === 0 ? '' : `; of ${counted(rows.length)} listed ${gone} are there no more`;
			return part('unknown', `${object}: it was begun, and how far it came is not known${seen}`, rows);
		}
		const { before, shown, byHand } = way;
		const standing = way.on === 'host' ? await way.look() : session === null ? null : await way.look(session);
		if (standing === null) return part('unknown', unseen);
		const { what } = standing;
		if (standing.is === 'gone') return part('changed', `${what}: it is not there any more`);
		const { now } = standing;
		if (now === before) return part('not done', `${what} is ${shown(now)}, as it was`);
		if (intent.set === undefined || now === intent.set)
			return part('done', `${what} is ${shown(now)}, it was ${shown(before)}. By hand: ${byHand}`);
		return part('changed', `${what} is ${shown(now)}, which is not ours`);
	} catch (error) {
		return part('unknown', `${object}: ${messageOf(error)}`);
	}
}
