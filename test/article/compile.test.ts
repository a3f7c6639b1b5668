import { describe, expect, test } from 'vitest';
import type { Located } from '../../src/article/article.ts';
import { articleHash } from '../../src/article/article-hash.ts';
import { compileArticle } from '../../src/article/compile.ts';
import { compiledFixture, lineOf, readFixture } from './read-fixture.ts';

describe('an executable article', () => {
	const article = compiledFixture('well-formed');

	test('is known by its front matter', () => {
		expect(article).toMatchObject({
			id: 'KB900',
			title: 'The counter is full',
			appliesTo: ['Any server'],
			keywords: ['slots', '53300'],
			source: { url: 'https://example.org/kb900', title: 'KB900', licence: 'Apache-2.0' },
			issue: 'Nobody gets in any more.',
		});
	});

	test('has the anchors of its headings as ids', () => {
		expect(article.checks.map(({ id }) => id)).toEqual([
			'can-we-connect',
			'are-the-slots-used-up',
			'is-the-cable-in',
		]);
		expect(article.causes.map(({ id }) => id)).toEqual(['too-many-clients', 'a-broken-cable']);
		expect(article.solutions.map(({ id }) => id)).toEqual(['end-idle-clients', 'ask-for-more-slots']);
	});

	test('says what a check compares with, apart from its prose and from how it is found out by hand', () => {
		const text = readFixture('well-formed').replace(/\nBy hand: /, '\nThreshold: all of them.\n\nBy hand: ');
		const checks = compileArticle(text, { path: 'kb900.md' }).article?.checks ?? [];
		const [told] = checks.filter(({ threshold }) => threshold !== undefined);
		expect(told?.threshold).toBe('all of them.');
		expect(`${told?.prose} ${told?.byHand}`).not.toContain('all of them.');
	});

	test('routes verdicts: severity, finding, bearing of each cause, and the next check', () => {
		const [, slots] = article.checks;
		expect(slots?.branches).toMatchObject([
			{
				verdict: 'full',
				severity: 'critical',
				text: '{used} of {usable} slots are taken, {grown} more than before',
				causes: [
					{ cause: 'too-many-clients', bearing: 'proves' },
					{ cause: 'a-broken-cable', bearing: 'against' },
				],
				next: 'is-the-cable-in',
				say: 'Nobody can log in any more.',
			},
			{
				verdict: 'free',
				text: '{used} of {usable} `a -> b`',
				causes: [{ bearing: 'rules out' }],
				next: null,
				say: null,
			},
			{ verdict: 'hidden', causes: [], next: null },
			{ verdict: 'none' },
			{ verdict: 'otherwise', severity: 'unknown' },
		]);
	});

	test('keeps fences apart by role and server version, and a fence without a role as prose', () => {
		const [connect, slots] = article.checks;
		expect(connect?.checks).toMatchObject([{ language: 'connect', timeoutMs: 5_000, body: '' }]);
		expect(slots?.checks).toMatchObject([
			{ language: 'sql', min: 10, max: null, timeoutMs: 2_000, againMs: 5_000 },
			{ language: 'sql', min: null, max: 9, againMs: null },
		]);
		expect(slots?.evidence).toHaveLength(1);
		expect(slots?.byHand).toBe(
			'ask the administrator, or run\n\n```sql\nselect count(*) from pg_stat_activity;\n```',
		);
	});

	test('observes a symptom by the check that it links, and nests others below it', () => {
		expect(article.symptoms).toMatchObject([
			{
				check: 'are-the-slots-used-up',
				children: [{ id: 'fatal-remaining-connection-slots-are-reserved', check: null }],
			},
			{ id: 'somebody-telephoned', check: null, children: [] },
		]);
	});

	test('lists the cures of a cause in order, relief marked', () => {
		const [clients, cable] = article.causes;
		expect(clients?.cures).toMatchObject([
			{ solution: 'end-idle-clients', relief: true },
			{ solution: 'ask-for-more-slots', relief: false },
		]);
		expect([clients?.lastResort, cable?.lastResort]).toEqual([false, true]);
	});

	test('reads where a cure has its place, and the verdicts that it names have to be there', () => {
		const conditional = (verdict: string) =>
			readFixture('well-formed').replace(
				'1. [End idle clients](#end-idle-clients), relief',
				`1. [End idle clients](#end-idle-clients), where [the slots](#are-the-slots-used-up) says **${verdict}**`,
			);
		const { article: read, problems } = compileArticle(conditional('full'), { path: 'a.md' });
		expect(problems).toEqual([]);
		expect(read?.causes[0]?.cures[0]?.where).toMatchObject({
			check: 'are-the-slots-used-up',
			verdicts: ['full'],
		});
		expect(compileArticle(conditional('fool'), { path: 'a.md' }).problems).toMatchObject([
			{ rule: 'unknown-verdict', expected: 'full, free, hidden, none' },
		]);
	});

	test('reads facts, parameters and the verification of a solution', () => {
		const [idle] = article.solutions;
		expect(idle).toMatchObject({
			risk: 'severe',
			how: 'applied',
			confirm: '{database}',
			needs: 'membership in `pg_signal_backend`',
			interrupts: 'idle clients, for a second',
			notOn: ['rds', 'unknown'],
			onProviders: [
				{
					providers: ['rds'],
					instructions: ['in its console, end the sessions of {database}', 'that are idle', 'for {age}'],
				},
			],
			verify: { check: 'are-the-slots-used-up', verdicts: ['free'] },
			prose: 'Those that do nothing are ended.',
		});
		expect(idle?.parameters).toMatchObject([
			{ name: 'database', type: { kind: 'name' }, question: 'which database', default: '{database}' },
			{ name: 'age', type: { kind: 'interval' }, default: '10 minutes' },
			{ name: 'decision', type: { kind: 'one of', values: ['commit', 'rollback'] }, default: null },
			{ name: 'limit', type: { kind: 'integer', min: 1, max: 100 }, default: '50' },
		]);
		expect(idle?.steps).toMatchObject([
			{
				id: 'end-idle-clients',
				previews: [{ role: 'preview' }],
				applies: [{ language: 'terminate', attributes: { fence: 'database' } }],
			},
		]);
	});

	test('divides a solution at its #### headings, each step with its own verification', () => {
		const steps = article.solutions[1]?.steps;
		expect(steps).toMatchObject([
			{ id: 'write-the-letter', applies: [{ language: 'step' }], verify: { verdicts: ['no'] } },
			{ id: 'set-the-limit', undos: [{ language: 'sql' }], verify: { verdicts: ['free', 'hidden'] } },
		]);
		expect(steps?.[1]?.prose).toBe('- **Risk**: this is prose in a step');
	});

	test('keeps what means nothing to the machine', () => {
		expect(article.notes).toMatchObject([{ title: 'Further reading', prose: 'See [the causes](#causes).' }]);
	});

	test('knows the line of everything', () => {
		const { checks, causes, solutions, symptoms, text } = article;
		const at = ({ line }: Located): string => lineOf(text, line);
		for (const check of checks) {
			expect(at(check)).toBe(`### ${check.title}`);
			for (const branch of check.branches) {
				expect(at(branch)).toContain(`**${branch.verdict}**`);
				for (const link of branch.causes) expect(at(link)).toContain(`(#${link.cause})`);
			}
			for (const fence of [...check.checks, ...check.evidence]) expect(at(fence)).toContain('```');
		}
		for (const cause of causes)
			for (const cure of cause.cures) expect(at(cure)).toContain(`(#${cure.solution})`);
		for (const solution of solutions) {
			expect(at(solution)).toBe(`### ${solution.title}`);
			for (const parameter of solution.parameters) expect(at(parameter)).toContain(`\`${parameter.name}\``);
			for (const step of solution.steps) {
				for (const fence of [...step.previews, ...step.applies, ...step.undos])
					expect(at(fence)).toContain('```');
			}
		}
		for (const { children } of symptoms)
			for (const child of children) expect(at(child)).toContain(child.text);
	});
});

