import { expect, test } from 'vitest';
import { play } from './in-emulator.ts';
import { world } from './screens.ts';
import { absent, applied, observed, planOf, sessions, verified } from './scripted-ports.ts';

test('walks from the article to the causes; what is finished scrolls away, once each', async () => {
	const played = play();
	const { emulator, press } = played;
	await emulator.waitFor('You may see');
	press('\r');
	await emulator.waitFor('it is connected');
	press('\r');
	await emulator.waitFor('What do you see?');
	press('1');
	await emulator.waitFor('Said by somebody');
	press('\r');
	await emulator.waitFor('97 of 97 slots are taken');
	press('b');
	await emulator.waitFor('Said by somebody');
	press('\r');
	await emulator.waitFor('step 3 of 4');
	await played.at('finding', 'slots');
	press('\r');
	await emulator.waitFor('pools of 10.0.0.17_x');
	press('\r');
	await emulator.waitFor('Solutions, the best first');
	press('q');
	expect((await played.end).how).toBe('ended');
	expect(emulator.scrollback().split('\n')).toEqual([
		'✔ ok  Can we connect?  it is connected',
		'ℹ info  Since when does it happen?  It began today (said by somebody)',
		'✖ critical  Are the connection slots used up?  97 of 97 slots are taken',
		'▲ warning  Who holds the slots?  pools of 10.0.0.17_x',
		'KB008 ended: ✖ critical, proved: Pools larger than the server',
		'The report: kbwizard report',
	]);
	await played.close();
});

test('r runs on to the causes, stopping where a person is asked', async () => {
	const played = play();
	const { emulator, press } = played;
	await emulator.waitFor('You may see');
	press('r');
	await emulator.waitFor('What do you see?');
	press('2');
	await emulator.waitFor('Solutions, the best first');
	await played.close();
});

test('R asks nothing: what nobody can look at is noted as not seen', async () => {
	const played = play();
	const { emulator, press } = played;
	await emulator.waitFor('You may see');
	press('R');
	await emulator.waitFor('Solutions, the best first');
	expect(emulator.scrollback()).toContain(
		'not seen  Since when does it happen?  nobody but a person can know',
	);
	await played.close();
});

test('one reason for many checks is said once', async () => {
	const ports = world();
	for (const check of ['slots', 'who']) ports.observations.set(check, absent('there is no session'));
	const played = play({ ports, rows: 30 });
	await played.emulator.waitFor('You may see');
	played.press('R');
	await played.emulator.waitFor(
		'there is no session: Are the connection slots used up?  Who holds the slots?',
	);
	const text = played.emulator.scrollback();
	expect(text).toContain('not seen  Are the connection slots used up?  there is no session');
	expect(text).toContain('not seen  Who holds the slots?  for the same reason');
	await played.close();
});

test('fixes: reads, previews, wants the name, applies, measures, says what changed', async () => {
	const played = play();
	const { emulator, press, ports } = played;
	await emulator.waitFor('You may see');
	press('R');
	await emulator.waitFor('Solutions, the best first');
	press('2');
	await emulator.waitFor('Undone');
	press('\r');
	await emulator.waitFor('what exactly would be done');
	ports.planning.resolve({
		kind: 'plan',
		plan: planOf('disconnect', { confirm: 'openiz', rows: sessions(40) }),
	});
	await emulator.waitFor('type openiz and press Enter');
	press('\r');
	await emulator.waitFor('Nothing was done');
	press('openiz');
	await emulator.waitFor('Name: openiz');
	press('\r');
	await emulator.waitFor('cannot be interrupted half way');
	ports.progress('ended 12 of 40');
	await emulator.waitFor('ended 12 of 40');
	ports.applying.resolve(applied({ rows: sessions(40).map((row) => ({ ...row, status: 'ended' })) }));
	await emulator.waitFor('Measuring whether it holds');
	ports.verifying.resolve(verified(true));
	await emulator.waitFor('it holds');
	press('q');
	await emulator.waitFor('Still in force');
	press('y');
	expect((await played.end).how).toBe('ended');
	const text = emulator.scrollback().replaceAll(/\s+/g, ' ');
	expect(text).toContain('✔ held Disconnect all clients of the database sessions: 40 ended, used 97 → 31');
	expect(text).toContain(
		'still in force: the connection limit of openiz (was -1); kbwizard undo takes it back',
	);
	await played.close();
});

