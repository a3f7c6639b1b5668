/** The wizard in a terminal, from its first frame to the report's address. */

import { cleanText } from '../evidence/untrusted.ts';
import type { Finding } from '../machine/finding.ts';
import type { ParameterValues } from '../machine/ports.ts';
import type { Journal } from '../session/journal.ts';
import type { LoadedArticle } from './article-argument.ts';
import type { Composition } from './compose.ts';
import type { ConnectionOptions } from './connection-options.ts';
import { CancelledError } from './errors.ts';
import { type ExitStatus, statusOfSeverity } from './exit-status.ts';
import { targetInWords } from './target.ts';
import { untilCancelled } from './until-cancelled.ts';
import type { World } from './world.ts';

export type WizardRun = {
	readonly loaded: LoadedArticle;
	readonly connection: ConnectionOptions;
	readonly logs: readonly string[];
	readonly maxRows: number | null;
	readonly parameters: ParameterValues;
	/** What an earlier session knew. */
	readonly findings: readonly Finding[];
	readonly journal: Journal;
	readonly terminal: NonNullable<World['terminal']>;
};

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

function isOn(value: string | undefined): boolean {
	return value !== undefined && value !== '' && value !== '0' && value !== 'false';
}

/**
 * The first line of the transcript, there before the machine and the screens are loaded: what this is, on which
 * server, when. It is what a ticket is pasted under.
 */
function opening({ loaded, connection }: WizardRun, world: World): string {
	const { id, title } = loaded.article;
	return `${id} ${cleanText(title)}, ${targetInWords(connection.settings)}, ${world.now().toISOString().slice(0, 16).replace('T', ' ')} UTC\n\n`;
}

/**
 * @returns the status of what was found last
 * @throws CancelledError on Ctrl-C
 */
export async function runWizardHere(run: WizardRun, world: World): Promise<ExitStatus> {
	const { loaded, connection, journal, terminal } = run;
	await world.stdout.write(opening(run, world));
	const [{ compose }, { createWizardActor }, { runWizard }] = await Promise.all([
		import('./compose.ts'),
		import('../machine/run.ts'),
		import('../ui/run-wizard.tsx'),
	]);
	const composition = compose({
		loaded,
		connection,
		logs: run.logs,
		maxRows: run.maxRows,
		journal,
		waitMs: null,
		world,
	});
	const actor = createWizardActor(loaded.article, composition.ports, {
		startedAt: world.now().toISOString(),
		parameters: run.parameters,
		findings: run.findings,
	});
	const stopGauge = keepGauge(composition);
	try {
		const { snapshot, how } = await untilCancelled(
			runWizard({
				actor,
				article: loaded.article,
				stdin: terminal.input,
				stdout: terminal.output,
				env: {
					noColor: !world.color,
					screenReader: isOn(world.env.INK_SCREEN_READER),
					term: world.env.TERM ?? null,
				},
				version: world.version,
				target: targetInWords(connection.settings),
				answeredBy: world.user,
			}),
			world.signal,
		);
		const { diagnosisOf } = await import('./diagnosis-of.ts');
		const diagnosis = diagnosisOf(snapshot.context, loaded, world);
		await journal.append({
			kind: 'closed',
			outcome: how === 'interrupted' ? 'interrupted' : how === 'left' ? 'left' : 'diagnosed',
			severity: diagnosis.severity,
		});
		if (how === 'interrupted') throw new CancelledError('SIGINT');
		return statusOfSeverity(diagnosis.severity);
	} finally {
		stopGauge();
		actor.stop();
		await composition.close();
		journal.close();
	}
}
