import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { compileArticle } from '../../src/article/compile.ts';
import type { Screen } from '../../src/machine/screen.ts';
import { frameOf } from '../../src/ui/frame.ts';
import type { UiEnvironment } from '../../src/ui/looks.ts';
import { toTerminal } from '../../src/ui/markdown.ts';
import { textWidth } from '../../src/ui/text-width.ts';
import { published } from './article.ts';
import { textOf } from './frame-text.ts';
import {
	atScreen,
	rows,
	type Stage,
	sighted,
	stage,
	toGentlePreview,
	toPlan,
	ways,
	world,
} from './screens.ts';
import { observed, refusal, ScriptedPorts, startedMs } from './scripted-ports.ts';

const names = Object.keys(ways) as readonly Screen['name'][];

const reader: UiEnvironment = { ...sighted, screenReader: true };

async function played<T>(
	name: Screen['name'],
	show: (stage: Stage) => T | Promise<T>,
	env: UiEnvironment = sighted,
): Promise<T> {
	const shown = stage(env);
	try {
		await ways[name](shown);
		return await show(shown);
	} finally {
		shown.close();
	}
}

const linesAt = ({ session }: Stage, columns = 80, lineCount = 24): string[] =>
	textOf(frameOf(session.scene({ columns, rows: lineCount }, startedMs + 3_000)));

const textAt = (shown: Stage, columns = 80, lineCount = 24): string =>
	linesAt(shown, columns, lineCount).join('\n').replaceAll(/\s+/g, ' ');

function expectWithin(lines: readonly string[], columns: number, lineCount: number): void {
	// One row stays free: Ink clears a terminal that its frame fills.
	expect(lines.length).toBeLessThan(lineCount);
	for (const line of lines) expect(textWidth(line), line).toBeLessThanOrEqual(columns);
}

const sizes = [
	[80, 24],
	[50, 24],
	[40, 10],
	[160, 50],
	[30, 8],
] as const;

describe('at every size', () => {
	test.each(names)('%s stays within the terminal, wherever it is scrolled', async (name) => {
		for (const env of [sighted, reader, { ...sighted, noColor: true, term: 'dumb' }]) {
			await played(
				name,
				(shown) => {
					for (const [columns, lineCount] of sizes) {
						for (const scroll of [0, 7, 10_000, null]) {
							shown.session.view.change({ scroll });
							expectWithin(linesAt(shown, columns, lineCount), columns, lineCount);
						}
					}
				},
				env,
			);
		}
	});

	test.each(['help', 'evidence', 'query', 'article', 'quit'] as const)(
		'so does the overlay: %s',
		async (name) => {
			await played('finding', (shown) => {
				for (const [columns, lineCount] of sizes) {
					for (const scroll of [0, 5, 10_000]) {
						shown.session.view.change({ overlay: { name, scroll } });
						expectWithin(linesAt(shown, columns, lineCount), columns, lineCount);
					}
				}
			});
		},
	);
});

describe('the shipped article', () => {
	const path = new URL(
		'../../content/kb008-postgresql-connections-fail-with-block-message.md',
		import.meta.url,
	);
	const { article, problems } = compileArticle(readFileSync(path, 'utf8'), { path: 'kb008' });

	test.each([
		[80, 24],
		[50, 24],
	])('every finding of every check, and every question, at %i by %i', async (columns, lineCount) => {
		if (article === null) throw new Error(`it does not compile: ${JSON.stringify(problems)}`);
		const ports = new ScriptedPorts();
		const shown = stage(sighted, article, ports);
		shown.actor.send({ type: 'next' });
		for (const check of article.checks) {
			await atScreen(shown.actor, 'looking');
			shown.actor.send({ type: 'skip' });
			for (const { verdict } of check.branches) {
				expectWithin(linesAt(shown, columns, lineCount), columns, lineCount);
				ports.observations.set(check.id, observed(verdict, { rows: rows(300) }));
				shown.actor.send({ type: 'again' });
				await atScreen(shown.actor, 'finding');
				expect(linesAt(shown, columns, lineCount).join('\n')).toContain('From the live server');
				expectWithin(linesAt(shown, columns, lineCount), columns, lineCount);
			}
			// The next one is looked at for ever, so that it can be skipped and asked.
			shown.actor.send({ type: 'next' });
			if (shown.actor.getSnapshot().hasTag('waiting')) break;
		}
		expect(shown.actor.getSnapshot().context.trail).toHaveLength(article.checks.length);
		expectWithin(linesAt(shown, columns, lineCount), columns, lineCount);
		shown.close();
	});

	test('its prose is as wide as the terminal, once the renderer is there', () => {
		for (const { prose } of article?.checks ?? []) {
			for (const line of toTerminal(prose, { width: 50, color: false }).split('\n')) {
				expect(textWidth(line), line).toBeLessThanOrEqual(50);
			}
		}
	});
});

