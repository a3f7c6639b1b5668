import { nearestName } from '../nearest-name.ts';
import type { Slug } from './article.ts';
import type { AnchorKind, Outline } from './outline.ts';
import type { Report } from './problems.ts';

/** What the compiler's parts share while they read one article. */
export type CompileContext = {
	readonly outline: Outline;
	readonly report: Report;
};

/** What an anchor leads to; null: nothing, which has been reported with the nearest heading. */
export function followAnchor(
	{ outline, report }: CompileContext,
	anchor: Slug,
	line: number,
	wanted: readonly AnchorKind[],
): AnchorKind | null {
	const kind = outline.anchors.get(anchor);
	if (kind !== undefined) return kind;
	const candidates = [...outline.anchors].filter(([, each]) => wanted.includes(each)).map(([slug]) => slug);
	report({
		line,
		rule: 'dead-link',
		message: `no heading has the anchor #${anchor}`,
		expected: `the anchor of a ${wanted.join(' or a ')}`,
		nearest: withHash(nearestName(anchor, candidates)),
	});
	return null;
}

export function withHash(slug: Slug | null): string | null {
	return slug === null ? null : `#${slug}`;
}
