import { diagnose } from '../../machine/drive.ts';
import { isGuided } from '../../machine/guided.ts';
import { createWizardActor } from '../../machine/run.ts';
import { toJson } from '../../report/json.ts';
import { titlesOfChecks } from '../../report/session-report.ts';
import { toText } from '../../report/text.ts';
import { titlesOf } from '../../report/words.ts';
import { loadArticle } from '../article-argument.ts';
import type { Command } from '../command.ts';
import { compose } from '../compose.ts';
import { connectionOptions, isServerNamed } from '../connection-options.ts';
import { diagnosisOf } from '../diagnosis-of.ts';
import { answersOf, evidenceOf } from '../evidence-options.ts';
import { statusOfSeverity } from '../exit-status.ts';
import { showOnLine, showSoFar } from '../so-far.ts';
import { untilCancelled } from '../until-cancelled.ts';

/** Nobody is there to stop it: without `--wait` it never waits. */
const headlessWaitMs = 0;

export const check: Command = {
	async run(invocation, world) {
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
			...(world.redraws ? { onProgress: (text) => void showOnLine(world, text) } : {}),
		});
		const actor = createWizardActor(loaded.article, composition.ports, {
			startedAt: world.now().toISOString(),
			asksOnly,
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
				diagnose(actor, {
					answers,
					answeredBy: world.user,
					waitForSlot: (connection.waitMs ?? headlessWaitMs) > 0,
					now: () => world.now().toISOString(),
				}),
				world.signal,
			).finally(endSoFar);
			const diagnosis = diagnosisOf(context, loaded, world);
			await world.stdout.write(
				options.flag('json')
					? toJson(diagnosis)
					: toText(diagnosis, titlesOf(titlesOfChecks(loaded.article))),
			);
			if (asksOnly && !isGuided(loaded.article)) {
				await world.stderr.write(
					'kbwizard: no server was named, so none was connected to: what counts is what was answered or given (-h HOST looks, too)\n',
				);
			}
			for (const warning of connection.settings.warnings) await world.stderr.write(`kbwizard: ${warning}\n`);
			return statusOfSeverity(diagnosis.severity);
		} finally {
			actor.stop();
			await composition.close();
		}
	},
};