test('every screen says where one is: article, server, database, role, slots, connection', async () => {
	for (const name of names) {
		await played(name, (shown) => {
			const text = textAt(shown);
			expect(text).toContain('KB008');
			expect(text).toMatch(/openiz on db\.example:5432 as kbwizard/);
			expect(text).toMatch(/97 of 97 taken|slots not counted/);
			expect(text).toMatch(/connected|no connection|waiting for a slot|connection lost/);
		});
	}
});

test('a finding shows what, whence, what it means and what would show more', async () => {
	await played('finding', (shown) => {
		const text = textAt(shown);
		for (const words of [
			'✖ critical 97 of 97 slots are taken',
			'From the live server, 14:00:03, in 1.4 ms',
			'GRANT pg_monitor TO kbwizard;',
			'speaks for: Pools larger than the server',
			'next: Who holds the slots?',
			'40 rows to look at',
		]) {
			expect(text).toContain(words);
		}
	});
});

test('an identifier of the database is shown as it is, not as Markdown', async () => {
	const shown = stage();
	await ways.causes(shown);
	shown.actor.send({ type: 'back' });
	expect(textAt(shown)).toContain('pools of 10.0.0.17_x');
	shown.close();
});

test('what a database says cannot obey the terminal', async () => {
	const ports = world();
	ports.observations.set('who', observed('pools', { facts: { address: 'a\u001b\u0007b\u202ec' } }));
	const shown = stage(sighted, undefined, ports);
	await ways.causes(shown);
	shown.actor.send({ type: 'back' });
	expect(textAt(shown)).toContain('pools of abc');
	shown.close();
});

test('the causes come with evidence on both sides, the solutions with risk and availability', async () => {
	await played('causes', (shown) => {
		const text = textAt(shown);
		expect(text).toMatch(/proved Pools larger than the server for: Are the connection slots used up\? full/);
		expect(text).toMatch(/1\. Shrink the pools ✔ mild, done by you/);
		expect(text).toMatch(/2\. Disconnect all clients.* severe, done by this tool, relief only/);
		expect(text).toContain('Not seen · nobody but a person can know: Since when does it happen?');
	});
});

test('after a fix the causes are said to be from before it, until they are looked at again', async () => {
	await played('held', async (shown) => {
		await shown.to({ type: 'next' }, 'causes');
		expect(textAt(shown)).toContain('Found before the last change: g looks at everything again.');
	});
	await played('causes', (shown) => expect(textAt(shown)).not.toContain('before the last change'));
});

test('where the connection is lost at the end, it is said how it comes back', async () => {
	await played('held', (shown) => {
		shown.ports.report({ type: 'connection.lost', failure: refusal });
		expect(textAt(shown)).toContain('The connection was lost. The next look, plan or undo makes a new one.');
	});
});

test('a command to be copied keeps its lines', async () => {
	const shown = stage();
	const command = 'pg_basebackup -w -R \\\n  -d host=db.example.org \\\n  -D /data';
	await toPlan(
		shown,
		{ kind: 'by hand', why: 'there', instructions: [`As it stands:\n${command}`] },
		'by hand',
	);
	const lines = textOf(frameOf(shown.session.scene({ columns: 80, rows: 24 }, startedMs)));
	const from = lines.findIndex((line) => line.includes('1. As it stands:'));
	expect(lines.slice(from + 1, from + 4).map((line) => line.trim())).toEqual([
		'pg_basebackup -w -R \\',
		'-d host=db.example.org \\',
		'-D /data',
	]);
	shown.close();
});

