/** What a change moved: the facts of its proof that are not what they were. */
import { qualifiedName } from '../machine/facts.ts';
import type { FactValue } from '../machine/ports.ts';
import type { BeforeAfter, Change, ChangeProof } from './report.ts';

export type ChangedFact = { readonly name: string; readonly before: FactValue; readonly after: FactValue };

/** Facts of the proof that differ from what they were; all else that was known before belongs to other checks. */
export function changedFacts({ check, before, after }: ChangeProof): readonly ChangedFact[] {
	return Object.entries(after).flatMap(([name, now]) => {
		const was = before[qualifiedName(check, name)] ?? before[name];
		return name === 'verdict' || was === undefined || was === now ? [] : [{ name, before: was, after: now }];
	});
}

/** Those that are numbers, of every change that was measured. */
export function numbersBeforeAndAfter(changes: readonly Change[]): readonly BeforeAfter[] {
	return changes.flatMap(({ title, verified }) =>
		(verified === null ? [] : changedFacts(verified)).flatMap(({ name, before, after }) =>
			typeof before === 'number' && typeof after === 'number' ? [{ change: title, name, before, after }] : [],
		),
	);
}
