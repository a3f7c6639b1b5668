/** Choosing from a list on the screen, as somebody does who looks after every key. */
import { until } from './postgres.ts';
import type { Terminal } from './terminal.ts';

const patienceMs = 60_000;

const markedOn = (screen: string): string | null => /Enter read: (\S.*)/.exec(screen)?.[1] ?? null;

/** Moves the mark down to a line, and opens it. @throws with the screen, where the list has no such line */
export async function choose(terminal: Terminal, title: string): Promise<void> {
	for (;;) {
		// The keys are drawn last: before that nobody has seen the mark. And a busy machine draws late:
		// a key more than the screen has shown would move the mark past the line.
		const marked = await until(() => markedOn(terminal.screen()), {
			what: 'a mark in the list',
			timeoutMs: patienceMs,
		});
		if (marked.startsWith(title)) break;
		terminal.type('\x1b[B');
		await until(() => markedOn(terminal.screen()) !== marked, {
			what: `the mark to leave ${marked}, on the way to ${title}; on the screen:\n${terminal.screen()}\n`,
			timeoutMs: patienceMs,
		});
	}
	terminal.type('\r');
}
