import type { Solution } from '../../article/article.ts';
import { gap, prose, text } from '../block.ts';
import { type Page, page } from '../page.ts';
import { faint, strong } from '../span.ts';
import { titleOf } from '../words.ts';

/** One thing that a person does. */
export function stepPage(solution: Solution, step: string): Page {
	const at = solution.steps.findIndex(({ id }) => id === step);
	const node = solution.steps[at];
	const many = solution.steps.length > 1;
	const source = node?.prose.trim() === '' || node === undefined ? solution.prose : node.prose;
	return page(titleOf([solution], solution.id), {
		blocks: [
			...(many
				? [
						text(
							strong(`Step ${at + 1} of ${solution.steps.length}`),
							faint(`  ${titleOf(solution.steps, step)}`),
						),
						gap,
					]
				: []),
			...prose(source),
			gap,
			text(faint('This tool changes nothing here: d when you have done it, n when it did not help.')),
		],
	});
}
