/** The wizard on a plan that somebody handed over: everything is looked at here first, and each step asks for consent. */
import { PlanError, readSavedPlan, stepsOf } from '../../report/read-saved-plan.ts';
import type { Invocation } from '../arguments.ts';
import { loadArticle } from '../article-argument.ts';
import { connectionOptions } from '../connection-options.ts';
import { ExpectedError, usageError } from '../errors.ts';
import { evidenceOf } from '../evidence-options.ts';
import { type ExitStatus, exitStatus } from '../exit-status.ts';
import { parametersOf } from '../fix-parameters.ts';
import { openSession } from '../open-session.ts';
import { mayAskPassword } from '../wanted-password.ts';
import { runWizardHere } from '../wizard-run.ts';
import type { World } from '../world.ts';

function understood<T>(read: () => T): T {
	try {
		return read();
	} catch (error) {
		if (!(error instanceof PlanError)) throw error;
		throw new ExpectedError(error.code, error.message, error.next, exitStatus.badData);
	}
}

/**
 * @param text of the file
 * @throws ExpectedError with status 65 for what is no plan of an article that is here
 */
export async function openPlan(text: string, invocation: Invocation, world: World): Promise<ExitStatus> {
	const { options } = invocation;
	const { terminal } = world;
	const { plan, edited } = understood(() => readSavedPlan(text));
	const loaded = await loadArticle(plan.article.id, world, options.many('trust'));
	const { article } = loaded;
	const steps = understood(() => stepsOf(plan, article));
	if (terminal === null || options.flag('json') || options.flag('no-input')) {
		throw usageError('a plan is followed in the wizard, which needs a terminal and somebody at it', [
			`look first: kbwizard check ${article.id} -h HOST -d DATABASE`,
			...steps.map(({ solution, parameters }) => {
				const values = Object.entries(parameters).map(([name, value]) => ` --set ${name}=${value}`);
				return `then: kbwizard fix ${article.id} ${solution}${values.join('')} -h HOST -d DATABASE --dry-run`;
			}),
		]);
	}
	const connection = await connectionOptions(invocation, world);
	const status = await runWizardHere(
		{
			loaded,
			connection,
			mayAskPassword: mayAskPassword(connection.settings, options, world),
			...(await evidenceOf(options)),
			parameters: {
				...Object.fromEntries(steps.flatMap(({ parameters }) => Object.entries(parameters))),
				...(await parametersOf(options, article.solutions)),
			},
			findings: [],
			plan: {
				advised: steps.map(({ solution }) => solution),
				followed: { by: plan.by, madeAt: plan.madeAt, notes: plan.notes, edited },
			},
			openJournal: async () => {
				const journal = await openSession(article, world);
				await journal.append({
					kind: 'note',
					text: `follows the plan that ${plan.by} made at ${plan.madeAt}`,
				});
				return journal;
			},
			terminal,
		},
		world,
	);
	await world.stderr.write(
		'the result for whoever sent the plan: kbwizard report --format json --output FILE (kbwizard open FILE reads it)\n',
	);
	return status;
}
