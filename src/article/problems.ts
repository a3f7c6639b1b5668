/** How the compiler and the linter say what is wrong with an article. */
import type { Problem } from './article.ts';

export type Complaint = {
	readonly line: number;
	readonly rule: string;
	readonly message: string;
	readonly expected?: string;
	readonly nearest?: string | null;
	readonly severity?: Problem['severity'];
};

export type Report = (complaint: Complaint) => void;

/** Collects complaints about one file, each only once. */
export function problemList(file: string): { readonly problems: Problem[]; readonly report: Report } {
	const problems: Problem[] = [];
	const report: Report = ({ line, rule, message, expected, nearest, severity }) => {
		if (problems.some((known) => known.line === line && known.rule === rule && known.message === message))
			return;
		problems.push({
			file,
			line,
			severity: severity ?? 'error',
			rule,
			message,
			expected: expected ?? null,
			nearest: nearest ?? null,
		});
	};
	return { problems, report };
}

export function byLine(problems: readonly Problem[]): Problem[] {
	return problems.toSorted((a, b) => a.line - b.line || a.rule.localeCompare(b.rule));
}

/** One line for a person: `file:line: error: message (rule); expected …; did you mean …?` */
export function formatProblem(problem: Problem): string {
	const expected = problem.expected === null ? '' : `; expected ${problem.expected}`;
	const hint = problem.nearest === null ? '' : `; did you mean ${problem.nearest}?`;
	return `${problem.file}:${problem.line}: ${problem.severity}: ${problem.message} (${problem.rule})${expected}${hint}`;
}
