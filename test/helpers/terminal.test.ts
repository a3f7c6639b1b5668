import { expect, test } from 'vitest';
import { openTerminal } from './terminal.ts';

const script = `
process.stdout.write('\\x1b[31mready\\x1b[0m ' + process.stdout.columns + ' by ' + process.stdout.rows + '\\n');
process.stdout.on('resize', () => console.log('now ' + process.stdout.columns));
process.stdin.on('data', (data) => {
	if (String(data).includes('end')) process.exit(3);
	console.log('heard ' + String(data).trim());
});`;

test('a program has a terminal: it is seen as a person sees it, hears keys, is resized, and ends', async () => {
	const terminal = openTerminal({ command: process.execPath, args: ['-e', script], cols: 60, rows: 20 });
	await terminal.waitFor('ready 60 by 20');
	expect(terminal.raw()).toContain('\x1b[31m');
	expect(terminal.screen()).not.toContain('\x1b');
	terminal.type('hello\r');
	await terminal.waitFor(/heard hello/);
	terminal.resize(90, 20);
	await terminal.waitFor('now 90');
	terminal.type('end\r');
	expect(await terminal.exit).toEqual({ status: 3, signal: null });
	expect(terminal.scrollback()).toContain('heard hello');
});

test('what is not seen in time is an error with the screen in it', async () => {
	const terminal = openTerminal({ command: process.execPath, args: ['-e', script] });
	await terminal.waitFor('ready');
	await expect(terminal.waitFor('never', 50)).rejects.toThrow(/never was not seen[\s\S]*ready 80 by 24/);
	terminal.kill();
	expect((await terminal.exit).signal).not.toBeNull();
});
