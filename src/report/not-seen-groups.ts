/** What could not be seen, by the reason: one missing log keeps eight checks from their answer. */
import type { NotSeen } from '../machine/finding.ts';

export type NotSeenGroup = {
	readonly why: string;
	/** What would have to be granted to see more; null: nothing would. */
	readonly grant: string | null;
	readonly checks: readonly NotSeen['check'][];
};

/** In the order in which the reasons first occur. */
export function groupNotSeen(notSeen: readonly NotSeen[]): readonly NotSeenGroup[] {
	const groups = new Map<string, NotSeenGroup>();
	for (const { check, why, grant } of notSeen) {
		const key = JSON.stringify([why, grant]);
		groups.set(key, { why, grant, checks: [...(groups.get(key)?.checks ?? []), check] });
	}
	return [...groups.values()];
}
