import type { Command } from '../command.ts';
import { usageError } from '../errors.ts';
import { evidenceOf } from '../evidence-options.ts';
import { parametersOf } from '../fix-parameters.ts';
import { openFile } from '../opened/open-file.ts';
import { loadScreens, runWizardHere } from '../wizard-run.ts';

export const open: Command = {
	async run({ options, positionals }, world) {
		const { terminal } = world;
		const path = positionals.PATH?.[0] ?? '';
		if (terminal === null || options.flag('json') || options.flag('no-input')) {
			const why = terminal === null ? ', and there is none' : ' and somebody at it';
			throw usageError(`the wizard needs a terminal${why}`, [`without one: kbwizard check --bundle ${path}`]);
		}
		// While the file is read; why they could not be loaded is said where they are needed.
		loadScreens().catch(() => {});
		const opened = await openFile(path, { article: null, trust: options.many('trust') }, world);
		for (const warning of opened.warnings) await world.stderr.write(`kbwizard: ${warning}\n`);
		const { article } = opened.loaded;
		return runWizardHere(
			{
				loaded: opened.loaded,
				connection: null,
				opened,
				mayAskPassword: false,
				...(await evidenceOf(options)),
				parameters: await parametersOf(options, article.solutions),
				findings: opened.said,
				openJournal: async () => (await import('../open-session.ts')).openSession(article, world),
				terminal,
			},
			world,
		);
	},
};
