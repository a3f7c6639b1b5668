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
		{ label: 'State', text: stateInBrief(diagnosis, changes.at(-1)) },
		{ label: 'Where', text: serverInWords(diagnosis) },
		{ label: 'Cause', text: causeInBrief(diagnosis) },
		{ label: 'Done', text: doneInBrief(changes, diagnosis) },
		{ label: 'Next', text: nextInBrief(diagnosis) },
	];
}

/** As it was found; where a change has held since, as it is now, and what it was before. */
function stateInBrief(diagnosis: Diagnosis, last: Change | undefined): string {
	const finding = decidingFinding(diagnosis);
	const found = `${monitoringState(diagnosis.severity)} – ${finding === null ? 'nothing could be determined' : inOneLine(finding)}`;
	if (last?.verified?.held !== true || last.undone !== null) return found;
	return `${monitoringState(last.verified.severity)} – ${last.verified.text}; before the change ${found}`;
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
		...(verified === null || verified.held ? [] : [verified.text]),
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
