import { gap, text } from '../block.ts';
import { type Page, page } from '../page.ts';
import type { Scene } from '../scene.ts';
import { faint, severitySpans, strong } from '../span.ts';
import { titleOf } from '../words.ts';
import { doneBlocks, measured, type PartShown, sessionsBelow, undoHint } from './outcome.ts';

/** A step that is in place: how that is known, what was done for it, and what comes next. */
export function stepDonePage(scene: Scene, part: PartShown): Page {
	const { article, planned, verified, applied } = scene.snapshot.context;
	const { glyphs } = scene.looks;
	const steps = article.solutions.find(({ id }) => id === part.solution)?.steps ?? [];
	const at = steps.findIndex(({ id }) => id === part.step);
	const following = steps[at + 1];
	return page(part.title, {
		blocks: [
			text(
				...severitySpans(
					'ok',
					glyphs,
					`step ${at + 1} of ${steps.length} is ${verified === null ? 'done' : 'in place'}`,
				),
			),
			...(planned?.kind === 'nothing to do' ? [text(`There was nothing to do: ${planned.why}.`)] : []),
			gap,
			...(verified === null ? [] : measured(scene, verified)),
			...doneBlocks(scene, applied),
			gap,
			following === undefined
				? text('It was the last step. Next: whether the whole of it helped.')
				: text(faint('Next: '), strong(titleOf(steps, following.id))),
			...undoHint(scene, part),
			...sessionsBelow(applied),
		],
	});
}
