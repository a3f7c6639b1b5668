/** What is planned, applied and proved as one: a whole solution, or one step of it. */
import type { Slug, Solution, Step } from '../article/article.ts';
import type { PartScreen } from './screen.ts';

export type Part = {
	readonly solution: Solution;
	/** Null: all its steps, as one plan. */
	readonly step: Step | null;
	/** Where it is read, and begun anew: the name of a state beside the part's own. */
	readonly start: 'reading' | 'offered';
};

/** The part as its screens and its records name it. */
export function namesOf({ solution, step }: Part): { readonly solution: Slug; readonly step: Slug | null } {
	return { solution: solution.id, step: step?.id ?? null };
}

export function screenIn(part: Part, name: PartScreen['name']): { readonly screen: PartScreen } {
	return { screen: { name, ...namesOf(part) } };
}

/** What every state of a part can say: back, or enough for now. */
export function leaveTo(part: Part) {
	return { back: part.step === null ? '#causes' : part.start, finish: '#ended' } as const;
}

/** Where it goes on to from an end that is not a good one. */
export function afterFailure(part: Part): string {
	return part.step === null ? '#causes' : part.start;
}

/** Only what the tool changed can be taken back by it. */
export function undoOf(part: Part) {
	return {
		undo: { guard: { type: 'canUndo', params: namesOf(part) }, target: 'undoing' },
	} as const;
}
