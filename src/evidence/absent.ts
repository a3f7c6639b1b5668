import type { Observation } from '../machine/ports.ts';

/**
 * There is nothing to look at, so the person may be asked.
 * @param why as the end of a sentence; what to give, where something could be given
 * @param grant what would show it; null: no right does
 */
export function absent(
	why: string,
	grant: string | null = null,
): Extract<Observation, { readonly kind: 'absent' }> {
	return { kind: 'absent', why, grant };
}
