/** Everything behind the screens of a wizard, made while its first frame is being read. */
import type { WizardInput } from '../machine/context.ts';
import type { PendingWizard } from '../machine/pending-wizard.ts';
import type { Failure } from '../machine/ports.ts';
import { createWizardActor, type WizardActor } from '../machine/run.ts';
import { screenOf } from '../machine/screen.ts';
import type { Journal } from '../session/journal.ts';
import { closeSession, type SessionEnd } from './close-session.ts';
import { type Composition, compose } from './compose.ts';
import type { ConnectionOptions } from './connection-options.ts';
import { CancelledError } from './errors.ts';
import { noticeGaps } from './notice-gaps.ts';
import { withWantedPassword } from './wanted-password.ts';
import type { WizardRun } from './wizard-run.ts';
import type { World } from './world.ts';

export type Beginning = {
	readonly run: WizardRun;
	readonly world: World;
	/** What the machine begins with, the article apart. */
	readonly input: Omit<WizardInput, 'article'>;
	/** What is on the screen: it is handed over to the machine. */
	readonly wizard: PendingWizard;
	readonly askSecret: (prompt: string) => Promise<string>;
	/** Aborted: the person has left, or a signal came. */
	readonly signal: AbortSignal;
};

export interface BegunSession {
	readonly journal: Journal;
	/** Ends what was begun. @param end null: it has not come to one */
	close(end: SessionEnd | null): Promise<void>;
}

/** How often the slots are counted while somebody looks, in milliseconds. */
const gaugeEveryMs = 2_000;

/** Counts the slots on the one session, as long as there is one. Returns what stops it. */
function keepGauge({ keeper }: Composition): () => void {
	let counting = false;
	const timer = setInterval(() => {
		if (counting || keeper.session === null) return;
		counting = true;
		keeper
			.gauge()
			// Its loss is told by the keeper itself.
			.catch(() => null)
			.finally(() => {
				counting = false;
			});
	}, gaugeEveryMs);
	timer.unref();
	return () => clearInterval(timer);
}

/** Resolves when the person has begun, or has left. */
function begun(wizard: PendingWizard, signal: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		const ended = new AbortController();
		const finish = (): void => {
			subscription.unsubscribe();
			ended.abort();
			resolve();
		};
		const subscription = wizard.subscribe((snapshot) => {
			if (screenOf(snapshot).name !== 'intro') finish();
		});
		signal.addEventListener('abort', finish, { signal: ended.signal });
		if (signal.aborted || screenOf(wizard.getSnapshot()).name !== 'intro') finish();
	});
}

async function connectionWanted({
	run,
	world,
	wizard,
	askSecret,
	signal,
}: Beginning): Promise<ConnectionOptions | null> {
	const { connection, mayAskPassword } = run;
	if (connection === null || !mayAskPassword) return connection;
	// A default, or what the environment says, may be nobody's server: the person may yet say that there is none here.
	if (run.isServerNamed === false) await begun(wizard, signal);
	if (signal.aborted || wizard.getSnapshot().context.asksOnly) return connection;
	const settings = await withWantedPassword(connection.settings, { signal, now: world.now, askSecret });
	return { ...connection, settings };
}

type Composed = Pick<Composition, 'ports' | 'journalProblem' | 'close'>;

type Machine = {
	/** Null: not made yet. */
	actor: WizardActor | null;
};

/** The live server behind the machine, and what is noticed of it meanwhile. */
function onServer(
	{ run, world }: Beginning,
	connection: ConnectionOptions,
	journal: Journal,
	machine: Machine,
): Composed {
	const composition = compose({
		loaded: run.loaded,
		connection,
		logs: run.logs,
		configs: run.configs,
		maxRows: run.maxRows,
		journal,
		waitMs: null,
		asksOnly: run.asksOnly ?? false,
		world,
		onJournal: (failure) => machine.actor?.send({ type: 'journal.failed', failure }),
	});
	const stopGauge = keepGauge(composition);
	const stopNoticing = noticeGaps({
		now: world.now,
		subscribe: (listener) => composition.keeper.subscribe(listener),
		tell: (why) => machine.actor?.send({ type: 'outdated', why }),
		everyMs: gaugeEveryMs,
	});
	return {
		ports: composition.ports,
		get journalProblem() {
			return composition.journalProblem;
		},
		async close() {
			stopGauge();
			stopNoticing();
			await composition.close();
		},
	};
}

async function onFile({ run, world }: Beginning, journal: Journal, machine: Machine): Promise<Composed> {
	const { opened, logs, configs, maxRows } = run;
	if (opened === undefined) throw new TypeError('there is neither a server nor a file to look at');
	const { composeOpened } = await import('./opened/compose-opened.ts');
	const onJournal = (failure: Failure | null) => machine.actor?.send({ type: 'journal.failed', failure });
	return composeOpened({ opened, logs, configs, maxRows, journal, world, onJournal });
}

async function goOn(
	beginning: Beginning,
	connection: ConnectionOptions | null,
	journal: Journal,
): Promise<BegunSession> {
	const { run, world, input, wizard } = beginning;
	const { loaded } = run;
	const machine: Machine = { actor: null };
	const composition =
		connection === null
			? await onFile(beginning, journal, machine)
			: onServer(beginning, connection, journal, machine);
	const end = async () => {
		machine.actor?.stop();
		await composition.close();
	};
	try {
		machine.actor = createWizardActor(loaded.article, composition.ports, input);
		wizard.handOver(machine.actor);
	} catch (error) {
		await end();
		throw error;
	}
	return {
		journal,
		async close(how) {
			await end();
			await closeSession(journal, how, composition.journalProblem, world);
		},
	};
}

/**
 * Opens the journal, looks whether the server wants a password, makes the machine and hands the screens over to it.
 * Where the person leaves meanwhile, the journal is all there is.
 * @throws JournalError, CancelledError on Ctrl-C at the password; nothing is left open then
 */
export async function beginSession(beginning: Beginning): Promise<BegunSession> {
	const { run, signal, world } = beginning;
	const journal = await run.openJournal();
	const onlyJournal: BegunSession = { journal, close: (end) => closeSession(journal, end, null, world) };
	try {
		const connection = await connectionWanted(beginning);
		return signal.aborted ? onlyJournal : await goOn(beginning, connection, journal);
	} catch (error) {
		if (signal.aborted) return onlyJournal;
		const outcome = error instanceof CancelledError ? 'interrupted' : 'failed';
		await closeSession(journal, { outcome, severity: null }, null, world);
		throw error;
	}
}
