import type { Article, Solution, Step } from '../../article/article.ts';
import { waysOn } from '../../article/providers-way.ts';
import { isSpelledOut, isStepwise, isToolStep } from '../../article/step-kind.ts';
import type { ServerIdentity } from '../../machine/ports.ts';
import { whyUnavailable } from '../../machine/rank.ts';
import { type Block, gap, heading, item, prose } from '../block.ts';
import { inlineSpans } from '../inline.ts';
import { type Page, page } from '../page.ts';
import type { Scene } from '../scene.ts';
import { code, drawn, faint, type Span, strong, toned } from '../span.ts';
import { checkTitle, titleOf, triedInWords } from '../words.ts';
import { riskSpans } from './risk.ts';

const row = (title: string, ...spans: readonly Span[]): Block => item([faint(title.padEnd(12))], spans);

/** On the phone: who does it, and what they type where the tool can. */
function howElsewhere(article: Article, solution: Solution): readonly Span[] {
	if (solution.how === 'guided')
		return [strong('whoever is at the server does it, step by step; you say whether it helped')];
	return [
		strong('whoever can connect does it; the plan shows them what exactly: '),
		code(`kbwizard fix ${article.id} ${solution.id} -h HOST --dry-run`),
	];
}

function howItIsDone(solution: Solution, server: ServerIdentity | null): string {
	if (server !== null && waysOn(solution, server.provider).length > 0)
		return `by hand on ${server.provider}: this tool says what exactly, and measures whether it helped`;
	if (isStepwise(solution))
		return 'step by step: what this tool can do, after you have consented; you the rest';
	return solution.how === 'applied'
		? 'this tool does it, after you have seen the plan and consented'
		: 'you do it, step by step; this tool measures whether it helped';
}

function howUndone(solution: Solution): string {
	if (isStepwise(solution)) return 'what the tool does: by it, each step when it is done, or all at the end';
	if (solution.how === 'guided') return 'by you: the steps say how';
	const undos = solution.steps.some(({ undos }) => undos.length > 0);
	return undos
		? 'by this tool; the plan says what exactly'
		: 'the plan says what can be taken back, before you consent';
}

/** The steps; of one that is walked step by step, who does each, how it went, and that it can be begun there. */
function stepBlocks({ snapshot }: Scene, solution: Solution): readonly Block[] {
	const title = (step: Step): string => titleOf(solution.steps, step.id);
	if (!isStepwise(solution))
		return solution.steps.map((step, index) => item([faint(`${index + 1}. `)], inlineSpans(title(step))));
	const { tried } = snapshot.context;
	return solution.steps.map((step, index): Block => {
		const last = tried.findLast((each) => each.solution === solution.id && each.step === step.id);
		const who = isSpelledOut(step)
			? 'by you, this tool spells it out'
			: isToolStep(step)
				? 'by this tool'
				: 'by you';
		return {
			kind: 'choice',
			index,
			spans: [
				...inlineSpans(title(step)),
				faint(`  ${who}${last === undefined ? '' : `: ${triedInWords(last)}`}`),
			],
		};
	});
}

/** What a solution is, before anything of it is planned. */
export function solutionPage(scene: Scene, solution: Solution): Page {
	const { snapshot, looks } = scene;
	const { article, server, findings, asksOnly } = snapshot.context;
	const why = whyUnavailable(solution, server, article, findings, asksOnly);
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
			row('How', ...(asksOnly ? howElsewhere(article, solution) : [strong(howItIsDone(solution, server))])),
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
			...(solution.steps.length < 2 ? [] : [...heading('Steps'), ...stepBlocks(scene, solution)]),
		],
		choices: isStepwise(solution)
			? solution.steps.map((_, index) => ({ label: index === 0 ? 'go on' : `begin at step ${index + 1}` }))
			: [],
	});
}
