import { toUndoDocument, toVerifiedDocument } from '../../report/fix-document.ts';
import { toJson } from '../../report/json.ts';
import { knownFindings } from '../../report/session-report.ts';
import { undoToText } from '../../report/undo-text.ts';
import { isBroken } from '../../session/in-force.ts';
import { listSessions, type SessionSummary } from '../../session/list-sessions.ts';
import type { ClosedEntry } from '../../session/record.ts';
import { stateDir } from '../../session/state-dir.ts';
import type { Invocation } from '../arguments.ts';
import { chosenBefore } from '../chosen-before.ts';
import type { Command } from '../command.ts';
import { compose } from '../compose.ts';
import { type ConnectionOptions, connectionOptions } from '../connection-options.ts';
import { usageError } from '../errors.ts';
import { evidenceOf } from '../evidence-options.ts';
import { type ExitStatus, exitStatus } from '../exit-status.ts';
import { parametersOf } from '../fix-parameters.ts';
import { type Mended, mendSession } from '../mend-session.ts';
import { reopenSession } from '../open-session.ts';
import { chosenSession } from '../session-argument.ts';
import { articleForUndo, articleOfSession, type SessionArticle } from '../session-article.ts';
import { sessionDefaults } from '../session-defaults.ts';
import { runWizardHere } from '../wizard-run.ts';
import type { World } from '../world.ts';

type Resuming = {
	readonly invocation: Invocation;
	readonly chosen: SessionSummary;
	readonly article: SessionArticle;
	readonly connection: ConnectionOptions;
	readonly world: World;
};

/** Mends what the session left, and closes its journal again. */
async function mend({ invocation, chosen, article, connection, world }: Resuming): Promise<Mended> {
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
			onProgress: (text) => {
				if (!options.flag('json')) void world.stderr.write(`${text}\n`);
			},
			world,
		});
		outcome =
			mended.verified?.held === true ? 'solved' : mended.status === exitStatus.done ? 'undone' : 'not solved';
		return mended;
	} finally {
		await composition.close();
		// What could not even be looked at is still broken off, and is offered again.
		if (outcome !== 'failed') {
			const interrupted = world.signal.aborted ? 'interrupted' : outcome;
			await journal.append({ kind: 'closed', outcome: interrupted, severity: null });
		}
		journal.close();
	}
}

function told({ undone, verified }: Mended): string {
	const result =
		verified === null
			? ''
			: verified.held
				? `verified: ${verified.text}\n`
				: `it does not hold: ${verified.text}${verified.note === null ? '' : ` (${verified.note})`}\n`;
	return `${undoToText(undone)}${result}`;
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
		? await mend(resuming)
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

/** A person is asked before anything is taken back; either way the wizard opens then. */
async function mendIfWanted(resuming: Resuming): Promise<void> {
	const { chosen, world } = resuming;
	const left = chosen.inForce.map(({ intent }) => `  ${intent.effect}: ${intent.object}\n`).join('');
	await world.stderr.write(`Session ${chosen.session} broke off in the middle of a change.\n${left}`);
	const question = 'Look what became of it, and lift what it left standing? [Y/n] ';
	if (/^n(o)?$/i.test((await world.stdin.ask(question)).trim())) return;
	await world.stderr.write(told(await mend(resuming)));
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
		if (broken) await mendIfWanted(resuming);
		const { loaded } = article;
		const checks = new Set(loaded.article.checks.map(({ id }) => id));
		return runWizardHere(
			{
				loaded,
				connection,
				mayAskPassword: false,
				...(await evidenceOf(options)),
				parameters: {
					...chosenBefore(loaded.article, chosen.records),
					...(await parametersOf(options, loaded.article.solutions)),
				},
				findings: knownFindings(chosen.records).filter(({ check }) => checks.has(check)),
				openJournal: async () => reopenSession(chosen.session, world),
				terminal,
			},
			world,
		);
	},
};
