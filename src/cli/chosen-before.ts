/** What was chosen for the solutions that a session walked step by step, so that another day goes on with it. */
import type { Article } from '../article/article.ts';
import { isStepwise } from '../article/step-kind.ts';
import type { ParameterValues } from '../machine/ports.ts';
import type { JournalRecord } from '../session/record.ts';

/**
 * Only of those: what was chosen for a fix that is done in one go, such as a session to end, may mean something else by
 * now. Secrets were never kept.
 */
export function chosenBefore(article: Article, records: readonly JournalRecord[]): ParameterValues {
	const kept = new Map(
		article.solutions
			.filter(isStepwise)
			.map(({ id, parameters }) => [
				id,
				new Set(
					parameters
						.filter(({ type }) => type.kind !== 'secret' && type.kind !== 'connection')
						.map(({ name }) => name),
				),
			]),
	);
	return Object.fromEntries(
		records
			.filter((record) => record.kind === 'plan')
			.flatMap(({ plan }) =>
				Object.entries(plan.parameters).filter(([name]) => kept.get(plan.solution)?.has(name) === true),
			),
	);
}
