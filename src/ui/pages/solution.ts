import type { Solution } from '../../article/article.ts';
import { whyUnavailable } from '../../machine/rank.ts';
import { type Block, gap, heading, item, prose } from '../block.ts';
import { inlineSpans } from '../inline.ts';
import { type Page, page } from '../page.ts';
import type { Scene } from '../scene.ts';
import { drawn, faint, type Span, strong, toned } from '../span.ts';
import { checkTitle, titleOf } from '../words.ts';
import { riskSpans } from './risk.ts';

const row = (title: string, ...spans: readonly Span[]): Block => item([faint(title.padEnd(12))], spans);

function howUndone(solution: Solution): string {
	if (solution.how === 'guided') return 'by you: the steps say how';
	const undos = solution.steps.some(({ undos }) => undos.length > 0);
	return undos
		? 'by this tool; the plan says what exactly'
		: 'the plan says what can be taken back, before you consent';
}

/** What a solution is, before anything of it is planned. */
export function solutionPage({ snapshot, looks }: Scene, solution: Solution): Page {
	const { article, server } = snapshot.context;
	const why = whyUnavailable(solution, server);
	const { verify } = solution;
	return page(titleOf([solution], solution.id), {
		blocks: [
			...(why === null
				? []
				: [
						item([drawn(`${looks.glyphs.unknown} `, 'unknown')], [toned(`Not here: ${why}.`, 'unknown')]),
						gap,
					]),
			row('Risk', ...riskSpans(solution.risk, looks.glyphs)),
			row(
				'How',
				strong(
					solution.how === 'applied'
						? 'this tool does it, after you have seen the plan and consented'
						: 'you do it, step by step; this tool measures whether it helped',
				),
			),
			...(solution.needs === null ? [] : [row('Needs', ...inlineSpans(solution.needs))]),
			...(solution.interrupts === null ? [] : [row('Interrupts', ...inlineSpans(solution.interrupts))]),
			row('Undone', ...inlineSpans(howUndone(solution))),
			...(verify === null
				? []
				: [
						row(
							'Proved by',
							...inlineSpans(`${checkTitle(article, verify.check)} ${verify.verdicts.join(' or ')}`),
						),
					]),
			...prose(solution.prose),
			...(solution.steps.length < 2
				? []
				: [
						...heading('Steps'),
						...solution.steps.map((step, index) =>
							item([faint(`${index + 1}. `)], inlineSpans(titleOf(solution.steps, step.id))),
						),
					]),
		],
	});
}