describe('a published article', () => {
	const article = compiledFixture('published');

	test('needs no front matter', () => {
		expect(article).toMatchObject({
			id: 'KB902',
			title: 'Labels print blank',
			appliesTo: ['Label service & clients'],
		});
		expect(article.checks).toEqual([]);
	});

	test('has its symptoms, nested, with ids made of their words', () => {
		expect(article.symptoms.map(({ id, children }) => [id, children.length])).toEqual([
			['labels-come-out-blank', 0],
			['one-of-these-stands-in-the-log', 2],
			['the-queue-never-empties', 0],
		]);
	});

	test('has its cause although no blank follows the lead-in, and all solutions as its cures', () => {
		expect(article.causes).toMatchObject([{ title: 'The template was lost in the update' }]);
		expect(article.causes[0]?.cures.map(({ solution }) => solution)).toEqual(
			article.solutions.map(({ id }) => id),
		);
	});

	test('has a solution for each item, with the fence that follows it, and one for a numbered list', () => {
		expect(article.solutions.map(({ title, steps }) => [title, steps.length])).toEqual([
			['You can send the template again', 1],
			['You can print it by hand with the following command', 1],
			['You can reset the printer', 1],
			['If that does not help, replace the printer', 2],
		]);
		expect(article.solutions[1]?.prose).toContain('select print_label(1)');
		expect(article.solutions[2]?.prose).toContain('Press both buttons');
		expect(article.solutions[3]?.steps[0]?.prose).toContain('power --off');
		expect(article.solutions.every(({ how }) => how === 'guided')).toBe(true);
	});

	test('keeps a warning between its sections as a note', () => {
		expect(article.notes).toMatchObject([{ title: 'WARNING', prose: 'Do not unplug the printer.' }]);
	});

	test('may have Purpose and Steps in place of the usual sections', () => {
		const steps = compiledFixture('published-steps');
		expect(steps).toMatchObject({ id: 'HS900', issue: 'You want clean rollers.', symptoms: [], causes: [] });
		expect(steps.solutions).toMatchObject([
			{ title: 'Steps', steps: [{ title: 'Open the lid' }, { title: 'Wipe the rollers' }] },
		]);
		expect(steps.notes[0]?.prose).toBe('Rollers get dirty.\n\nThey do so slowly.');
	});
});

