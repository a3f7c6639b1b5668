/** SESSION on the command line: a name, or the latest. */
import { nearestName } from '../nearest-name.ts';
import type { SessionSummary } from '../session/list-sessions.ts';
import { usageError } from './errors.ts';

/**
 * @param word as given; null: the latest
 * @param sessions the newest first
 * @throws ExpectedError with status 64
 */
export function chosenSession(word: string | null, sessions: readonly SessionSummary[]): SessionSummary {
	if (word === null) {
		const [latest] = sessions;
		if (latest === undefined)
			throw usageError('there is no session yet', ['begin one: kbwizard lab, or kbwizard KB008 SERVER']);
		return latest;
	}
	const found = sessions.filter(({ session }) => session === word || session.endsWith(`-${word}`));
	const [first, ...others] = found;
	if (first !== undefined && others.length === 0) return first;
	if (first !== undefined)
		throw usageError(
			`"${word}" is the end of several sessions' names`,
			found.map(({ session }) => session),
		);
	const nearest = nearestName(
		word,
		sessions.map(({ session }) => session),
	);
	throw usageError(`there is no session "${word}"`, [
		...(nearest === null ? [] : [`did you mean: ${nearest}`]),
		'kbwizard sessions lists them',
	]);
}
