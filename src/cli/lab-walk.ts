/** The lab without a terminal: the diagnosis, the relief that it offers, the proof, the report. */
import type { Slug } from '../article/article.ts';
import { diagnose, driveFix, type FixEnd } from '../machine/drive.ts';
import { known } from '../machine/known.ts';
import { currentPlan } from '../machine/plans.ts';
import { createWizardActor, type WizardActor } from '../machine/run.ts';
import { screenOf } from '../machine/screen.ts';
import { fixToText } from '../report/fix-text.ts';
import { toJson } from '../report/json.ts';
import { toMarkdown } from '../report/markdown.ts';
import { titlesOfChecks } from '../report/session-report.ts';
import { toText } from '../report/text.ts';
import { titlesOf } from '../report/words.ts';
import type { Journal } from '../session/journal.ts';
import { compose } from './compose.ts';
import { concludedCauses } from './concluded-causes.ts';
import type { ConnectionOptions } from './connection-options.ts';
import { diagnosisOf } from './diagnosis-of.ts';
import { type ExitStatus, exitStatus, statusOfSeverity } from './exit-status.ts';
import { type FixEnding, fixEnding } from './fix-ending.ts';
import { reportOf } from './report-of-session.ts';
import { untilCancelled } from './until-cancelled.ts';
import type { WizardRun } from './wizard-run.ts';
import type { World } from './world.ts';

export type LabWalk = Pick<WizardRun, 'loaded' | 'logs' | 'configs' | 'maxRows'> & {
	readonly connection: ConnectionOptions;
	readonly journal: Journal;
};

/** The plan first, then the same once more with the consent that it wants. */
async function consentedFix(actor: WizardActor, solution: Slug): Promise<FixEnd> {
	const end = await driveFix(actor, solution, { kind: 'dry run' });
	if (end.kind !== 'planned') return end;
	const typed = currentPlan(end.snapshot.context)?.confirm ?? null;
	backToCauses(actor);
	return driveFix(actor, solution, typed === null ? { kind: 'yes' } : { kind: 'typed', text: typed });
}

/** From wherever a solution was left, step by step. */
function backToCauses(actor: WizardActor): void {
	while (screenOf(actor.getSnapshot()).name !== 'causes' && actor.getSnapshot().can({ type: 'back' })) {
		actor.send({ type: 'back' });
	}
}

/**
 * It consents in the person's place: the server is there to be practised on.
 * @returns the fix's status; the diagnosis's where there was nothing to apply
 */
export async function walkThrough(run: LabWalk, asJson: boolean, world: World): Promise<ExitStatus> {
	const { loaded, journal } = run;
	const { article } = loaded;
	const composition = compose({ ...run, waitMs: 0, world });
	const actor = createWizardActor(article, composition.ports, { startedAt: world.now().toISOString() });
	const say = (text: string) => (asJson ? world.stderr.write(text) : world.stdout.write(text));
	try {
		actor.start();
		const now = () => world.now().toISOString();
		const { context } = await untilCancelled(
			diagnose(actor, { answers: new Map(), answeredBy: world.user, waitForSlot: false, now }),
			world.signal,
		);
		const diagnosis = diagnosisOf(context, loaded, world);
		await say(toText(diagnosis, titlesOf(titlesOfChecks(article))));
		const reliefs = known(context).solutions.filter(
			({ available, how, relief }) => available && how === 'applied' && relief,
		);
		let ending: FixEnding | null = null;
		for (const { id } of reliefs) {
			const solution = article.solutions.find((candidate) => candidate.id === id);
			if (solution === undefined) continue;
			await say(`\n$ kbwizard fix ${article.id} ${id}\n`);
			ending = fixEnding(
				await consentedFix(actor, id),
				{ article: article.id, solution, step: null },
				journal.session,
			);
			await say(fixToText(ending.document, ending.headline));
			if (ending.status === exitStatus.done && ending.document.applied !== null) break;
			world.signal.throwIfAborted();
			backToCauses(actor);
		}
		await journal.append({
			kind: 'closed',
			outcome: ending?.status === exitStatus.done ? 'solved' : 'diagnosed',
			severity: diagnosis.severity,
			...concludedCauses(context),
		});
		const report = reportOf({ session: journal.session, records: journal.records, article }, world);
		await world.stdout.write(asJson ? toJson(report) : `\n${toMarkdown(report)}`);
		return ending?.status ?? statusOfSeverity(diagnosis.severity);
	} finally {
		actor.stop();
		await composition.close();
		journal.close();
	}
}
