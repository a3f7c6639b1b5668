/** Fences that stand in the databases themselves, whose session is somebody else's or whose journal is lost. */
import type { RecordedFence } from '../fixes/fence.ts';
import type { Fixer } from '../fixes/fixer.ts';
import type { Undone } from '../machine/ports.ts';
import type { World } from './world.ts';

/** So long after it was raised its own session may be at work behind it, and its guardian is quicker than a person. */
const atWorkMs = 30_000;

export const inWordsOf = ({ database, session, at }: RecordedFence): string =>
	`the fence of database ${database}, raised by session ${session} at ${at}`;

/** Why a fence is left for now; null: nobody can be at work behind it any more. */
function whyLeft({ at }: RecordedFence, now: Date): string | null {
	const age = now.getTime() - Date.parse(at);
	// The other machine's clock may be ahead of ours.
	if (!(Math.abs(age) < atWorkMs)) return null;
	return `its session may be at work behind it, or its guardian about to lift it: try again in ${atWorkMs / 1000} s`;
}

/** Lifts them, each noted in the journal; those that somebody may be at work behind are left, and said. */
export async function liftRecorded(
	fixer: Fixer,
	fences: readonly RecordedFence[],
	world: World,
): Promise<Pick<Undone, 'undone' | 'skipped'>> {
	const undone: string[] = [];
	const skipped: { what: string; why: string }[] = [];
	for (const fence of fences) {
		const why = whyLeft(fence, world.now());
		if (why !== null) {
			skipped.push({ what: inWordsOf(fence), why });
			continue;
		}
		const lifted = await fixer.liftFence(fence);
		undone.push(...lifted.undone);
		skipped.push(...lifted.skipped);
	}
	return { undone, skipped };
}
