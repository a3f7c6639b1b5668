import type {
	Article,
	Branch,
	Cause,
	Check,
	Fence,
	Severity,
	Slug,
	Solution,
} from '../../src/article/article.ts';

/** Articles made by hand, so that the machine is tested without the compiler. */

type BranchSpec = readonly [
	verdict: string,
	severity: Severity,
	text?: string,
	links?: { next?: Slug; for?: Slug[]; against?: Slug[]; proves?: Slug[]; rulesOut?: Slug[] },
];

const line = 1;

function fence(language: string): Fence {
	return {
		language,
		role: 'check',
		attributes: {},
		body: 'select 1',
		min: null,
		max: null,
		timeoutMs: null,
		againMs: null,
		line,
	};
}

function branch([verdict, severity, text = `it is ${verdict}`, links = {}]: BranchSpec): Branch {
	const bearing = (causes: readonly Slug[] | undefined, as: 'for' | 'against' | 'proves' | 'rules out') =>
		(causes ?? []).map((cause) => ({ cause, bearing: as, line }));
	return {
		verdict,
		severity,
		text,
		say: null,
		next: links.next ?? null,
		line,
		causes: [
			...bearing(links.for, 'for'),
			...bearing(links.against, 'against'),
			...bearing(links.proves, 'proves'),
			...bearing(links.rulesOut, 'rules out'),
		],
	};
}

export function checkOf(id: Slug, language: string | null, branches: readonly BranchSpec[]): Check {
	return {
		id,
		title: id,
		prose: '',
		checks: language === null ? [] : [fence(language)],
		evidence: [],
		branches: [...branches.map(branch), branch(['otherwise', 'unknown', 'it could not be told'])],
		byHand: null,
		line,
	};
}

export function causeOf(
	id: Slug,
	cures: readonly Slug[],
	more: { lastResort?: boolean; relief?: Slug[] } = {},
): Cause {
	return {
		id,
		title: id,
		prose: '',
		lastResort: more.lastResort ?? false,
		cures: [
			...cures.map((solution) => ({ solution, relief: false, line })),
			...(more.relief ?? []).map((solution) => ({ solution, relief: true, line })),
		],
		line,
	};
}

export function solutionOf(id: Slug, how: 'applied' | 'guided', steps: readonly Slug[] = [id]): Solution {
	return {
		id,
		title: id,
		prose: '',
		risk: how === 'applied' ? 'severe' : 'mild',
		how,
		confirm: how === 'applied' ? '{database}' : null,
		needs: null,
		interrupts: null,
		notOn: how === 'applied' ? ['rds'] : [],
		onProviders: [],
		parameters:
			how === 'applied'
				? [
						{
							name: 'database',
							type: { kind: 'name' },
							question: 'Which?',
							default: '{database}',
							open: null,
							line,
						},
					]
				: [],
		steps: steps.map((step) => ({
			id: step,
			title: step,
			prose: '',
			previews: [],
			applies: how === 'applied' ? [{ ...fence('terminate'), role: 'apply' }] : [],
			undos: [],
			verify: null,
			line,
		})),
		verify: { check: 'slots', verdicts: ['free'], line },
		line,
	};
}

/** Walked step by step, with a step of each kind: the tool's and a person's, with a check of its own and without. */
export function stepwiseOf(id: Slug): Solution {
	const whole = solutionOf(id, 'applied', ['prepare', 'copy', 'announce', 'point']);
	const verify = { check: 'who', verdicts: ['mixed'], line };
	const person = new Set(['copy', 'point']);
	const proved = new Set(['prepare', 'copy']);
	return {
		...whole,
		how: 'guided',
		steps: whole.steps.map((step) => ({
			...step,
			applies: person.has(step.id) ? [] : step.applies,
			verify: proved.has(step.id) ? verify : null,
		})),
	};
}

export function articleOf(
	parts: Pick<Article, 'checks' | 'causes' | 'solutions'> & Partial<Article>,
): Article {
	return {
		id: 'T001',
		title: 'A sample',
		path: 'sample.md',
		sha256: '0'.repeat(64),
		source: null,
		appliesTo: [],
		keywords: [],
		issue: 'Something is wrong.',
		symptoms: [],
		notes: [],
		text: '',
		...parts,
	};
}

/** Small, yet with every trait: a jump that passes a check by, a person's question, both kinds of solution. */
export const sample = articleOf({
	symptoms: [
		{ id: 'slow', text: 'slow', check: 'slots', children: [], line },
		{ id: 'errors', text: 'errors', check: null, children: [], line },
	],
	checks: [
		checkOf('connect', 'connect', [
			['connected', 'ok'],
			['ordinary slots gone', 'critical', 'refused', { next: 'slots', for: ['pools'] }],
		]),
		checkOf('since-when', null, [
			['today', 'info'],
			['always', 'warning', 'always', { for: ['too-low'] }],
		]),
		checkOf('slots', 'sql', [
			['full', 'critical', '{used} of {usable} slots are taken', { next: 'who', for: ['pools', 'too-low'] }],
			['free', 'ok', '{free} slots are free', { against: ['too-low'] }],
		]),
		checkOf('who', 'sql', [
			['pools', 'warning', 'pools of {address}', { proves: ['pools'] }],
			['mixed', 'info', 'mixed', { rulesOut: ['pools'] }],
		]),
	],
	causes: [
		causeOf('pools', ['shrink'], { relief: ['disconnect'] }),
		causeOf('too-low', ['raise', 'replicate'], { lastResort: true }),
	],
	solutions: [
		solutionOf('shrink', 'guided', ['edit', 'restart']),
		solutionOf('disconnect', 'applied'),
		solutionOf('raise', 'guided'),
		stepwiseOf('replicate'),
	],
});

/** @param size number of checks, each with two verdicts, every other one jumping ahead */
export function longArticle(size: number): Article {
	const id = (index: number): Slug => `check-${index}`;
	return articleOf({
		checks: Array.from({ length: size }, (_, index) =>
			checkOf(id(index), 'sql', [
				[
					'bad',
					'critical',
					'bad',
					index % 2 === 0 && index + 3 < size ? { next: id(index + 3) } : { for: ['cause'] },
				],
				['good', 'ok'],
			]),
		),
		causes: [causeOf('cause', ['cure'])],
		solutions: [solutionOf('cure', 'guided')],
	});
}
