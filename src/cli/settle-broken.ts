/** A person at a terminal, and a session that broke off in the middle of a change: it is looked at first, then they say. */
import { cleanText } from '../evidence/untrusted.ts';
import type { World } from './world.ts';
import { wrapWords } from './wrap-words.ts';

export type Choice = 'go on' | 'undo' | 'leave';

const choices: readonly {
	readonly choice: Choice;
	readonly key: string;
	readonly means: string;
}[] = [
	{ choice: 'go on', key: 'g', means: 'go on: keep it as it stands, and look on in the wizard' },
	{ choice: 'undo', key: 'u', means: 'undo:  take back what is in force, then look on in the wizard' },
	{ choice: 'leave', key: 'l', means: 'leave: all as it is; kbwizard undo takes it back any time' },
];

/**
 * Asks until one of them is named: an empty line chooses nothing.
 * @returns `leave` at the end of the input
 */
export async function askWhatNow({ stdin, stderr, signal }: World): Promise<Choice> {
	await stderr.write(`What now?\n${choices.map(({ key, means }) => `  ${key}  ${means}\n`).join('')}`);
	for (let asked = 0; asked < 10; asked += 1) {
		const said = (await stdin.ask('g, u or l: ')).trim().toLowerCase();
		signal.throwIfAborted();
		const chosen = choices.find(({ choice, key }) => said === key || said === choice);
		if (chosen !== undefined) return chosen.choice;
		await stderr.write('Say one of the three: g to go on, u to undo, l to leave.\n');
	}
	return 'leave';
}

/** For the terminal, its lines not longer than it is wide. */
export async function say(text: string, { stderr, terminal }: World): Promise<void> {
	const lines = wrapWords(cleanText(text, { multiline: true }), terminal?.output.columns ?? 80);
	await stderr.write(`${lines.trimEnd()}\n`);
}
