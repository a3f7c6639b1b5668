import type { Recovery } from '../../fixes/recover.ts';
import type { Undone } from '../../machine/ports.ts';
import { toUndoDocument } from '../../report/fix-document.ts';
import { toJson } from '../../report/json.ts';
import { knownFindings } from '../../report/session-report.ts';
import { undoToText } from '../../report/undo-text.ts';
import { interruptedStep } from '../../session/in-force.ts';
import type { Journal } from '../../session/journal.ts';
import { listSessions, type SessionSummary } from '../../session/list-sessions.ts';
import { stateDir } from '../../session/state-dir.ts';
import type { Invocation } from '../arguments.ts';
import { loadArticle } from '../article-argument.ts';
import type { Command } from '../command.ts';
import { compose } from '../compose.ts';
import { connectionOptions } from '../connection-options.ts';
import { usageError } from '../errors.ts';
import { maxRowsOf } from '../evidence-options.ts';
import { type ExitStatus, exitStatus } from '../exit-status.ts';
import { parametersOf } from '../fix-parameters.ts';
import { reopenSession } from '../open-session.ts';
import { chosenSession } from '../session-argument.ts';
import { sessionDefaults } from '../session-defaults.ts';
import { runWizardHere } from '../wizard-run.ts';
import type { World } from '../world.ts';
import { undoSession } from './undo.ts';

/** What was begun and left nothing to take back: its end is written down, so that nobody is asked again. */
async function settle({ parts }: Recovery, journal: Journal): Promise<Undone['skipped']> {
	for (const { intent, state } of parts) {
		await journal.append({
			kind: 'outcome',
			intent: intent.seq,
			status: state === 'done' ? 'done' : state === 'not done' ? 'skipped' : 'unknown',
			why: 'looked at when the session was resumed',
			rows: [],
		});
	}
	return parts.map(({ what, state }) => ({
		what,
		why: state === 'not done' ? 'it was never done' : 'it leaves nothing that could be taken back',
	}));
}

/** With nobody there: what was interrupted is taken back where it can be, and else written down as it stands. */
async function resumeHeadless(
	invocation: Invocation,
	chosen: SessionSummary,
	world: World,
): Promise<ExitStatus> {
	const { options } = invocation;
	if (chosen.inForce.length > 0) return undoSession(invocation, chosen, world);
	let skipped: Undone['skipped'] = [];
	if (interruptedStep(chosen.records) !== null) {
		const loaded = await loadArticle(chosen.opened?.article.id ?? null, world);
		const connection = await connectionOptions(invocation, world, sessionDefaults(chosen));
		const journal = reopenSession(chosen.session, world);
		const composition = compose({ loaded, connection, logs: [], maxRows: null, journal, waitMs: 0, world });
		try {
			await composition.keeper.attempt();
			const recovery = await composition.fixer.recover(journal.records);
			if (recovery !== null) skipped = await settle(recovery, journal);
		} finally {
			await composition.close();
			journal.close();
		}
	}
	const undone = { session: chosen.session, undone: [], skipped };
	await world.stdout.write(options.flag('json') ? toJson(toUndoDocument(undone)) : undoToText(undone));
	return exitStatus.done;
}

export const resume: Command = {
	async run(invocation, world) {
		const { options, positionals } = invocation;
		const sessions = await listSessions(stateDir(world));
		const broken = sessions.find(
			({ records, inForce }) => inForce.length > 0 || interruptedStep(records) !== null,
		);
		const word = positionals.SESSION?.[0] ?? null;
		const chosen = word === null && broken !== undefined ? broken : chosenSession(word, sessions);
		const { terminal } = world;
		const headless =
			terminal === null || options.flag('json') || options.flag('no-input') || options.flag('yes');
		if (headless) {
			if (options.flag('yes')) return resumeHeadless(invocation, chosen, world);
			throw usageError('without a terminal nobody can be asked what to do with the session', [
				`kbwizard resume ${chosen.session} --yes`,
			]);
		}
		const loaded = await loadArticle(chosen.opened?.article.id ?? null, world);
		const connection = await connectionOptions(invocation, world, sessionDefaults(chosen));
		return runWizardHere(
			{
				loaded,
				connection,
				logs: options.many('log'),
				maxRows: maxRowsOf(options),
				parameters: await parametersOf(options, loaded.article.solutions),
				findings: knownFindings(chosen.records),
				journal: reopenSession(chosen.session, world),
				terminal,
			},
			world,
		);
	},
};
