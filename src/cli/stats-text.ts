/** What a site had, for a terminal. */
import { cleanText } from '../evidence/untrusted.ts';
import type { CauseStats, SessionStats, SolutionStats } from '../report/session-stats.ts';
import { count, elapsed } from '../report/words.ts';
import { inColumns } from './columns.ts';
import { clockIn, zoneInWords } from './local-time.ts';

type Clock = (at: string) => string;

const dayOf = (clock: Clock, at: string): string => clock(at).slice(0, '2026-11-22'.length);
const shown = (title: string): string => cleanText(title, { max: 200 });

function causeTable(causes: readonly CauseStats[], clock: Clock): readonly string[] {
	return inColumns(
		[
			['Causes', 'first', 'proved', 'seen', 'first time', 'last time'],
			...causes.map(({ title, first, proved, stood, firstAt, lastAt }) => [
				shown(title),
				String(first),
				String(proved),
				String(stood),
				dayOf(clock, firstAt),
				dayOf(clock, lastAt),
			]),
		],
		{ gives: 0, right: [1, 2, 3] },
	);
}

/** How long it took, as `report/words.ts` says a time. */
const took = (ms: number): string => elapsed(new Date(0).toISOString(), new Date(ms).toISOString());

function solutionTable(solutions: readonly SolutionStats[]): readonly string[] {
	return inColumns(
		[
			['Solutions', 'tried', 'held', 'not', 'helped', 'undone', 'held after'],
			...solutions.map(({ title, tried, held, didNotHold, helped, undone, heldAfterMs }) => [
				shown(title),
				String(tried),
				String(held),
				String(didNotHold),
				String(helped),
				String(undone),
				heldAfterMs === null ? '-' : took(heldAfterMs.median),
			]),
		],
		{ gives: 0, right: [1, 2, 3, 4, 5] },
	);
}

function solutionTimes(solutions: readonly SolutionStats[], clock: Clock): readonly string[] {
	return inColumns(
		[
			['', 'first time', 'last time'],
			...solutions.map(({ title, firstAt, lastAt }) => [shown(title), clock(firstAt), clock(lastAt)]),
		],
		{ gives: 0 },
	);
}

export function statsToText(stats: SessionStats, timeZone: string): string {
	const clock = clockIn(timeZone);
	const { sessions, since, withoutCause, causes, solutions } = stats;
	return `${[
		`${count(sessions, 'session')}${since === null ? '' : ` since ${clock(since)}`}. ${zoneInWords(timeZone)}`,
		...(withoutCause === 0 ? [] : [`Of ${count(withoutCause, 'session')} no cause is known.`]),
		'',
		...(causes.length === 0 ? ['No cause was found so far.'] : causeTable(causes, clock)),
		'',
		...(solutions.length === 0
			? ['No solution was tried so far.']
			: [
					...solutionTable(solutions),
					'',
					'held, not: as it was measured. helped: as a person said. held after: the median.',
					'',
					...solutionTimes(solutions, clock),
				]),
	].join('\n')}\n`;
}
