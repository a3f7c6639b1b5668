/** Who does a step, and so how a solution is walked. */
import type { Solution, Step } from './article.ts';
import { effects } from './effects.ts';

/** How the command line names one step of a solution (`--set step=ID`): no parameter may be called so. */
export const stepName = 'step';

/** Whether the tool itself does something: a person's `step` is none of its effects. */
export function isToolStep({ applies }: Pick<Step, 'applies'>): boolean {
	return applies.some(({ language }) => language !== 'step');
}

/** Whether it is about processes of the server's own host: it is for when no session can be had. */
export function isAboutProcesses({ previews }: Pick<Step, 'previews'>): boolean {
	return previews.some(({ language }) => language === 'processes');
}

/** Whether the tool does something on the server: files and processes of its own machine are reached without a session. */
export function needsSession(step: Pick<Step, 'applies' | 'previews'>): boolean {
	if (isAboutProcesses(step)) return false;
	return step.applies.some(({ language }) => language !== 'step' && effects[language]?.onHost !== true);
}

/** Whether it needs no check: each of its effects has looked itself whether it came through. */
export function provesItself({ applies }: Pick<Step, 'applies'>): boolean {
	return applies.length > 0 && applies.every(({ language }) => effects[language]?.provesItself === true);
}

/** Whether a person does it by what the tool spells out: commands with the values filled in, for another machine. */
export function isSpelledOut(step: Pick<Step, 'applies'>): boolean {
	return isToolStep(step) && step.applies.every(({ language }) => effects[language]?.spelledOut === true);
}

/** All of it by the tool, as one plan; else step by step, because a person has a part in it. */
export function howDone(steps: readonly Step[]): Solution['how'] {
	return steps.length > 0 && steps.every(isToolStep) ? 'applied' : 'guided';
}

/** Walked step by step, and some of the steps are the tool's: each of those has a plan, a consent and a proof of its own. */
export function isStepwise({ how, steps }: Pick<Solution, 'how' | 'steps'>): boolean {
	return how === 'guided' && steps.some(isToolStep);
}
