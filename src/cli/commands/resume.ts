import type { Slug } from '../../article/article.ts';
import type { Finding } from '../../machine/finding.ts';
import { toUndoDocument, toVerifiedDocument } from '../../report/fix-document.ts';
import { toJson } from '../../report/json.ts';
import { askedOnly, knownFindings, saidSymptoms } from '../../report/session-report.ts';
import { undoToText } from '../../report/undo-text.ts';
import { count } from '../../report/words.ts';
import { isBroken } from '../../session/in-force.ts';
import { listSessions, type SessionSummary } from '../../session/list-sessions.ts';
import type { ClosedEntry } from '../../session/record.ts';
import { stateDir } from '../../session/state-dir.ts';
import type { Invocation } from '../arguments.ts';
import { chosenBefore } from '../chosen-before.ts';
import { closeSession } from '../close-session.ts';
import type { Command } from '../command.ts';
import { compose } from '../compose.ts';
import { asksToConnect, type ConnectionOptions, connectionOptions } from '../connection-options.ts';
import { ExpectedError, usageError } from '../errors.ts';
import { evidenceOf } from '../evidence-options.ts';
import { type ExitStatus, exitStatus } from '../exit-status.ts';
import { parametersOf } from '../fix-parameters.ts';
import { type Mended, mendSession } from '../mend-session.ts';
import { changedChecks, reopenSession, resumeSession } from '../open-session.ts';
import { chosenSession } from '../session-argument.ts';
import { articleForUndo, articleOfSession, type SessionArticle } from '../session-article.ts';
import { sessionDefaults } from '../session-defaults.ts';
import { askWhatNow, say } from '../settle-broken.ts';
import { showOnLine } from '../so-far.ts';
import { undoSession } from '../undo-session.ts';
import { runWizardHere } from '../wizard-run.ts';
import type { World } from '../world.ts';

type Resuming = {
	readonly invocation: Invocation;
	readonly chosen: SessionSummary;
	readonly article: SessionArticle;
	readonly connection: ConnectionOptions;
	readonly world: World;
};

/** Mends what the session left, and closes its journal again. @param attended somebody says then what becomes of it */
async function mend(resuming: Resuming, attended: boolean): Promise<Mended> {
	const { invocation, chosen, article, connection, world } = resuming;
	const { options } = invocation;
	const waitMs = connection.waitMs ?? 0;
	const journal = reopenSession(chosen.session, world);
	const composition = compose({
		loaded: article.loaded,
		connection,
		logs: options.many('log'),
		configs: options.many('config'),
		maxRows: null,
		journal,
		waitMs,
		world,
	});
	let outcome: ClosedEntry['outcome'] = 'failed';
	try {
		const mended = await mendSession({
			composition,
			journal,
			waitMs,
			attended,
			onProgress: (text) => {
				if (attended && world.redraws) void showOnLine(world, text);
				else if (!options.flag('json')) void world.stderr.write(`${text}\n`);
			},
			world,
		});
		outcome =
			mended.verified?.held === true ? 'solved' : mended.status === exitStatus.done ? 'undone' : 'not solved';
		return mended;
	} finally {
		await composition.close();
		if (attended && world.redraws) await showOnLine(world, '');
		const how: ClosedEntry['outcome'] = world.signal.aborted ? 'interrupted' : outcome;
		// What could not even be looked at is still broken off, and is offered again.
		const end = outcome === 'failed' ? null : { outcome: how, severity: chosen.closed?.severity ?? null };
		await closeSession(journal, end, composition.journalProblem, world);
	}
}

function told({ undone, verified }: Mended): string {
	const result =
		verified === null
			? ''
			: verified.held
				? `verified: ${verified.text}\n`
				: `it does not hold: ${verified.text}${verified.note === null ? '' : ` (${verified.note})`}\n`;
	const isNothing = undone.undone.length === 0 && undone.skipped.length === 0;
	return `${isNothing && verified !== null ? '' : undoToText(undone)}${result}`;
}

function asJson({ undone, verified }: Mended): string {
	return toJson({
		...toUndoDocument(undone),
		verified: toVerifiedDocument(verified),
	});
}

/** With nobody there: what was interrupted is finished where it holds, and else taken back. */
async function resumeHeadless(resuming: Resuming, broken: boolean): Promise<ExitStatus> {
	const { invocation, chosen, world } = resuming;
	const mended: Mended = broken
		? await mend(resuming, false)
		: {
				undone: { session: chosen.session, undone: [], skipped: [] },
				verified: null,
				kept: chosen.inForce.length > 0,
				status: exitStatus.done,
			};
	await world.stdout.write(invocation.options.flag('json') ? asJson(mended) : told(mended));
	if (mended.kept)
		await world.stderr.write(`still in force, and taken back with: kbwizard undo ${chosen.session}\n`);
	world.signal.throwIfAborted();
	return mended.status;
}

