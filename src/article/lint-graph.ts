/** Nodes that nothing leads to, causes that lead to nothing, effects that nothing proves. */
import type { Article, Step } from './article.ts';
import { effects } from './effects.ts';
import type { Report } from './problems.ts';
import { isAboutProcesses } from './step-kind.ts';

export function lintGraph(article: Article, report: Report): void {
	lintCauses(article, report);
	const cured = new Set(article.causes.flatMap(({ cures }) => cures.map(({ solution }) => solution)));
	for (const solution of article.solutions) {
		if (article.causes.length > 0 && !cured.has(solution.id)) {
			report({
				line: solution.line,
				rule: 'unreachable',
				message: `no cause links the solution #${solution.id}`,
				expected: `1. [${solution.title}](#${solution.id}) below a cause`,
			});
		}
		for (const step of solution.steps) {
			lintProcesses(step, report);
			for (const fence of [...step.applies, ...step.undos]) {
				const effect = effects[fence.language];
				if (effect === undefined) continue;
				if (effect.needsPreview && step.previews.length === 0) {
					report({
						line: fence.line,
						rule: 'missing-preview',
						message: `${fence.language} acts on the rows of a preview, and there is none`,
						expected: 'a fence "sql preview" above it',
					});
				}
				if (fence.role === 'apply' && effect.changes && step.verify === null && solution.verify === null) {
					report({
						line: fence.line,
						rule: 'effect-without-verification',
						message: `${solution.title} changes something, and no check proves that it helped`,
						expected: 'Verify: [a check](#its-heading) **verdict**',
					});
				}
			}
		}
	}
}

/** Processes can be ended, and nothing else: they are reached by no statement, and behind no fence. */
function lintProcesses(step: Step, report: Report): void {
	if (!isAboutProcesses(step)) return;
	const wrong = (line: number, message: string, expected: string) =>
		report({ line, rule: 'misplaced-fence', message, expected });
	const [, second] = step.previews;
	if (second !== undefined)
		wrong(second.line, 'a preview of processes stands alone', 'one fence "processes preview"');
	for (const { line, language, attributes } of step.applies) {
		if (language !== 'terminate')
			wrong(line, `${language} can do nothing with processes`, 'a fence "terminate apply"');
		else if (attributes.fence !== undefined)
			wrong(line, 'no database is fenced without a session', 'terminate apply');
	}
}

function lintCauses(article: Article, report: Report): void {
	const suspected = new Set(
		article.checks.flatMap(({ branches }) =>
			branches.flatMap(({ causes }) =>
				causes.filter(({ bearing }) => bearing === 'for' || bearing === 'proves').map(({ cause }) => cause),
			),
		),
	);
	for (const cause of article.causes) {
		if (article.checks.length > 0 && !suspected.has(cause.id)) {
			report({
				line: cause.line,
				rule: 'unreachable',
				message: `no finding speaks for the cause #${cause.id}`,
				expected: `→ [${cause.title}](#${cause.id}) behind a finding`,
			});
		}
		if (cause.cures.length === 0) {
			report({
				line: cause.line,
				rule: 'cause-without-solution',
				message: `${cause.title} has no solution`,
				expected: '1. [a solution](#its-heading)',
				severity: article.checks.length > 0 ? 'error' : 'warning',
			});
		}
	}
}
