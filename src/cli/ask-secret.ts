/** A password typed at a terminal, and not shown. */
import type { ReadStream } from 'node:tty';
import { CancelledError } from './errors.ts';

const enter = new Set(['\r', '\n', '\u0004']);
const backspace = new Set(['\u007f', '\b']);
const ctrlC = '\u0003';

/**
 * Reads one line without echo, up to Enter.
 * @param say writes the prompt, and the line break at the end
 * @throws CancelledError on Ctrl-C
 */
export async function askSecret(
	input: ReadStream,
	prompt: string,
	say: (text: string) => void,
): Promise<string> {
	const wasRaw = input.isRaw;
	// Before the prompt: who types at once must not see the first letters echoed.
	input.setRawMode(true);
	say(prompt);
	// Whoever had the terminal before may have let it go: the program must not end while somebody types.
	input.ref();
	input.setEncoding('utf8');
	try {
		return await new Promise<string>((resolve, reject) => {
			let typed = '';
			const end = (finish: () => void) => {
				input.off('data', onData);
				finish();
			};
			const onData = (chunk: string) => {
				for (const character of chunk) {
					if (character === ctrlC) return end(() => reject(new CancelledError('SIGINT')));
					if (enter.has(character)) return end(() => resolve(typed));
					typed = backspace.has(character) ? [...typed].slice(0, -1).join('') : typed + character;
				}
			};
			input.on('data', onData);
			input.resume();
		});
	} finally {
		input.pause();
		input.setRawMode(wasRaw);
		say('\n');
	}
}
