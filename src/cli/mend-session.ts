/**
 * What a session that broke off left behind, brought to an end: its fences are lifted, what was under way is looked at,
 * never done a second time, and then it is verified, as it would have been.
 */
import type { Recovery } from '../fixes/recover.ts';
import { needsServer } from '../fixes/undo.ts';
import { factBook } from '../machine/facts.ts';
import type { Facts, Undone, Verified } from '../machine/ports.ts';
import { knownFindings } from '../report/session-report.ts';
import { changesInForce, interruptedStep, isBroken, unverifiedPlan } from '../session/in-force.ts';
import type { Journal } from '../session/journal.ts';
import type { JournalRecord, RecordOf } from '../session/record.ts';
import type { Composition } from './compose.ts';
import { ExpectedError } from './errors.ts';
import { type ExitStatus, exitStatus } from './exit-status.ts';
import { reachServer } from './reach-server.ts';
import type { World } from './world.ts';

export type Mended = {
	readonly undone: Undone;
	/** Null: nothing had been done that could be verified, or the article names nothing to measure. */
	readonly verified: Verified | null;
	/** Changes of the session are in force still: kept, and for `undo` to take back. */
	readonly kept: boolean;
	readonly status: ExitStatus;
};

export type MendInput = {
	readonly composition: Composition;
	readonly journal: Journal;
	readonly waitMs: number;
	/** Somebody is there to say what becomes of what does not hold; else it is taken back. */
	readonly attended: boolean;
	readonly onProgress: (text: string) => void;
	readonly world: Pick<World, 'signal'>;
};

type Told = { undone: string[]; skipped: { what: string; why: string }[] };

/** A step has a few parts; each look settles all that are open. */
const mostSteps = 20;

const isFence = ({ effect }: RecordOf<'intent'>): boolean => effect === 'fence';

/** The records without the changes that were not meant; what became of the others stays. */
function onlyChanges(
	records: readonly JournalRecord[],
	meant: (intent: RecordOf<'intent'>) => boolean,
): readonly JournalRecord[] {
	return records.filter((record) => record.kind !== 'intent' || meant(record));
}

/** Writes down how each part stands, so that nobody is asked again. */
async function settle({ parts }: Recovery, journal: Journal, told: Told): Promise<void> {
	for (const { intent, state, what, rows } of parts) {
		await journal.append(
			{
				kind: 'outcome',
				intent: intent.seq,
				status: state === 'done' ? 'done' : state === 'not done' ? 'skipped' : 'unknown',
				why: 'looked at when the session was resumed',
				rows,
			},
			{ durable: true },
		);
		if (isFence(intent) || intent.effect === 'undo' || state === 'done') continue;
		told.skipped.push({ what, why: whyLeft[state] });
	}
}

const whyLeft = {
	'not done': 'it was never done, and is not done now: make a new plan',
	changed: 'somebody else has changed it since, so it is left',
	unknown: 'it cannot be taken back, and is not done a second time',
} as const;

/** What the check of the solution may refer to: what was known then, and the plan's parameters. */
function factsBefore(records: readonly JournalRecord[], plan: RecordOf<'plan'>['plan']): Facts {
	return { ...factBook(knownFindings(records)), ...plan.parameters };
}

/**
 * @throws ExpectedError with status 2 where the server cannot be reached, or is another one: nothing is done then
 */
export async function mendSession(input: MendInput): Promise<Mended> {
	const { composition, journal, waitMs, onProgress, world } = input;
	const { keeper, fixer } = composition;
	const told: Told = { undone: [], skipped: [] };
	const mended = (verified: Verified | null, status: ExitStatus): Mended => ({
		undone: { session: journal.session, ...told },
		verified,
		kept: changesInForce(journal.records).some(({ intent }) => !isFence(intent)),
		status,
	});
	if (!isBroken(journal.records, changesInForce(journal.records))) return mended(null, exitStatus.done);
	const open = interruptedStep(journal.records)?.open ?? [];
	if (needsServer([...changesInForce(journal.records), ...open]))
		await reachServer(keeper, {
			waitMs,
			otherwise: 'nothing was taken back',
			signal: world.signal,
			hints: startCommands(journal.records),
		});
	const elsewhere = await fixer.elsewhere(journal.records);
	if (elsewhere !== null) {
		const next = ['give the server of the session: kbwizard resume SESSION SERVER'];
		throw new ExpectedError('another-server', `nothing was done: ${elsewhere}`, next, exitStatus.notDone);
	}
	const takeBack = async (meant: (intent: RecordOf<'intent'>) => boolean): Promise<void> => {
		const { undone, skipped } = await fixer.undo(onlyChanges(journal.records, meant), onProgress);
		told.undone.push(...undone);
		told.skipped.push(...skipped);
	};
	const plan =
		(unverifiedPlan(journal.records) ?? interruptedStep(journal.records)?.plan ?? null)?.plan ?? null;
	// What was open when it broke off; a fence first, because everybody is shut out by it.
	await takeBack(isFence);
	const begun = new Set<number>();
	for (let step = 0; step < mostSteps; step += 1) {
		const recovery = await fixer.recover(journal.records);
		if (recovery === null) break;
		for (const { intent } of recovery.parts) if (!isFence(intent)) begun.add(intent.seq);
		await settle(recovery, journal, told);
	}
	const verified = plan === null || !mayHaveHelped(journal.records, plan.id) ? null : await verify();
	if (verified !== null && !verified.held && !input.attended) await takeBack(({ seq }) => begun.has(seq));
	const { records } = journal;
	const left = changesInForce(records).some(({ intent, status }) => isFence(intent) || status === 'unknown');
	const helped = plan !== null && mayHaveHelped(records, plan.id);
	const status = left
		? exitStatus.partly
		: helped && verified?.held !== true
			? exitStatus.notVerified
			: exitStatus.done;
	if (told.undone.length + told.skipped.length > 0)
		await journal.append(
			{ kind: 'undone', undone: { session: journal.session, ...told } },
			{ durable: true },
		);
	return mended(verified, status);

	async function verify(): Promise<Verified | null> {
		if (plan === null) return null;
		onProgress('looking whether it holds');
		const before = factsBefore(journal.records, plan);
		const result = await fixer.verify(
			{ solution: plan.solution, step: plan.step ?? null, plan: null, applied: null, before },
			onProgress,
			world.signal,
		);
		if (result !== null)
			await journal.append(
				{
					kind: 'verified',
					solution: plan.solution,
					...(plan.step === undefined ? {} : { step: plan.step }),
					verified: result,
				},
				{ durable: true },
			);
		return result;
	}
}

/** How a server is started whose restart was under way when the session broke off. */
function startCommands(records: readonly JournalRecord[]): readonly string[] {
	const open = interruptedStep(records)?.open ?? [];
	return open
		.filter(({ effect }) => effect === 'restart')
		.map(
			({ statement }) =>
				`its restart was under way; if it does not run, start it: ${statement?.split('\n').at(-1) ?? ''}`,
		);
}

/** Whether anything of the plan was, or may have been, done but for its fences. */
function mayHaveHelped(records: readonly JournalRecord[], plan: string): boolean {
	return records.some(
		(record) =>
			record.kind === 'outcome' &&
			(record.status === 'done' || record.status === 'unknown') &&
			records.some(
				(intent) =>
					intent.kind === 'intent' &&
					intent.seq === record.intent &&
					intent.plan === plan &&
					!isFence(intent),
			),
	);
}
