import { isGuided } from '../../machine/guided.ts';
import { type Block, text } from '../block.ts';
import type { Scene } from '../scene.ts';
import { faint, plain, severitySpans, strong } from '../span.ts';
import { causeTitle, counted } from '../words.ts';

/**
 * The first cause as far as it is known, for whoever is asked one thing after the other: enough may be known already.
 * Nothing where the tool looks itself, or while nothing points anywhere.
 */
export function soFarBlocks({ snapshot, looks, known }: Scene): readonly Block[] {
	const { article, asksOnly } = snapshot.context;
	// What a published article asks speaks for each of its causes alike.
	if (!asksOnly || isGuided(article)) return [];
	const { causes } = known();
	const [first, ...others] = causes;
	if (first === undefined) return [];
	const proved = first.standing === 'proved';
	return [
		text(
			faint('So far: '),
			...severitySpans(proved ? 'critical' : 'warning', looks.glyphs, first.standing),
			plain('  '),
			strong(causeTitle(article, first.id)),
			faint(others.length === 0 ? '' : `, and ${counted(others.length, 'other cause')}`),
		),
	];
}
