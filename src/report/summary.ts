/** Five lines for whoever has no time: they stand at the top of every report. */
import type { Diagnosis } from './diagnosis.ts';
import type { Change, SummaryLine } from './report.ts';
import { decidingFinding, inOneLine, monitoringState } from './status-line.ts';
import { serverInWords } from './words.ts';

export type SummaryInput = {
	readonly diagnosis: Diagnosis;
	readonly changes: readonly Change[];
};

/** Plain text, each on one line. */
export function summaryOf({ diagnosis, changes }: SummaryInput): readonly SummaryLine[] {
	return [
		{ label: 'State', text: `${monitoringState(diagnosis.severity)} – ${stateInBrief(diagnosis)}` },
		{ label: 'Where', text: serverInWords(diagnosis.server) },
		{ label: 'Cause', text: causeInBrief(diagnosis) },
		{ label: 'Done', text: doneInBrief(changes, diagnosis) },
		{ label: 'Next', text: nextInBrief(diagnosis) },
	];
}

function stateInBrief(diagnosis: Diagnosis): string {
	const finding = decidingFinding(diagnosis);
	return finding === null ? 'nothing could be determined' : inOneLine(finding);
}

function causeInBrief({ causes }: Diagnosis): string {
	const [cause, second] = causes;
	if (cause === undefined) return 'none was found';
	const beside = second?.standing === 'proved' ? `; beside it: ${second.title} (${second.standing})` : '';
	return `${cause.title} (${cause.standing})${beside}`;
}

/** The latest change, what came of it, and whether the trouble may come back. */
function doneInBrief(changes: readonly Change[], { solutions }: Diagnosis): string {
	const last = changes.at(-1);
	if (last === undefined) return 'nothing was changed';
	const { title, outcome, solution, verified } = last;
	const relief = solutions.some(({ id, relief }) => id === solution && relief);
	return [
		`${title}: ${outcome}`,
		...(verified === null ? [] : [verified.text]),
		...(relief ? ['a relief: the cause is still there'] : []),
		...(changes.length > 1
			? [`${changes.length - 1} more ${changes.length === 2 ? 'change' : 'changes'} before it`]
			: []),
	].join('; ');
}

function nextInBrief({ solutions }: Diagnosis): string {
	const next = solutions.find(({ available, relief }) => available && !relief) ?? solutions[0];
	return next === undefined ? 'nothing is advised' : next.title;
}
