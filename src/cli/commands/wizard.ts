import { isGuided } from '../../machine/guided.ts';
import { loadArticle } from '../article-argument.ts';
import type { Command } from '../command.ts';
import { asksToConnect, connectionOptions } from '../connection-options.ts';
import { usageError } from '../errors.ts';
import { evidenceOf } from '../evidence-options.ts';
import { parametersOf } from '../fix-parameters.ts';
import { mayAskPassword } from '../wanted-password.ts';
import { loadScreens, runWizardHere } from '../wizard-run.ts';

export const wizard: Command = {
	async run(invocation, world) {
		const { options, positionals } = invocation;
		const { terminal } = world;
		const loading = loadArticle(positionals.ARTICLE?.[0] ?? null, world, options.many('trust'));
		// While the files are read; why they could not be loaded is said where they are needed.
		if (terminal !== null) loadScreens().catch(() => {});
		const loaded = await loading;
		const { article } = loaded;
		if (terminal === null || options.flag('json') || options.flag('no-input')) {
			const why = terminal === null ? ', and there is none' : ' and somebody at it';
			throw usageError(`the wizard needs a terminal${why}`, [
				`without one: kbwizard check ${article.id}`,
				`then: kbwizard fix ${article.id} SOLUTION --dry-run`,
			]);
		}
		const parameters = await parametersOf(options, article.solutions);
		const connection = await connectionOptions(invocation, world);
		return runWizardHere(
			{
				loaded,
				connection,
				// A published article is about no server that it could look at.
				isServerNamed: !isGuided(article) && asksToConnect(invocation),
				// Of a published article nothing connects.
				mayAskPassword: !isGuided(article) && mayAskPassword(connection.settings, options, world),
				...(await evidenceOf(options)),
				parameters,
				findings: [],
				savePlan: options.one('save-plan'),
				// Not before it is asked for: what hashes and locks takes long to load.
				openJournal: async () => (await import('../open-session.ts')).openSession(article, world),
				terminal,
			},
			world,
		);
	},
};
