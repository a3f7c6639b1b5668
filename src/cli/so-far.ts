/** One line on a terminal that says what is known already, while the rest is looked at; it leaves nothing behind. */
import type { Article } from '../article/article.ts';
import { cleanText } from '../evidence/untrusted.ts';
import type { WizardContext } from '../machine/context.ts';
import type { WizardActor } from '../machine/run.ts';
import type { Diagnosis } from '../report/diagnosis.ts';
import { decidingFinding, inOneLine, monitoringState } from '../report/status-line.ts';
import { eraseLine } from './erase-line.ts';
import type { World } from './world.ts';

/** Columns that every terminal has, but for the last, which some fill by going to the next line. */
const columns = 79;

/** `CRITICAL so far: 97 of 97 slots are taken (looking: Are idle sessions growing?)` */
function lineOf(diagnosis: Diagnosis, title: string): string {
	const finding = decidingFinding(diagnosis);
	const known =
		finding === null ? '' : `${monitoringState(diagnosis.severity)} so far: ${inOneLine(finding)} `;
	return cleanText(`${known}(looking: ${title})`);
}

/** Shows that in place of what stands on the line, cut to its width; empty: takes it away. */
export async function showOnLine({ stderr }: Pick<World, 'stderr'>, text: string): Promise<void> {
	const shown = text.length <= columns ? text : `${text.slice(0, columns - 1)}…`;
	await stderr.write(`${eraseLine}${shown}`);
}

/**
 * @param diagnosisSoFar what the machine's knowledge amounts to
 * @returns to be called when the diagnosis has ended: takes the line away
 */
export function showSoFar(
	actor: WizardActor,
	{ checks }: Article,
	diagnosisSoFar: (context: WizardContext) => Diagnosis,
	world: Pick<World, 'stderr' | 'redraws'>,
): () => Promise<void> {
	if (!world.redraws) return async () => undefined;
	let shown = '';
	const subscription = actor.subscribe(({ context }) => {
		const check = checks.find(({ id }) => id === context.trail.at(-1));
		if (check === undefined) return;
		const line = lineOf(diagnosisSoFar(context), check.title);
		if (line === shown) return;
		shown = line;
		void showOnLine(world, line);
	});
	return async () => {
		subscription.unsubscribe();
		if (shown !== '') await showOnLine(world, '');
	};
}