test('a paste fills a field, and presses no key anywhere else', async () => {
	const played = play();
	const { emulator, press, ports } = played;
	await emulator.waitFor('You may see');
	press('\x1b[200~q\r\x1b[201~');
	await emulator.waitFor('Paste an error message');
	press('\x1b');
	await emulator.waitFor('You may see');
	press('R');
	await emulator.waitFor('Solutions, the best first');
	press('2');
	await emulator.waitFor('Undone');
	press('\r');
	ports.planning.resolve({ kind: 'plan', plan: planOf('disconnect', { confirm: 'openiz' }) });
	await emulator.waitFor('type openiz and press Enter');
	press('\x1b[200~openiz\n\x1b[201~');
	await emulator.waitFor('Name: openiz');
	await played.at('preview');
	await played.close();
});

test('Ctrl-C leaves at once, and gives the terminal back', async () => {
	const played = play();
	await played.emulator.waitFor('You may see');
	expect(played.input.isRaw).toBe(true);
	played.press('\x03');
	expect((await played.end).how).toBe('interrupted');
	expect(played.input.isRaw).toBe(false);
	const raw = played.emulator.raw();
	expect(raw.lastIndexOf('\x1b[?25h')).toBeGreaterThan(raw.lastIndexOf('\x1b[?25l'));
	expect(raw.lastIndexOf('\x1b[?2004l')).toBeGreaterThan(raw.lastIndexOf('\x1b[?2004h'));
	expect(played.emulator.screen()).toContain('The report: kbwizard report');
	await played.close();
});

test('losing the connection is said, and goes on', async () => {
	const played = play();
	await played.emulator.waitFor('You may see');
	played.ports.report({
		type: 'connection.lost',
		failure: {
			code: '57P01',
			routine: null,
			layer: 'query',
			message: 'terminated by an administrator',
			next: [],
		},
	});
	await played.emulator.waitFor('connection lost  terminated by an administrator');
	await played.close();
});

test('evidence, query, article and help lie over the page, scroll, and close', async () => {
	const played = play();
	const { emulator, press } = played;
	await emulator.waitFor('You may see');
	press('R');
	await emulator.waitFor('Solutions');
	press('b');
	await emulator.waitFor('pools of');
	press('b');
	await emulator.waitFor('97 of 97 slots are taken');
	press('e');
	await emulator.waitFor('Evidence: 40 rows');
	press('\x1b[F');
	await emulator.waitFor(/10\.0\.0\.39 +openiz_app/);
	press('\x1b');
	await emulator.waitFor('What it means');
	press('s');
	await emulator.waitFor("select 'free' as verdict");
	press('\x1b');
	await emulator.waitFor('What it means');
	press('a');
	// marked-terminal is loaded by now: the emphasis is rendered.
	await emulator.waitFor(/are\s+reserved for superusers/);
	press('q');
	await emulator.waitFor('What it means');
	press('?');
	await emulator.waitFor('On this screen');
	await played.close();
});

test('NO_COLOR: not one sequence for the sake of looks', async () => {
	const played = play({ env: { noColor: true } });
	const { emulator, press } = played;
	await emulator.waitFor('You may see');
	press('R');
	await emulator.waitFor('Solutions');
	press('1');
	await emulator.waitFor('Every client session');
	expect(emulator.raw()).not.toMatch(/\x1b\[[\d;]*m/);
	await played.close();
});

test('a screen reader is given words', async () => {
	const played = play({ env: { screenReader: true } });
	await played.emulator.waitFor('You may see');
	played.press('R');
	await played.emulator.waitFor('selected: Shrink the pools');
	expect(played.emulator.scrollback()).not.toMatch(/[█░✔✖▲❯─│•]/);
	await played.close();
});

test('the terminal is never cleared, however long the page, and survives being resized', async () => {
	const ports = world();
	ports.observations.set(
		'connect',
		observed('connected', { rows: Array.from({ length: 500 }, (_, row) => ({ row })) }),
	);
	const played = play({ ports, columns: 80, rows: 24 });
	const { emulator, press, resize } = played;
	await emulator.waitFor('You may see');
	press('\r');
	await emulator.waitFor('it is connected');
	press('e');
	await emulator.waitFor('Evidence: 500 rows');
	for (const [columns, rows] of [
		[50, 24],
		[40, 10],
		[39, 9],
		[120, 40],
		[80, 24],
	] as const) {
		resize(columns, rows);
		await emulator.waitFor(columns < 40 ? 'Too small' : 'Evidence: 500 rows');
	}
	expect(emulator.raw()).not.toContain('\x1b[3J');
	press('\x1b');
	await emulator.waitFor('it is connected');
	await played.close();
});
