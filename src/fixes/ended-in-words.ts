import type { Done, PlanRow } from '../machine/ports.ts';
import { counted } from './in-words.ts';

/** One line for each way that sessions ended. */
export function doneOf(verb: 'end' | 'cancel', rows: readonly PlanRow[]): readonly Done[] {
	const of = (status: PlanRow['status'], as: Done['status']): readonly Done[] => {
		const some = rows.filter((row) => row.status === status);
		if (some.length === 0) return [];
		const why = status === 'ended' ? null : [...new Set(some.map((row) => row.why ?? ''))].join('; ');
		return [{ what: `${verb} ${counted(some.length)}`, status: as, why }];
	};
	return [
		...of('ended', 'done'),
		...of('gone', 'skipped'),
		...of('spared', 'skipped'),
		...of('refused', 'failed'),
	];
}
