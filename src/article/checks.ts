/** A check: prose, fences, the branch list, and how a person finds out. */
import { nearestName } from '../nearest-name.ts';
import type { Branch, Check, Fence } from './article.ts';
import { isBranchList, readBranches } from './branches.ts';
import type { CompileContext } from './compile-context.ts';
import { readFence } from './fences.ts';
import { type Block, isCode, isList, isParagraph, rawText } from './markdown-blocks.ts';
import type { OutlineNode } from './outline.ts';
import { probeVerdicts } from './probes.ts';

const thresholdHead = /^(?:\*\*)?Threshold(?:\*\*)?:(?:\*\*)?\s*/i;
const byHandHead = /^(?:\*\*)?By hand:?(?:\*\*)?:?\s*/i;

export function readCheck(context: CompileContext, node: OutlineNode): Check {
	const { report } = context;
	const prose: Block[] = [];
	const byHand: Block[] = [];
	const checks: Fence[] = [];
	const evidence: Fence[] = [];
	const branches: Branch[] = [];
	let people = false;
	let threshold: Block | null = null;
	for (const block of node.blocks) {
		const { token, line } = block;
		if (isCode(token)) {
			const fence = readFence(token, line, 'check', report);
			if (fence !== null) {
				(fence.role === 'check' ? checks : evidence).push(fence);
				continue;
			}
		} else if (isList(token) && isBranchList(token)) {
			branches.push(...readBranches(context, token, line));
			continue;
		} else if (isParagraph(token) && thresholdHead.test(token.raw)) {
			reportThreshold(context, node, block, threshold);
			threshold ??= block;
			continue;
		} else if (isParagraph(token) && /^(?:\*\*)?By hand\b[^\n]{0,4}:/i.test(token.raw)) people = true;
		(people ? byHand : prose).push(block);
	}
	reportBranches(context, node, checks, branches);
	return {
		id: node.id,
		title: node.title,
		line: node.line,
		prose: rawText(prose),
		checks,
		evidence,
		branches: [
			...branches.filter(({ verdict }) => verdict !== 'otherwise'),
			...branches.filter(({ verdict }) => verdict === 'otherwise').slice(0, 1),
		],
		byHand: people ? rawText(byHand).replace(byHandHead, '') : null,
		...(threshold === null ? {} : { threshold: rawText([threshold]).replace(thresholdHead, '') }),
	};
}

/** One that says nothing, or a second one, would be missing where the verdict is shown. */
function reportThreshold(
	{ report }: CompileContext,
	{ title }: OutlineNode,
	{ token, line }: Block,
	before: Block | null,
): void {
	const isEmpty = token.raw.replace(thresholdHead, '').trim() === '';
	if (!isEmpty && before === null) return;
	report({
		line,
		rule: 'threshold-syntax',
		message: isEmpty
			? `${title} does not say what it compares with`
			: `${title} says twice what it compares with`,
		expected: isEmpty
			? 'Threshold: nearly full from 80 % of the slots.'
			: 'one paragraph that begins with Threshold:',
	});
}

function reportBranches(
	{ report }: CompileContext,
	node: OutlineNode,
	checks: readonly Fence[],
	branches: readonly Branch[],
): void {
	if (!branches.some(({ verdict }) => verdict === 'otherwise')) {
		report({
			line: branches.at(-1)?.line ?? node.line,
			rule: 'missing-otherwise',
			message: `${node.title} has no branch for an error, a denied privilege or an unlisted verdict`,
			expected: '- **otherwise** (unknown): what could not be determined',
		});
	}
	for (const [index, branch] of branches.entries()) {
		if (branches.findIndex(({ verdict }) => verdict === branch.verdict) < index) {
			report({
				line: branch.line,
				rule: 'duplicate-verdict',
				message: `${branch.verdict} has two branches`,
				expected: 'one branch a verdict',
			});
		}
	}
	const lists = checks.map((fence) => probeVerdicts(fence.language, fence.attributes));
	if (lists.length === 0 || lists.includes(null)) return;
	const known = [...new Set(lists.flatMap((list) => list ?? []))];
	for (const { verdict, line } of branches) {
		if (verdict === 'otherwise' || known.includes(verdict)) continue;
		report({
			line,
			rule: 'unknown-verdict',
			message: `${checks[0]?.language ?? ''} never answers ${verdict}`,
			expected: known.join(', '),
			nearest: nearestName(verdict, known),
		});
	}
}
