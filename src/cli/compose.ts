/** Builds what the machine asks for: the connection, the evidence, the fixes and the journal of one run. */
import { lookThroughPooler } from '../evidence/pooler/through.ts';
import { createKeeper, type PostgresKeeper } from '../evidence/postgres/keeper.ts';
import { proveLogin } from '../evidence/postgres/prove-login.ts';
import { createFixer } from '../fixes/create-fixer.ts';
import type { FixJournal } from '../fixes/fix-journal.ts';
import type { Fixer } from '../fixes/fixer.ts';
import { guardianLauncher } from '../fixes/guardian-client.ts';
import type { Timing } from '../fixes/verify.ts';
import { factBook } from '../machine/facts.ts';
import type { Failure, Plan, Planned, Progress, WizardPorts } from '../machine/ports.ts';
import type { Journal } from '../session/journal.ts';
import type { JournalRecord } from '../session/record.ts';
import type { LoadedArticle } from './article-argument.ts';
import { composeEvidence, gateFor } from './compose-evidence.ts';
import type { ConnectionOptions } from './connection-options.ts';
import { connectionPort } from './connection-port.ts';
import { type Notes, notesIn } from './notes-in.ts';
import { gaugeRecorder } from './record-gauge.ts';
import type { World } from './world.ts';

export type ComposeInput = {
	readonly loaded: LoadedArticle;
	readonly connection: ConnectionOptions;
	/** As given with `--log`. */
	readonly logs: readonly string[];
	/** As given with `--config`. */
	readonly configs: readonly string[];
	/** Rows of evidence that are kept; null: the default. */
	readonly maxRows: number | null;
	/** Null: nothing is written down, and nothing can be applied. */
	readonly journal: Journal | null;
	/** How long it waits, where `--wait` says nothing; null: a person is there, and it waits until they stop it. */
	readonly waitMs: number | null;
	/** Nobody connects, from the beginning; default false. */
	readonly asksOnly?: boolean;
	readonly world: Pick<World, 'now' | 'signal'>;
	/** How a cure is watched; absent: as long as it takes to tell. */
	readonly timing?: Timing;
	/** Told why nothing can be written down, and null when it can be again. */
	readonly onJournal?: (failure: Failure | null) => void;
	/** Told what takes long while evidence is looked at; empty: it is over. */
	readonly onProgress?: (text: string) => void;
};

/** One run, composed. */
export interface Composition {
	readonly keeper: PostgresKeeper;
	readonly fixer: Fixer;
	readonly ports: WizardPorts;
	/** Why the journal is not complete; null: it is. */
	readonly journalProblem: Failure | null;
	/** Ends what was begun; may be called twice. */
	close(): Promise<void>;
}

/** A plan must list everybody whom it is about. */
const planRows = 10_000;

/** Takes the place of a journal where nothing may be written: a dry run, a diagnosis. */
const noJournal: FixJournal = {
	session: '',
	file: '',
	records: [],
	append: () => Promise.reject(new Error('nothing is applied in a run that keeps no journal')),
};

/** What belongs to these plans: their own intents, and what became of them. */
function recordsOfPlans(records: readonly JournalRecord[], plans: readonly Plan[]): readonly JournalRecord[] {
	const mine = new Set<string | null>(plans.map(({ id }) => id));
	const foreign = new Set(
		records.flatMap((record) => (record.kind === 'intent' && !mine.has(record.plan) ? [record.seq] : [])),
	);
	return records.filter(
		(record) =>
			!foreign.has(record.seq) &&
			!((record.kind === 'outcome' || record.kind === 'lifted') && foreign.has(record.intent)),
	);
}

type Carrying = {
	/** Nobody may connect: nothing is planned, and nothing measured. */
	readonly staysAway: () => boolean;
	readonly carry: <T>(work: Promise<T>) => Promise<T>;
	readonly stop: AbortSignal;
	/** Makes a new session where the last one was lost. */
	readonly reach: () => Promise<void>;
	/** What was seen before is no first of two samples after a change. */
	readonly forgetSamples: () => void;
};

/** An intent must be on disk before its effect: where nothing can be written, nothing is planned. */
function cannotBeWritten({ message, next }: Failure): Planned {
	return {
		kind: 'unavailable',
		why: `nothing is changed that cannot be written down first: ${message}`,
		next,
	};
}

/** What is told while it is done, and who hears it. */
type Saying = Pick<WizardPorts['fixes'], 'subscribe'> & { readonly say: (text: string) => void };

function sayingToAll(): Saying {
	const listeners = new Set<(progress: Progress) => void>();
	return {
		say(text) {
			for (const listener of listeners) listener({ type: 'fix.progress', text });
		},
		subscribe(listener) {
			listeners.add(listener);
			return () => listeners.delete(listener);
		},
	};
}

