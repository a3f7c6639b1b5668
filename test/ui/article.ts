import type { Article, Slug } from '../../src/article/article.ts';
import { articleOf, causeOf, checkOf, sample, solutionOf } from '../machine/sample-articles.ts';

const paragraph =
	'Every client session takes one of `max_connections` slots, and the last few are **reserved** for superusers. ' +
	'When an application opens more sessions than there are slots, the server refuses the next one with SQLSTATE 53300.';

const prose = `${paragraph}\n\n- first, look at who holds them\n- then at *what* they do\n\n\`\`\`sql\nselect count(*) from pg_stat_activity\n\`\`\``;

const titled: Readonly<Record<Slug, string>> = {
	connect: 'Can we connect?',
	'since-when': 'Since when does it happen?',
	slots: 'Are the connection slots used up?',
	who: 'Who holds the slots?',
	pools: 'Pools larger than the server',
	'too-low': 'Max connections too low',
	shrink: 'Shrink the pools',
	disconnect: 'Disconnect all clients of the database',
	raise: 'Raise `max_connections`',
	replicate: 'Add a read-only node',
	gentle: 'Disconnect idle clients',
};

const title = (id: Slug): string => titled[id] ?? id;

/** With everything that a screen can show: prose, answers of a person, both kinds of fix, two steps. */
export const article: Article = articleOf({
	...sample,
	id: 'KB008',
	title: 'PostgreSQL connection exhaustion',
	issue: 'Clients are refused with *sorry, too many clients already*.',
	text: `# PostgreSQL connection exhaustion\n\n${prose}`,
	checks: sample.checks.map((check) => ({
		...check,
		title: title(check.id),
		prose,
		byHand: 'run `select count(*) from pg_stat_activity` in any client, or ask whoever runs the server.',
		branches: check.branches.map((branch) => ({
			...branch,
			say: branch.verdict === 'today' ? 'It began today' : null,
		})),
	})),
	causes: [
		...sample.causes.map((cause) => ({ ...cause, title: title(cause.id), prose })),
		{ ...causeOf('idle', ['gentle']), title: 'Idle clients' },
	],
	solutions: [
		...sample.solutions.map((solution) => ({
			...solution,
			title: title(solution.id),
			prose,
			needs: 'a superuser, or `pg_signal_backend`',
			interrupts: 'everybody who uses the database',
			steps: solution.steps.map((step) => ({ ...step, prose, title: `Step ${step.id}` })),
		})),
		{ ...solutionOf('gentle', 'applied'), title: title('gentle'), prose, risk: 'moderate', confirm: null },
	],
});

/** As most published articles are: nothing that a tool could run. */
export const published: Article = articleOf({
	...sample,
	id: 'KB001',
	title: 'A published article',
	checks: [],
	causes: [causeOf('cause', ['cure'])],
	solutions: [solutionOf('cure', 'guided')],
});

export { checkOf };
