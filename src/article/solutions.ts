/** A solution: facts, parameters, steps with their effects, and the check that proves it. */
import type { Fence, Solution, Step, Verification } from './article.ts';
import type { CompileContext } from './compile-context.ts';
import { readFence } from './fences.ts';
import { type Block, isCode, isHeading, isList, isParagraph, itemsOf, rawText } from './markdown-blocks.ts';
import type { OutlineNode } from './outline.ts';
import { plainInline } from './plain-text.ts';
import { isFactList, noFacts, readFacts, type SolutionFacts, settledFacts } from './solution-facts.ts';
import { howDone, isToolStep } from './step-kind.ts';
import { isVerifyParagraph, readVerification } from './verifications.ts';

/** What stands below a `###` or `####` heading. */
type Part = {
	readonly prose: Block[];
	readonly fences: Fence[];
	verify: Verification | null;
};

export function readSolution(context: CompileContext, node: OutlineNode): Solution {
	const facts = noFacts();
	const firstStep = node.blocks.findIndex(({ token }) => isHeading(token) && token.depth === 4);
	const own = readPart(context, firstStep < 0 ? node.blocks : node.blocks.slice(0, firstStep), facts);
	if (facts.risk === 'severe' && facts.confirm === null) {
		context.report({
			line: node.line,
			rule: 'severe-without-confirm',
			message: `${node.title} is severe, and nothing has to be typed for it`,
			expected: '- **Confirm**: {database}',
		});
	}
	const steps: Step[] = [];
	// What stands before the first #### is a step of its own only if it does something.
	if (firstStep < 0 || own.fences.length > 0) {
		steps.push(stepOf(node.id, node.title, node.line, '', { ...own, verify: null }));
	}
	if (firstStep >= 0) steps.push(...readSteps(context, node.blocks.slice(firstStep)));
	if (steps.some(isToolStep) && facts.risk === null && !facts.riskRefused) {
		context.report({
			line: node.line,
			rule: 'missing-risk',
			message: `${node.title} changes something and does not say how risky that is`,
			expected: '- **Risk**: mild | moderate | severe',
		});
	}
	return {
		id: node.id,
		title: node.title,
		line: node.line,
		prose: rawText(own.prose),
		...settledFacts(facts),
		how: howDone(steps),
		steps,
		verify: own.verify,
	};
}

function readSteps(context: CompileContext, blocks: readonly Block[]): Step[] {
	const steps: Step[] = [];
	let start = 0;
	while (start < blocks.length) {
		const rest = blocks.slice(start + 1);
		const next = rest.findIndex(({ token }) => isHeading(token) && token.depth === 4);
		const end = next < 0 ? blocks.length : start + 1 + next;
		const heading = blocks[start];
		if (heading !== undefined && isHeading(heading.token)) {
			const part = readPart(context, blocks.slice(start + 1, end), null);
			const id = context.outline.slugs.get(heading.token) ?? '';
			steps.push(stepOf(id, plainInline(heading.token.text), heading.line, rawText(part.prose), part));
		}
		start = end;
	}
	return steps;
}

/** @param facts where facts and parameters are collected; null: a list here is prose */
function readPart(context: CompileContext, blocks: readonly Block[], facts: SolutionFacts | null): Part {
	const part: Part = { prose: [], fences: [], verify: null };
	for (const block of blocks) {
		const { token, line } = block;
		if (isCode(token)) {
			const fence = readFence(token, line, 'solution', context.report);
			if (fence === null) part.prose.push(block);
			else part.fences.push(fence);
		} else if (facts !== null && isList(token) && isFactList(itemsOf(token, line))) {
			readFacts(itemsOf(token, line), facts, context.report);
		} else if (isParagraph(token) && isVerifyParagraph(token.raw)) {
			if (part.verify !== null) {
				context.report({
					line,
					rule: 'verify-syntax',
					message: 'there are two Verify paragraphs here',
					expected: 'one, or a #### heading for each step',
				});
			}
			part.verify = readVerification(context, token.raw, line);
		} else part.prose.push(block);
	}
	return part;
}

function stepOf(id: string, title: string, line: number, prose: string, { fences, verify }: Part): Step {
	const withRole = (role: Fence['role']): Fence[] => fences.filter((fence) => fence.role === role);
	return {
		id,
		title,
		line,
		prose,
		previews: withRole('preview'),
		applies: withRole('apply'),
		undos: withRole('undo'),
		verify,
	};
}
