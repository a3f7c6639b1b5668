import type { Risk, Severity } from '../../article/article.ts';
import type { Glyphs } from '../glyphs.ts';
import { drawn, type Span, toned } from '../span.ts';

const tones: Readonly<Record<Risk, Severity>> = { mild: 'ok', moderate: 'warning', severe: 'critical' };

export function riskSpans(risk: Risk, glyphs: Glyphs): readonly Span[] {
	const tone = tones[risk];
	return [drawn(`${glyphs[tone]} `, tone), toned(risk, tone)];
}
