import { toUndoDocument } from '../../report/fix-document.ts';
import { toJson } from '../../report/json.ts';
import { undoToText } from '../../report/undo-text.ts';
import type { ChangeInForce } from '../../session/in-force.ts';
import { listSessions, type SessionSummary } from '../../session/list-sessions.ts';
import { stateDir } from '../../session/state-dir.ts';
import type { Invocation } from '../arguments.ts';
import { loadArticle } from '../article-argument.ts';
import type { Command } from '../command.ts';
import { compose } from '../compose.ts';
import { connectionOptions } from '../connection-options.ts';
import { ExpectedError, usageError } from '../errors.ts';
import { type ExitStatus, exitStatus } from '../exit-status.ts';
import { reopenSession } from '../open-session.ts';
import { chosenSession } from '../session-argument.ts';
import { sessionDefaults } from '../session-defaults.ts';
import type { World } from '../world.ts';

const inWords = ({ intent, status }: ChangeInForce): string =>
	`${intent.effect}: ${intent.object}${status === 'unknown' ? ' (it is not known whether it was done)' : ''}`;

/** Asks in a terminal; elsewhere `--yes` must have been given. @returns false: the person said no */
async function agreed(
	{ options }: Invocation,
	{ session, inForce }: SessionSummary,
	world: World,
): Promise<boolean> {
	if (options.flag('yes')) return true;
	const listed = inForce.map((change) => `  ${inWords(change)}`);
	if (world.terminal === null || options.flag('no-input') || options.flag('json')) {
		throw usageError(`nothing was taken back: that wants consent`, [
			`kbwizard undo ${session} --yes`,
			...listed,
		]);
	}
	await world.stderr.write(`Of session ${session} these are in force:\n${listed.join('\n')}\n`);
	return /^y(es)?$/i.test((await world.stdin.ask('Take them back? [y/N] ')).trim());
}

/** Takes back what a session has in force, and says what came of it. */
export async function undoSession(
	invocation: Invocation,
	chosen: SessionSummary,
	world: World,
): Promise<ExitStatus> {
	const { options } = invocation;
	const loaded = await loadArticle(chosen.opened?.article.id ?? null, world);
	const connection = await connectionOptions(invocation, world, sessionDefaults(chosen));
	const journal = reopenSession(chosen.session, world);
	const composition = compose({ loaded, connection, logs: [], maxRows: null, journal, waitMs: 0, world });
	try {
		const attempt = await composition.keeper.attempt();
		if (composition.keeper.session === null) {
			throw new ExpectedError(
				attempt.failure?.code ?? 'no-session',
				`nothing was taken back: ${attempt.failure?.message ?? 'there is no session on the server'}`,
				attempt.failure?.next ?? [],
				exitStatus.notDone,
			);
		}
		const undone = await composition.fixer.undo(journal.records, (text) => {
			if (!options.flag('json')) void world.stderr.write(`${text}\n`);
		});
		await journal.append({ kind: 'undone', undone }, { durable: true });
		await world.stdout.write(options.flag('json') ? toJson(toUndoDocument(undone)) : undoToText(undone));
		if (undone.skipped.length === 0) return exitStatus.done;
		return undone.undone.length === 0 ? exitStatus.notDone : exitStatus.partly;
	} finally {
		await composition.close();
		journal.close();
	}
}

export const undo: Command = {
	async run(invocation, world) {
		const { options, positionals } = invocation;
		const word = positionals.SESSION?.[0] ?? null;
		const sessions = await listSessions(stateDir(world));
		const withChanges = sessions.filter(({ inForce }) => inForce.length > 0);
		const chosen = word === null ? (withChanges[0] ?? null) : chosenSession(word, sessions);
		if (chosen === null || chosen.inForce.length === 0) {
			const nothing = { session: chosen?.session ?? '', undone: [], skipped: [] };
			await world.stdout.write(options.flag('json') ? toJson(toUndoDocument(nothing)) : undoToText(nothing));
			return exitStatus.done;
		}
		if (!(await agreed(invocation, chosen, world))) {
			await world.stderr.write('Nothing was taken back.\n');
			return exitStatus.notDone;
		}
		return undoSession(invocation, chosen, world);
	},
};
