import { expect, test } from 'vitest';
import { play } from './in-emulator.ts';
import { world } from './screens.ts';

function playing(options: { keepNote?: (text: string) => Promise<void>; report?: () => Promise<string> }) {
	return play({ ports: world(), ...options });
}

test('o takes a note, whose letters press no keys, and keeps it', async () => {
	const kept: string[] = [];
	const played = playing({
		keepNote: async (text) => {
			kept.push(text);
		},
	});
	const { emulator, press } = played;
	await emulator.waitFor('You may see');
	press('o');
	await emulator.waitFor('It stands in the report');
	for (const letter of 'quite busy?') press(letter);
	await emulator.waitFor('Note: quite busy?');
	press('\r');
	await emulator.waitFor('Noted: it stands in the report.');
	expect(kept).toEqual(['quite busy?']);
	await played.close();
});

test('a note that could not be written is not lost', async () => {
	let full = true;
	const kept: string[] = [];
	const played = playing({
		keepNote: async (text) => {
			if (full) throw new Error('the disk is full');
			kept.push(text);
		},
	});
	const { emulator, press } = played;
	await emulator.waitFor('You may see');
	press('o');
	await emulator.waitFor('It stands in the report');
	for (const letter of 'slow') press(letter);
	press('\r');
	await emulator.waitFor('The note was not written: the disk is full');
	full = false;
	press('o');
	await emulator.waitFor('Note: slow');
	press('\r');
	await emulator.waitFor('Noted:');
	expect(kept).toEqual(['slow']);
	await played.close();
});

test('Esc drops no note by accident, and leaves nothing written', async () => {
	const kept: string[] = [];
	const played = playing({ keepNote: async (text) => void kept.push(text) });
	const { emulator, press } = played;
	await emulator.waitFor('You may see');
	press('o');
	await emulator.waitFor('It stands in the report');
	for (const letter of 'later') press(letter);
	press('\u001b');
	await emulator.waitFor('You may see');
	press('o');
	await emulator.waitFor('Note: later');
	expect(kept).toEqual([]);
	await played.close();
});

test('v shows the report so far, rendered, and Esc goes back to the page', async () => {
	const played = playing({ report: async () => '# KB900\n\n- **State**: CRITICAL – 97 of 97 slots\n' });
	const { emulator, press } = played;
	await emulator.waitFor('You may see');
	press('v');
	await emulator.waitFor('The report so far');
	await emulator.waitFor('State: CRITICAL');
	expect(emulator.screen()).not.toContain('**');
	press('\u001b');
	await emulator.waitFor('You may see');
	await played.close();
});

test('a report that cannot be made says why', async () => {
	const played = playing({ report: () => Promise.reject(new Error('the journal is gone')) });
	const { emulator, press } = played;
	await emulator.waitFor('You may see');
	press('v');
	await emulator.waitFor('The report could not be made: the journal is gone');
	await played.close();
});