test('a list that was flattened into its sentence gives the title nothing', () => {
	const text =
		'**Solutions:**\n\nThere are two ways.\n\n1. In a window 1. Open it 2. Type the command\n2. On paper 1. Write it down\n';
	const { article } = compileArticle(text, { path: 'kb1-flat.md' });
	expect(article?.solutions.map(({ title }) => title)).toEqual(['In a window', 'On paper']);
});

describe('the text of an article', () => {
	const text = readFixture('well-formed');

	test('has one hash whatever its line ends, and with or without a BOM', () => {
		const crlf = `\ufeff${text.replaceAll('\n', '\r\n')}`;
		expect(articleHash(crlf)).toBe(articleHash(text));
		expect(compileArticle(crlf, { path: 'x.md' }).article).toEqual({
			...compiledFixture('well-formed'),
			path: 'x.md',
		});
	});

	test('takes its id from the file where it says none', () => {
		const { article } = compileArticle('## Symptoms\n\n- It is late\n', { path: '/a/kb17-late.md' });
		expect(article).toMatchObject({ id: 'KB17', title: 'kb17-late' });
	});

	test('compiles in time that grows with its length and not faster', () => {
		const longer = (times: number): string => {
			const check = (n: number): string =>
				`### Check ${n}?\n\n\`\`\`sql check\nselect 'yes' as verdict\n\`\`\`\n\n- **yes** (warning): so it is → [A cause](#a-cause)\n- **otherwise** (unknown): who knows\n\n`;
			const checks = Array.from({ length: times }, (_, n) => check(n)).join('');
			return `## Checks\n\n${checks}## Causes\n\n### A cause\n\n1. [A way](#a-way)\n\n## Solutions\n\n### A way\n\nGo.\n`;
		};
		const took = (times: number): number => {
			const started = performance.now();
			expect(compileArticle(longer(times), { path: 'long.md' }).article?.checks).toHaveLength(times);
			return performance.now() - started;
		};
		took(100);
		// Ten times as much may take a lot more than ten times as long on a busy machine; quadratic would be a hundred.
		expect(took(2_000)).toBeLessThan(Math.max(60 * took(200), 2_000));
	});
});
