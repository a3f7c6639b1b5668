import { cleanText } from '../../evidence/untrusted.ts';
import { wayBack } from '../../fixes/effects.ts';
import type { RecordedFence } from '../../fixes/fence.ts';
import type { Undone } from '../../machine/ports.ts';
import { toUndoDocument } from '../../report/fix-document.ts';
import { toJson } from '../../report/json.ts';
import { undoToText } from '../../report/undo-text.ts';
import type { ChangeInForce } from '../../session/in-force.ts';
import { listSessions } from '../../session/list-sessions.ts';
import { isSessionId } from '../../session/session-id.ts';
import { stateDir } from '../../session/state-dir.ts';
import type { Invocation } from '../arguments.ts';
import { loadArticle } from '../article-argument.ts';
import type { Command } from '../command.ts';
import { type Composition, compose } from '../compose.ts';
import { connectionOptions, isServerGiven } from '../connection-options.ts';
import { usageError } from '../errors.ts';
import { type ExitStatus, exitStatus } from '../exit-status.ts';
import { openSession, reopenSession } from '../open-session.ts';
import { reachServer } from '../reach-server.ts';
import { inWordsOf, liftRecorded } from '../recorded-fences.ts';
import { chosenSession } from '../session-argument.ts';
import { sessionDefaults } from '../session-defaults.ts';
import { statusOfUndo, undoSession } from '../undo-session.ts';
import type { World } from '../world.ts';

function inWords({ intent, status, inverse }: ChangeInForce): string {
	const { warning } = wayBack(inverse);
	const unsure = status === 'unknown' ? ' (it is not known whether it was done)' : '';
	return `${intent.effect}: ${intent.object}${unsure}${warning === undefined ? '' : `; ${warning}`}`;
}

/** Asks in a terminal; elsewhere `--yes` must have been given. @returns false: the person said no */
async function agreed(
	{ options }: Invocation,
	heading: string,
	listed: readonly string[],
	command: string,
	world: World,
): Promise<boolean> {
	if (options.flag('yes')) return true;
	const lines = listed.map((line) => `  ${cleanText(line)}`);
	if (world.terminal === null || options.flag('no-input') || options.flag('json'))
		throw usageError('nothing was taken back: that wants consent', [command, ...lines]);
	await world.stderr.write(`${heading}\n${lines.join('\n')}\n`);
	if (/^y(es)?$/i.test((await world.stdin.ask('Take them back? [y/N] ')).trim())) return true;
	await world.stderr.write('Nothing was taken back.\n');
	return false;
}

async function tell(undone: Undone, { options }: Invocation, world: World): Promise<void> {
	await world.stdout.write(options.flag('json') ? toJson(toUndoDocument(undone)) : undoToText(undone));
}

/** The fences that the databases themselves tell of. */
async function fencesOn(composition: Composition, waitMs: number, world: World) {
	await reachServer(composition.keeper, {
		waitMs,
		otherwise: 'it could not be looked whether a fence stands',
		signal: world.signal,
	});
	return composition.fixer.fences();
}

/**
 * Lifts fences that no journal here tells of: of a lost journal, or another user's session.
 * @param of the session that raised them; null: whichever did
 */
async function undoRecorded(invocation: Invocation, of: string | null, world: World): Promise<ExitStatus> {
	const loaded = await loadArticle(null, world);
	const connection = await connectionOptions(invocation, world);
	const waitMs = connection.waitMs ?? 0;
	const input = { loaded, connection, logs: [], configs: [], maxRows: null, waitMs, world };
	const looking = compose({ ...input, journal: null });
	let fences: readonly RecordedFence[];
	try {
		fences = (await fencesOn(looking, waitMs, world)).filter(({ session }) => of === null || session === of);
	} finally {
		await looking.close();
	}
	const [first] = fences;
	if (first === undefined) {
		await tell({ session: of ?? '', undone: [], skipped: [] }, invocation, world);
		return exitStatus.done;
	}
	const heading = 'In the databases of this server these stand:';
	const command = 'the same command with --yes';
	if (!(await agreed(invocation, heading, fences.map(inWordsOf), command, world))) return exitStatus.notDone;
	const journal = await openSession(loaded.article, world);
	const composition = compose({ ...input, journal });
	try {
		const standing = (await fencesOn(composition, waitMs, world)).filter(
			({ session }) => of === null || session === of,
		);
		const outcome = await liftRecorded(composition.fixer, standing, world);
		const undone = { session: first.session, ...outcome };
		await journal.append({ kind: 'undone', undone }, { durable: true });
		await tell(undone, invocation, world);
		return statusOfUndo(undone, undone.skipped.length);
	} finally {
		await composition.close();
		await journal.append({ kind: 'closed', outcome: 'undone', severity: null });
		journal.close();
	}
}

export const undo: Command = {
	async run(invocation, world) {
		const { positionals } = invocation;
		const word = positionals.SESSION?.[0] ?? null;
		const sessions = await listSessions(stateDir(world));
		const serverIsGiven = isServerGiven(invocation, world);
		if (word !== null && isSessionId(word) && !sessions.some(({ session }) => session === word)) {
			// Its journal is lost, or another user's; what it noted in the databases is there all the same.
			if (serverIsGiven) return undoRecorded(invocation, word, world);
		}
		const chosen =
			word === null
				? (sessions.find(({ inForce }) => inForce.length > 0) ?? null)
				: chosenSession(word, sessions);
		if (chosen === null && serverIsGiven) return undoRecorded(invocation, null, world);
		if (chosen === null || chosen.inForce.length === 0) {
			await tell({ session: chosen?.session ?? '', undone: [], skipped: [] }, invocation, world);
			if (chosen === null)
				await world.stderr.write('Fences of other sessions are found on the server: kbwizard undo SERVER\n');
			return exitStatus.done;
		}
		// Refused at once where somebody is at work in it, before anybody is asked anything.
		reopenSession(chosen.session, world).close();
		const heading = `Of session ${chosen.session} these are in force:`;
		const command = `kbwizard undo ${chosen.session} --yes`;
		if (!(await agreed(invocation, heading, chosen.inForce.map(inWords), command, world)))
			return exitStatus.notDone;
		const connection = await connectionOptions(invocation, world, sessionDefaults(chosen));
		const say = (text: string): void => {
			if (!invocation.options.flag('json')) void world.stderr.write(`${text}\n`);
		};
		const { undone, status } = await undoSession(chosen, sessions, connection, say, world);
		await tell(undone, invocation, world);
		return status;
	},
};