/**
 * With somebody there: it is looked at first, and nothing is done a second time; a fence is lifted, because everybody is
 * shut out by it. Then the person says what becomes of what is in force. @returns false: they leave
 */
async function settleWithPerson(resuming: Resuming): Promise<boolean> {
	const { chosen, world } = resuming;
	const begun = chosen.inForce.map(({ intent }) => `  ${intent.effect}: ${intent.object}\n`).join('');
	await say(
		`Session ${chosen.session} broke off in the middle of a change.\n${begun}Looking what became of it; nothing is done a second time.`,
		world,
	);
	let isOpen = true;
	try {
		const mended = await mend(resuming, true);
		await say(told(mended), world);
		isOpen = mended.kept;
	} catch (error) {
		if (!(error instanceof ExpectedError)) throw error;
		await say([`It could not be looked at: ${error.message}`, ...error.next].join('\n  '), world);
	}
	while (isOpen) {
		const now = await listSessions(stateDir(world));
		const summary = now.find(({ session }) => session === chosen.session) ?? chosen;
		const stands = summary.inForce.map(({ intent }) => `  ${intent.effect}: ${intent.object}`);
		if (stands.length > 0) await say(['In force:', ...stands].join('\n'), world);
		const choice = await askWhatNow(world);
		if (choice === 'leave') return false;
		if (choice === 'go on') return true;
		try {
			const tell = (text: string): void => void say(text, world);
			const { undone, status } = await undoSession(summary, now, resuming.connection, tell, world);
			await say(undoToText(undone), world);
			isOpen = status !== exitStatus.done;
		} catch (error) {
			if (!(error instanceof ExpectedError)) throw error;
			await say([error.message, ...error.next].join('\n  '), world);
		}
	}
	return true;
}

/** What an earlier run knew, of checks that ask the same still. */
function knownStill({ findings, dropped }: { findings: readonly Finding[]; dropped: readonly Slug[] }) {
	return findings
		.filter(({ check }) => !dropped.includes(check))
		.map((finding): Finding => ({ ...finding, stale: finding.stale ?? 'resumed' }));
}

export const resume: Command = {
	async run(invocation, world) {
		const { options, positionals } = invocation;
		const sessions = await listSessions(stateDir(world));
		const brokenOff = sessions.find(({ records, inForce }) => isBroken(records, inForce));
		const word = positionals.SESSION?.[0] ?? null;
		const chosen = word === null && brokenOff !== undefined ? brokenOff : chosenSession(word, sessions);
		const broken = isBroken(chosen.records, chosen.inForce);
		const { terminal } = world;
		const headless =
			terminal === null || options.flag('json') || options.flag('no-input') || options.flag('yes');
		if (headless && !options.flag('yes'))
			throw usageError('without a terminal nobody can be asked what to do with the session', [
				`kbwizard resume ${chosen.session} --yes`,
			]);
		// Refused at once where it is at work elsewhere, before anybody is asked anything.
		reopenSession(chosen.session, world).close();
		const trust = options.many('trust');
		const article = headless
			? await articleForUndo(chosen, world)
			: await articleOfSession(chosen, world, trust);
		if (article.changed !== null) await world.stderr.write(`kbwizard: ${article.changed}\n`);
		const connection = await connectionOptions(invocation, world, sessionDefaults(chosen));
		const resuming = { invocation, chosen, article, connection, world };
		if (headless) return resumeHeadless(resuming, broken);
		if (broken && !(await settleWithPerson(resuming))) return exitStatus.partly;
		const { loaded } = article;
		const known = knownFindings(chosen.records);
		const changed = changedChecks(loaded.article, chosen.records);
		const dropped = changed.filter((check) => known.some((finding) => finding.check === check));
		if (dropped.length > 0)
			await say(
				`kbwizard: ${count(dropped.length, 'check')} of the article ${dropped.length === 1 ? 'asks' : 'ask'} something else now, so what was found by them counts no more: ${dropped.join(', ')}`,
				world,
			);
		const named = asksToConnect(invocation);
		return runWizardHere(
			{
				loaded,
				connection,
				isServerNamed: named || chosen.server !== null,
				// Whoever names a server has one to look at, whatever was said on the phone.
				asksOnly: !named && askedOnly(chosen.records),
				mayAskPassword: false,
				...(await evidenceOf(options)),
				parameters: {
					...chosenBefore(loaded.article, chosen.records),
					...(await parametersOf(options, loaded.article.solutions)),
				},
				findings: knownStill({ findings: known, dropped }),
				symptoms: saidSymptoms(chosen.records),
				openJournal: () => resumeSession(chosen.session, loaded.article, dropped, world),
				terminal,
			},
			world,
		);
	},
};
