import type { Article } from '../../article/article.ts';
import { diagnose } from '../../machine/drive.ts';
import type { Finding } from '../../machine/finding.ts';
import { isGuided } from '../../machine/guided.ts';
import type { WizardPorts } from '../../machine/ports.ts';
import { createWizardActor } from '../../machine/run.ts';
import type { Diagnosis } from '../../report/diagnosis.ts';
import { toJson } from '../../report/json.ts';
import { titlesOfChecks } from '../../report/session-report.ts';
import { toText } from '../../report/text.ts';
import { titlesOf } from '../../report/words.ts';
import type { Invocation } from '../arguments.ts';
import { type LoadedArticle, loadArticle } from '../article-argument.ts';
import type { Command } from '../command.ts';
import { compose } from '../compose.ts';
import { connectionOptions, isServerNamed } from '../connection-options.ts';
import { diagnosisOf } from '../diagnosis-of.ts';
import { answersOf, evidenceOf } from '../evidence-options.ts';
import { statusOfSeverity } from '../exit-status.ts';
import { refuseServer } from '../opened/refuse-server.ts';
import { showOnLine, showSoFar } from '../so-far.ts';
import { untilCancelled } from '../until-cancelled.ts';
import type { World } from '../world.ts';

/** What is looked at: the live server, or what a bundle tells of one. */
type Look = {
	readonly loaded: LoadedArticle;
	readonly composition: { readonly ports: WizardPorts; close(): Promise<void> };
	readonly waitForSlot: boolean;
	/** Nobody connects: what counts is what is answered. */
	readonly asksOnly: boolean;
	readonly warnings: readonly string[];
	/** What people said before. */
	readonly said: readonly Finding[];
	/** When it began and ended, where that is not now. ISO 8601. */
	readonly times: { readonly startedAt: string; readonly finishedAt: string } | null;
};

/** Nobody is there to stop it: without `--wait` it never waits. */
const headlessWaitMs = 0;

async function lookAtServer(invocation: Invocation, world: World): Promise<Look> {
	const { options, positionals } = invocation;
	const loaded = await loadArticle(positionals.ARTICLE?.[0] ?? null, world);
	const answers = answersOf(options, loaded.article);
	const connection = await connectionOptions(invocation, world);
	// Answers are about somebody's server: libpq's default would be whatever runs on the machine of who was told.
	const asksOnly = answers.size > 0 && !isServerNamed(invocation, world);
	const composition = compose({
		loaded,
		connection,
		asksOnly,
		...(await evidenceOf(options)),
		journal: null,
		waitMs: headlessWaitMs,
		world,
		...progressOn(world),
	});
	return {
		loaded,
		composition,
		waitForSlot: (connection.waitMs ?? headlessWaitMs) > 0,
		asksOnly,
		warnings: [
			...(asksOnly && !isGuided(loaded.article)
				? [
						'no server was named, so none was connected to: what counts is what was answered or given (-h HOST looks, too)',
					]
				: []),
			...connection.settings.warnings,
		],
		said: [],
		times: null,
	};
}

async function lookAtBundle(path: string, invocation: Invocation, world: World): Promise<Look> {
	refuseServer(invocation);
	const { options, positionals } = invocation;
	const [{ openFile }, { composeOpened }] = await Promise.all([
		import('../opened/open-file.ts'),
		import('../opened/compose-opened.ts'),
	]);
	const opened = await openFile(path, { article: positionals.ARTICLE?.[0] ?? null, trust: [] }, world);
	const { loaded, startedAt, finishedAt, said, warnings } = opened;
	const composition = composeOpened({
		opened,
		...(await evidenceOf(options)),
		journal: null,
		world,
		...progressOn(world),
	});
	return {
		loaded,
		composition,
		waitForSlot: false,
		asksOnly: false,
		warnings,
		said,
		times: { startedAt, finishedAt },
	};
}

function progressOn(world: World) {
	return world.redraws ? { onProgress: (text: string) => void showOnLine(world, text) } : {};
}

/** What we would do, as a plan for somebody else; nothing where it was not asked for. */
async function saveAdvised(
	path: string | null,
	diagnosis: Diagnosis,
	article: Article,
	world: World,
): Promise<void> {
	if (path === null) return;
	const [{ savePlan }, { diagnosisReport }] = await Promise.all([
		import('../save-plan.ts'),
		import('../../report/diagnosis-report.ts'),
	]);
	const solutions = diagnosis.solutions.slice(0, 1).map(({ id }) => id);
	const report = diagnosisReport(diagnosis, titlesOfChecks(article));
	await savePlan({ report, article, solutions, parameters: {}, path }, world);
}

export const check: Command = {
	async run(invocation, world) {
		const { options } = invocation;
		const path = options.one('bundle');
		const look =
			path === null ? await lookAtServer(invocation, world) : await lookAtBundle(path, invocation, world);
		const { loaded, composition, times } = look;
		const answers = answersOf(options, loaded.article);
		const now = () => world.now().toISOString();
		const actor = createWizardActor(loaded.article, composition.ports, {
			startedAt: times?.startedAt ?? now(),
			findings: look.said,
			asksOnly: look.asksOnly,
		});
		const endSoFar = showSoFar(
			actor,
			loaded.article,
			(context) => diagnosisOf(context, loaded, world),
			world,
		);
		try {
			actor.start();
			const { context } = await untilCancelled(
				diagnose(actor, { answers, answeredBy: world.user, waitForSlot: look.waitForSlot, now }),
				world.signal,
			).finally(endSoFar);
			const diagnosis = diagnosisOf(context, loaded, world, times?.finishedAt);
			await world.stdout.write(
				options.flag('json')
					? toJson(diagnosis)
					: toText(diagnosis, titlesOf(titlesOfChecks(loaded.article))),
			);
			await saveAdvised(options.one('save-plan'), diagnosis, loaded.article, world);
			for (const warning of look.warnings) await world.stderr.write(`kbwizard: ${warning}\n`);
			return statusOfSeverity(diagnosis.severity);
		} finally {
			actor.stop();
			await composition.close();
		}
	},
};
