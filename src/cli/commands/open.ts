import { readFile, stat } from 'node:fs/promises';
import { looksLikePlan } from '../../report/read-saved-plan.ts';
import type { Command } from '../command.ts';
import { usageError } from '../errors.ts';
import { evidenceOf } from '../evidence-options.ts';
import { parametersOf } from '../fix-parameters.ts';
import { openFile } from '../opened/open-file.ts';
import { refuseServer } from '../opened/refuse-server.ts';
import { loadScreens, runWizardHere } from '../wizard-run.ts';

/** Larger than any plan. */
const longestPlan = 4_000_000;

/** The text of a plan that somebody handed over; null: the file is something else, or cannot be read. */
async function planIn(path: string): Promise<string | null> {
	const found = await stat(path).catch(() => null);
	if (found === null || !found.isFile() || found.size > longestPlan) return null;
	const text = await readFile(path, 'utf8').catch(() => '');
	return looksLikePlan(text) ? text : null;
}

export const open: Command = {
	async run(invocation, world) {
		const { options, positionals } = invocation;
		const { terminal } = world;
		const path = positionals.PATH?.[0] ?? '';
		const plan = await planIn(path);
		if (plan !== null) return (await import('../opened/open-plan.ts')).openPlan(plan, invocation, world);
		refuseServer(invocation);
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
				savePlan: options.one('save-plan'),
				openJournal: async () => (await import('../open-session.ts')).openSession(article, world),
				terminal,
			},
			world,
		);
	},
};
