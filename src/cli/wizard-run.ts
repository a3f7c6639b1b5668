/** The wizard in a terminal, from its first frame to the report's address. */
import type { Slug } from '../article/article.ts';
import { cleanText } from '../evidence/untrusted.ts';
import type { WizardInput } from '../machine/context.ts';
import type { Finding } from '../machine/finding.ts';
import type { ParameterValues } from '../machine/ports.ts';
import type { Journal } from '../session/journal.ts';
import type { FollowedPlan } from '../ui/scene.ts';
import type { LoadedArticle } from './article-argument.ts';
import type { SessionEnd } from './close-session.ts';
import type { ConnectionOptions } from './connection-options.ts';
import { CancelledError } from './errors.ts';
import { type ExitStatus, statusOfSeverity } from './exit-status.ts';
import type { Opened } from './opened/opened.ts';
import { targetInWords } from './target.ts';
import { untilCancelled } from './until-cancelled.ts';
import type { World } from './world.ts';

export type WizardRun = {
	readonly loaded: LoadedArticle;
	/** Null: nothing is connected, and `opened` stands in place of the server. */
	readonly connection: ConnectionOptions | null;
	/** What a file tells of a server; absent: the server itself is looked at. */
	readonly opened?: Opened;
	/** Whether somebody said which server is meant, here or in an earlier session; default true. */
	readonly isServerNamed?: boolean;
	/** Nobody connects, from the beginning; default false. */
	readonly asksOnly?: boolean;
	/** Whether a server that wants a password may have one asked for at the terminal. */
	readonly mayAskPassword: boolean;
	readonly logs: readonly string[];
	readonly configs: readonly string[];
	readonly maxRows: number | null;
	readonly parameters: ParameterValues;
	/** What an earlier session knew. */
	readonly findings: readonly Finding[];
	/** What was said then of what is seen. */
	readonly symptoms?: WizardInput['symptoms'];
	/** A plan that is followed; absent: one may be made, to be handed over. */
	readonly plan?: { readonly advised: readonly Slug[]; readonly followed: FollowedPlan };
	/** Where a plan that is made is written; null, or absent: a name of its own. */
	readonly savePlan?: string | null;
	/** Called when the first frame is on the screen. */
	readonly openJournal: () => Promise<Journal>;
	readonly terminal: NonNullable<World['terminal']>;
};

function isOn(value: string | undefined): boolean {
	return value !== undefined && value !== '' && value !== '0' && value !== 'false';
}

/** What is looked at, for a person; null: nothing is. */
function targetOf({ connection, opened }: WizardRun): string | null {
	return opened?.what ?? (connection === null ? null : targetInWords(connection.settings));
}

/**
 * The first line of the transcript, there before the screens are loaded: what this is, on which
 * server where one was named, when. It is what a ticket is pasted under.
 */
function opening(run: WizardRun, world: World): string {
	const { loaded, isServerNamed = true, asksOnly = false } = run;
	const { id, title } = loaded.article;
	const target = targetOf(run);
	const where = isServerNamed && !asksOnly && target !== null ? `, ${target}` : '';
	return `${id} ${cleanText(title)}${where}, ${world.now().toISOString().slice(0, 16).replace('T', ' ')} UTC\n\n`;
}

/** The screens: what takes longest before the first frame. To be called while something else is waited for. */
export function loadScreens() {
	return Promise.all([import('../machine/pending-wizard.ts'), import('../ui/run-wizard.tsx')]);
}

/**
 * @returns the status of what was found last
 * @throws CancelledError on Ctrl-C; JournalError, once the terminal is given back
 */
export async function runWizardHere(run: WizardRun, world: World): Promise<ExitStatus> {
	const { loaded, terminal } = run;
	await world.stdout.write(opening(run, world));
	const [{ createPendingWizard }, { showWizard }] = await loadScreens();
	const input = {
		startedAt: world.now().toISOString(),
		parameters: run.parameters,
		findings: run.findings,
		asksOnly: run.asksOnly ?? false,
		...(run.plan === undefined ? {} : { advised: run.plan.advised }),
		...(run.symptoms === undefined ? {} : { symptoms: run.symptoms }),
	};
	const wizard = createPendingWizard({ ...input, article: loaded.article });
	// Before the frame: from then on every key is one, also one that is pressed before anybody listens.
	terminal.input.setRawMode(true);
	const shown = showWizard({
		wizard,
		article: loaded.article,
		stdin: terminal.input,
		stdout: terminal.output,
		env: {
			noColor: !world.color,
			screenReader: isOn(world.env.INK_SCREEN_READER),
			term: world.env.TERM ?? null,
		},
		version: world.version,
		target: targetOf(run),
		answeredBy: world.user,
		recognise: async (text) =>
			(await import('../evidence/recognise.ts')).recogniseText(text, loaded.article, world.now()),
		...(run.plan === undefined ? {} : { followed: run.plan.followed }),
		keepNote: async (text) => {
			const { journal } = await beginning;
			await journal.append({ kind: 'note', text, by: world.user }, { durable: true });
		},
		report: async () => {
			const [{ journal }, { previewOf }] = await Promise.all([beginning, import('./preview-report.ts')]);
			return previewOf(journal, loaded.article, world);
		},
	});
	// Loading the rest would keep the keys waiting.
	await Promise.race([shown.ready, shown.end]);
	const gone = new AbortController();
	const { beginSession } = await import('./begin-session.ts');
	const beginning = beginSession({
		run,
		world,
		input,
		wizard,
		askSecret: (prompt) => shown.lend(() => world.stdin.askSecret(prompt)),
		signal: AbortSignal.any([world.signal, gone.signal]),
	});
	let end: SessionEnd | null = null;
	try {
		const failing = beginning.then(() => shown.end);
		const { snapshot, how } = await untilCancelled(Promise.race([shown.end, failing]), world.signal);
		gone.abort();
		await beginning;
		const [{ diagnosisOf }, { concludedCauses }] = await Promise.all([
			import('./diagnosis-of.ts'),
			import('./concluded-causes.ts'),
		]);
		const diagnosis = diagnosisOf(snapshot.context, loaded, world);
		end = {
			outcome: how === 'interrupted' ? 'interrupted' : how === 'left' ? 'left' : 'diagnosed',
			severity: diagnosis.severity,
			...concludedCauses(snapshot.context),
		};
		if (run.plan === undefined && snapshot.context.advised.length > 0) {
			const [{ journal }, { savePlan }, { reportOf }] = await Promise.all([
				beginning,
				import('./save-plan.ts'),
				import('./report-of-session.ts'),
			]);
			const { session, records } = journal;
			const { article } = loaded;
			const { advised: solutions, parameters } = snapshot.context;
			const report = reportOf({ session, records, article }, world);
			await savePlan({ report, article, solutions, parameters, path: run.savePlan ?? null }, world);
		}
		if (how === 'interrupted') throw new CancelledError('SIGINT');
		return statusOfSeverity(diagnosis.severity);
	} finally {
		shown.close();
		gone.abort();
		// What could not begin has told why, and has left nothing open.
		const begun = await beginning.catch(() => null);
		await begun?.close(end);
	}
}
