import type { Solution, Step } from '../../article/article.ts';
import { isSpelledOut, isToolStep } from '../../article/step-kind.ts';
import { type Block, gap, prose, text } from '../block.ts';
import { type Page, page } from '../page.ts';
import type { Scene } from '../scene.ts';
import { faint, strong } from '../span.ts';
import { checkTitle, titleOf } from '../words.ts';
import { undoHint } from './outcome.ts';

/** Who does it, and which keys say so. */
function whoDoesIt(scene: Scene, solution: Solution, step: Step): readonly Block[] {
	const { verify } = step;
	const { article } = scene.snapshot.context;
	const proved =
		verify === null
			? []
			: [text(faint(`Proved by: ${checkTitle(article, verify.check)} ${verify.verdicts.join(' or ')}`))];
	if (!isToolStep(step))
		return [
			...proved,
			text(faint('This tool changes nothing here: d when you have done it, n when it did not help.')),
		];
	const title = titleOf(solution.steps, step.id);
	return [
		...proved,
		isSpelledOut(step)
			? text(
					strong('You do it, and this tool spells it out. '),
					faint('Enter shows what exactly, with your values filled in; d when you have done it.'),
				)
			: text(
					strong('This tool can do it. '),
					faint(
						'Enter shows exactly what it would do, and changes nothing; d when you have done it yourself.',
					),
				),
		...undoHint(scene, { solution: solution.id, step: step.id, title }),
	];
}

/** One step of a solution: what it is about, and who does it. */
export function stepPage(scene: Scene, solution: Solution, step: string): Page {
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
			...(node === undefined ? [] : whoDoesIt(scene, solution, node)),
		],
	});
}
