import type { Article, Solution } from '../../article/article.ts';
import { isStepwise, isToolStep, stepName } from '../../article/step-kind.ts';
import { type Consent, diagnose, driveFix, type FixEnd } from '../../machine/drive.ts';
import { known } from '../../machine/known.ts';
import { createWizardActor, type WizardActor } from '../../machine/run.ts';
import { nearestName } from '../../nearest-name.ts';
import { fixToText } from '../../report/fix-text.ts';
import { toJson } from '../../report/json.ts';
import type { ClosedEntry } from '../../session/record.ts';
import type { OptionValues } from '../arguments.ts';
import { loadArticle } from '../article-argument.ts';
import { closeSession } from '../close-session.ts';
import type { Command } from '../command.ts';
import { compose } from '../compose.ts';
import { concludedCauses } from '../concluded-causes.ts';
import { connectionOptions } from '../connection-options.ts';
import { usageError } from '../errors.ts';
import { answersOf, evidenceOf } from '../evidence-options.ts';
import { exitStatus } from '../exit-status.ts';
import { fixEnding, missingConsent } from '../fix-ending.ts';
import { parametersOf, stepOf } from '../fix-parameters.ts';
import { openSession } from '../open-session.ts';
import { slowChecks } from '../slow-checks.ts';
import { untilCancelled } from '../until-cancelled.ts';

const headlessWaitMs = 0;

function solutionOf(article: Article, word: string): Solution {
	const found = article.solutions.find(({ id }) => id === word.toLowerCase());
	if (found !== undefined) return found;
	const ids = article.solutions.map(({ id }) => id);
	const nearest = nearestName(word, ids);
	throw usageError(`${article.id} has no solution "${word}"`, [
		...(nearest === null ? [] : [`did you mean: ${nearest}`]),
		`its solutions: ${ids.join(', ')}`,
	]);
}

/** What was agreed to beforehand; null: nothing, so there is only a plan to show. */
function consentOf(options: OptionValues): Consent | null {
	if (options.flag('dry-run')) return { kind: 'dry run' };
	const typed = options.one('confirm');
	if (typed !== null) return { kind: 'typed', text: typed };
	return options.flag('yes') ? { kind: 'yes' } : null;
}

/** What was begun is carried to its end in order: the fence is lifted, only the watching is cut short. */
async function inOrder(actor: WizardActor, work: Promise<FixEnd>, signal: AbortSignal): Promise<FixEnd> {
	const skip = () => actor.send({ type: 'skip' });
	signal.addEventListener('abort', skip, { once: true });
	// It may have been applying when the signal came: then the watching that follows is skipped.
	const { unsubscribe } = actor.subscribe((snapshot) => {
		if (signal.aborted && snapshot.can({ type: 'skip' })) queueMicrotask(skip);
	});
	try {
		return await work;
	} finally {
		unsubscribe();
		signal.removeEventListener('abort', skip);
	}
}

export const fix: Command = {
	async run(invocation, world) {
		const { options, positionals } = invocation;
		const loaded = await loadArticle(positionals.ARTICLE?.[0] ?? null, world, options.many('trust'));
		const { article } = loaded;
		const solution = solutionOf(article, positionals.SOLUTION?.[0] ?? '');
		const step = stepOf(options, solution);
		const parameters = await parametersOf(options, [solution], isStepwise(solution) ? [stepName] : []);
		const answers = answersOf(options, article);
		const evidence = await evidenceOf(options);
		const connection = await connectionOptions(invocation, world);
		const consent = consentOf(options);
		const applies = step === null ? solution.how === 'applied' : isToolStep(step);
		const willApply = consent !== null && consent.kind !== 'dry run' && applies;
		const journal = willApply ? await openSession(article, world) : null;
		const composition = compose({
			loaded,
			connection,
			...evidence,
			journal,
			waitMs: headlessWaitMs,
			world,
		});
		let outcome: ClosedEntry['outcome'] = 'failed';
		const startedAt = world.now().toISOString();
		const actor = createWizardActor(article, composition.ports, {
			startedAt,
			parameters,
			leaveOut: slowChecks(article),
		});
		try {
			actor.start();
			await untilCancelled(
				diagnose(actor, {
					answers,
					answeredBy: world.user,
					waitForSlot: (connection.waitMs ?? headlessWaitMs) > 0,
					now: () => world.now().toISOString(),
				}),
				world.signal,
			);
			const end = await inOrder(
				actor,
				driveFix(actor, solution.id, consent ?? { kind: 'dry run' }, step?.id ?? null),
				world.signal,
			);
			const ending = fixEnding(end, { article: article.id, solution, step }, journal?.session ?? null);
			if (consent === null && end.kind === 'planned') {
				if (!options.flag('json')) await world.stderr.write(fixToText(ending.document, ending.headline));
				throw missingConsent(ending.document.plan?.confirm ?? null);
			}
			await world.stdout.write(
				options.flag('json') ? toJson(ending.document) : fixToText(ending.document, ending.headline),
			);
			outcome = ending.status === exitStatus.done ? 'solved' : 'not solved';
			world.signal.throwIfAborted();
			return ending.status;
		} finally {
			actor.stop();
			await composition.close();
			if (journal !== null) {
				const { context } = actor.getSnapshot();
				const end = {
					outcome: world.signal.aborted ? 'interrupted' : outcome,
					severity: context.findings.length === 0 ? null : known(context).severity,
					...concludedCauses(context),
				} as const;
				await closeSession(journal, end, composition.journalProblem, world);
			}
		}
	},
};