function fixPorts(
	fixer: Fixer,
	input: ComposeInput,
	notes: Notes,
	{ staysAway, carry, stop, reach, forgetSamples }: Carrying,
	{ say, subscribe }: Saying,
): WizardPorts['fixes'] {
	const { loaded, journal } = input;
	return {
		async plan(asked) {
			if (staysAway()) {
				return {
					kind: 'unavailable',
					why: 'nobody connects to the server in this session, so nothing can be planned or applied',
					next: [
						`whoever can connect to the server: kbwizard fix ${loaded.article.id} ${asked.solution.id} -h HOST --dry-run`,
						'or let it be done by hand, as the article says',
					],
				};
			}
			if (loaded.trusted) {
				const failure = await notes.whyNot();
				if (failure !== null) return cannotBeWritten(failure);
				await reach();
				return fixer.plan(asked);
			}
			return {
				kind: 'unavailable',
				why: 'this article does not ship with the program, so its fixes do not run by themselves',
				next: [`read it, and if you trust it: --trust ${loaded.article.path}`, 'or do by hand what it says'],
			};
		},
		apply({ plan, typed }) {
			forgetSamples();
			return carry(fixer.apply(plan, { yes: true, typed }, say, stop));
		},
		async verify({ solution, step, plan, applied, findings, untilBroken = false }, signal) {
			if (staysAway()) return null;
			// Also what somebody else was asked to change has changed by now.
			forgetSamples();
			const verified = await fixer.verify(
				{ solution, step, plan, applied, before: factBook(findings), untilBroken },
				say,
				signal,
			);
			if (verified !== null)
				notes.write({ kind: 'verified', solution, ...(step === null ? {} : { step }), verified });
			return verified;
		},
		async undo(plans) {
			await reach();
			forgetSamples();
			return carry(fixer.undo(recordsOfPlans(journal?.records ?? [], plans), say));
		},
		subscribe,
	};
}

export function compose(input: ComposeInput): Composition {
	const { loaded, connection, journal, world } = input;
	const { article } = loaded;
	const clock = world.now;
	const gate = gateFor(loaded);
	const keeper = createKeeper(connection.settings, { rescue: connection.rescue, clock });
	const saying = sayingToAll();
	const port = connectionPort(keeper, connection.waitMs ?? input.waitMs, input.asksOnly ?? false);
	const { observe, sql, lookAtServer } = composeEvidence({
		...input,
		keeper,
		staysAway: () => port.staysAway,
		gate,
		say(text) {
			saying.say(text);
			input.onProgress?.(text);
		},
	});
	const { verifyAs } = connection;
	const fixer = createFixer(
		{
			article,
			keeper,
			gate,
			journal: journal ?? noJournal,
			// The rescue's slot is there when the ordinary ones are gone again.
			launchGuardian: guardianLauncher(
				connection.rescue === null ? [connection.settings] : [connection.rescue, connection.settings],
			),
			proveLogin: verifyAs === null ? null : () => proveLogin(verifyAs),
			connectTo: (conninfo) => createKeeper(connection.otherServer(conninfo), { clock }),
			lookThrough: (conninfo, signal) =>
				lookThroughPooler(connection.otherServer(conninfo), { clock, signal }),
			observe,
			lookAtServer,
			clock,
			maxRows: planRows,
			attended: input.waitMs === null,
			waitMs: connection.waitMs ?? input.waitMs,
		},
		input.timing,
	);
	const notes = notesIn(journal, input.onJournal ?? (() => {}));
	const watched = gaugeRecorder(notes.write);
	let isLost = false;
	const unsubscribe = keeper.subscribe((event) => {
		if (event.type === 'connection.held') {
			notes.write({ kind: 'server', server: event.server });
			isLost = false;
		}
		if (event.type === 'connection.gauge') watched(event.gauge);
		if (event.type === 'connection.lost') isLost = true;
		// Asked for again and again with the wrong password, an account may be locked.
		if (event.type === 'connection.refused' && event.failure.layer === 'authentication') isLost = false;
	});
	// A change that is under way comes to its end in order, its fence lifted, before the session is given up.
	const ending = new AbortController();
	let underWay: Promise<unknown> = Promise.resolve();
	const changes: Carrying = {
		staysAway: () => port.staysAway,
		async reach() {
			if (isLost && keeper.session === null) await keeper.attempt();
		},
		stop: AbortSignal.any([world.signal, ending.signal]),
		forgetSamples: () => sql.forgetSamples(),
		carry<T>(work: Promise<T>): Promise<T> {
			underWay = Promise.allSettled([underWay, work]);
			return work;
		},
	};
	let closing: Promise<void> | null = null;
	return {
		keeper,
		fixer,
		ports: {
			observe,
			connection: port,
			fixes: fixPorts(fixer, input, notes, changes, saying),
			journal: notes.write,
		},
		get journalProblem() {
			return notes.missed;
		},
		close() {
			closing ??= (async () => {
				port.stop();
				ending.abort();
				await underWay;
				await keeper.close();
				unsubscribe();
			})();
			return closing;
		},
	};
}
