import { plainInline } from '../../article/plain-text.ts';
import { plansInForce } from '../../machine/plans.ts';
import { type Block, item, text } from '../block.ts';
import { inlineSpans } from '../inline.ts';
import type { Scene } from '../scene.ts';
import { code, drawn, faint, plain, severitySpans, strong, toned } from '../span.ts';
import { partTitle, triedInWords } from '../words.ts';

/** The last words, which stay in the scrollback: what was found, done, is still in force, and where the report is. */
export function endedBlocks(scene: Scene): readonly Block[] {
	const { snapshot, looks } = scene;
	const known = scene.known();
	const { context } = snapshot;
	const { glyphs } = looks;
	const [cause] = known.causes;
	const inForce = plansInForce(context);
	return [
		text(
			strong(`${context.article.id} ended: `),
			...severitySpans(known.severity, glyphs),
			...(context.findings.length === 0 ? [faint(', nothing was looked at')] : []),
			...(cause === undefined ? [] : [`, ${cause.standing}: `, strong(plainInline(cause.title))]),
		),
		...context.tried.map((tried) =>
			item(
				[drawn(`${glyphs.bullet} `)],
				[
					...inlineSpans(partTitle(context.article, tried.solution, tried.step)),
					plain(`: ${triedInWords(tried)}`),
				],
			),
		),
		...inForce.flatMap(({ undoable }) =>
			undoable.map((what) =>
				item(
					[drawn(`${glyphs.warning} `, 'warning')],
					[
						toned('still in force: ', 'warning'),
						...inlineSpans(what),
						faint('; '),
						code('kbwizard undo'),
						faint(' takes it back'),
					],
				),
			),
		),
		text(faint('The report: '), code('kbwizard report')),
	];
}