test('a preview says on which server, who, what, how it is taken back, and the very statements', async () => {
	await played('preview', (shown) => {
		const text = textAt(shown, 120, 90);
		for (const words of [
			'On openiz on db.example:5432 as kbwizard: 45 sessions would be ended',
			'pid role database application address state age may we',
			'IMS instance 44',
			'Can be taken back: the connection limit of openiz',
			'select pg_terminate_backend(41)',
			'type openiz and press Enter',
		]) {
			expect(text).toContain(words);
		}
	});
});

test('a diff is shown as it is', async () => {
	const shown = stage();
	await toGentlePreview(shown);
	expect(textAt(shown, 120, 60)).toContain('- maxPoolSize="50" + maxPoolSize="20"');
	shown.close();
});

test('after a fix: before and after, what came back, the proof, and how it is undone', async () => {
	await played('held', (shown) => {
		const text = textAt(shown);
		for (const words of [
			'used 97 → 31',
			'15 sessions of openiz_app came back',
			'Proved by a login',
			'44 ended, 1 spared',
			'relief, not a cure',
			'u takes back: the connection limit of openiz',
		]) {
			expect(text).toContain(words);
		}
	});
	await played('did not hold', (shown) => {
		expect(textAt(shown)).toContain('it did not hold');
		expect(textAt(shown)).toContain('Next to try: Shrink the pools');
	});
});

test('waiting says which attempt, when the next one is, and for how long already', async () => {
	await played('waiting for a slot', (shown) => {
		const text = textAt(shown);
		expect(text).toContain('3 s so far');
		expect(text).toContain('Attempt 7 was refused; the next one in 2.4 s');
		expect(text).toContain('nothing is held');
	});
});

test('a secret is never on the screen', async () => {
	const shown = stage();
	await ways.planning(shown);
	shown.ports.planning.resolve({
		kind: 'parameter',
		name: 'password',
		question: 'Which password?',
		suggestion: 'hunter2',
		choices: [],
		secret: true,
		problem: null,
	});
	await shown.to(null, 'parameter');
	shown.session.view.change({ draft: 's3cret' });
	expect(textAt(shown)).toContain('password: ******');
	expect(textAt(shown)).not.toMatch(/s3cret|hunter2/);
	shown.close();
});

test('a published article without checks says that it asks', () => {
	const shown = stage(sighted, published);
	expect(textAt(shown)).toContain('it asks you 2 questions');
	shown.close();
});

test('beside the page where there is room stands the article', async () => {
	await played('finding', ({ session }) => {
		const frame = frameOf(session.scene({ columns: 130, rows: 40 }, startedMs));
		expect(frame.aside.map(({ spans }) => spans.map(({ text }) => text).join('')).join(' ')).toContain(
			'Every client session takes one',
		);
	});
});

test('below the smallest size it says so', async () => {
	await played('finding', (shown) => {
		expect(textAt(shown, 39, 24)).toContain('Too small: 39 by 24');
	});
});

describe('a screen reader', () => {
	test('hears words for the gauge, sentences for tables, and no drawing', async () => {
		await played(
			'preview',
			(shown) => {
				const text = textAt(shown, 80, 40);
				expect(text).toContain('slots 97 of 97 taken');
				expect(text).toContain('pid 4100, role openiz_app, database openiz');
				expect(text).not.toMatch(/[█░✔✖▲❯─│•]/);
			},
			reader,
		);
	});

	test('hears which choice is selected', async () => {
		await played(
			'causes',
			(shown) => expect(textAt(shown, 80, 40)).toContain('1. selected: Shrink the pools'),
			reader,
		);
	});

	test('is told nothing anew by a clock', async () => {
		await played('looking', (shown) => expect(textAt(shown)).not.toContain('so far'), reader);
	});
});

test('a terminal of ASCII gets ASCII only', async () => {
	for (const name of names) {
		await played(name, (shown) => expect(linesAt(shown).join('\n')).toMatch(/^[\x20-\x7e\n]*$/), {
			...sighted,
			term: 'dumb',
		});
	}
});
