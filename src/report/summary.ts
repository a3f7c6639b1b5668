/** Five lines for whoever has no time: they stand at the top of every report. */
import type { Diagnosis } from './diagnosis.ts';
import { heldProof } from './held-change.ts';
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
		{ label: 'State', text: stateInBrief(diagnosis, changes) },
		{ label: 'Where', text: placeInBrief(diagnosis) },
		{ label: 'Cause', text: causeInBrief(diagnosis) },
		{ label: 'Done', text: doneInBrief(changes, diagnosis) },
		{ label: 'Next', text: nextInBrief(diagnosis, changes) },
	];
}

/** Where it is, for a reader to whom roles and slots mean nothing. */
function placeInBrief({ server, source }: Diagnosis): string {
	if (server === null) return serverInWords({ server, source });
	const slot = server.slot === null ? null : 'ordinary';
	return serverInWords({ source, server: { ...server, user: null, provider: 'unknown', slot } });
}

/** As it was found; where a change has held since, as it is now, and what it was before. */
function stateInBrief(diagnosis: Diagnosis, changes: readonly Change[]): string {
	const finding = decidingFinding(diagnosis);
	const found = `${monitoringState(diagnosis.severity)} – ${finding === null ? 'nothing could be determined' : inOneLine(finding)}`;
	const proof = heldProof(changes);
	if (proof !== null) return `${monitoringState(proof.severity)} – ${proof.text}; before the change ${found}`;
	const last = changes.at(-1);
	return last?.helped === false && last.undone === null
		? `${found}; what was done since did not help, as a person said`
		: found;
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
	const { title, outcome, solution, verified, undone } = last;
	const relief = solutions.some(({ id, relief }) => id === solution && relief);
	return [
		`${title}: ${outcome}`,
		...(verified === null || verified.held ? [] : [verified.text]),
		...(undone === null ? [] : ['taken back since']),
		...(relief ? ['a relief: the cause is still there'] : []),
		...(changes.length > 1
			? [`${changes.length - 1} more ${changes.length === 2 ? 'change' : 'changes'} before it`]
			: []),
	].join('; ');
}

/** What was not tried yet: a cure before a relief, what can be done from here before what cannot. */
function nextInBrief({ solutions }: Diagnosis, changes: readonly Change[]): string {
	const cures = new Set(solutions.filter(({ relief }) => !relief).map(({ id }) => id));
	const last = changes.at(-1);
	if (last !== undefined && cures.has(last.solution) && isGood(last)) return 'see whether it lasts';
	const tried = new Set(changes.map(({ solution }) => solution));
	const left = solutions.filter(({ id }) => !tried.has(id));
	const next = left.find(({ available, relief }) => available && !relief) ?? left[0];
	if (next !== undefined)
		return next.available ? next.title : `${next.title}, which cannot be done from here`;
	return solutions.length === 0 ? 'nothing is advised' : 'ask for help: all that is advised was tried';
}

/** It was measured to hold, or a person said that it helped, and it stands. */
function isGood(change: Change): boolean {
	return (
		heldProof([change]) !== null ||
		(change.undone === null && change.verified === null && change.helped === true)
	);
}
