import { PassThrough, Writable } from 'node:stream';
import { waitFor } from 'xstate';
import type { Article } from '../../src/article/article.ts';
import type { CheckAnswer } from '../../src/machine/context.ts';
import { createPendingWizard } from '../../src/machine/pending-wizard.ts';
import type { WizardActor } from '../../src/machine/run.ts';
import { createWizardActor } from '../../src/machine/run.ts';
import { screenOf } from '../../src/machine/screen.ts';
import type { UiEnvironment } from '../../src/ui/looks.ts';
import { showWizard, type WizardEnd } from '../../src/ui/run-wizard.tsx';
import { type Emulator, openEmulator } from '../helpers/emulator.ts';
import { article as sampleArticle } from './article.ts';
import { sighted, world } from './screens.ts';
import { at, type ScriptedPorts, startedMs } from './scripted-ports.ts';

/** What Ink writes to, shown by a terminal emulator. */
class EmulatedOutput extends Writable {
	readonly isTTY = true;
	columns: number;
	rows: number;
	readonly #emulator: Emulator;
	constructor(emulator: Emulator, columns: number, rows: number) {
		super({ decodeStrings: false });
		this.#emulator = emulator;
		this.columns = columns;
		this.rows = rows;
	}
	override _write(chunk: unknown, _encoding: BufferEncoding, done: () => void): void {
		// A real terminal turns a line feed into a new line.
		this.#emulator.write(String(chunk).replaceAll('\n', '\r\n')).then(done);
	}
	resize(columns: number, rows: number): void {
		this.columns = columns;
		this.rows = rows;
		this.#emulator.resize(columns, rows);
		this.emit('resize');
	}
}

/** Keys that arrive one report at a time, and what a terminal's input can do besides. */
class EmulatedInput extends PassThrough {
	readonly isTTY = true;
	isRaw = false;
	setRawMode(raw: boolean): this {
		this.isRaw = raw;
		return this;
	}
	ref(): this {
		return this;
	}
	unref(): this {
		return this;
	}
}

export type Played = {
	readonly ports: ScriptedPorts;
	readonly actor: WizardActor;
	readonly emulator: Emulator;
	readonly input: EmulatedInput;
	readonly end: Promise<WizardEnd>;
	press(keys: string): void;
	resize(columns: number, rows: number): void;
	/** The screen of the machine, with its check where it has one. */
	at(name: string, check?: string): Promise<void>;
	close(): Promise<void>;
};

/** The whole wizard with Ink, in a terminal of the given size, in front of a scripted world. */
export function play(
	options: {
		readonly env?: Partial<UiEnvironment>;
		readonly columns?: number;
		readonly rows?: number;
		readonly ports?: ScriptedPorts;
		readonly article?: Article;
		readonly recognise?: (text: string) => Promise<readonly CheckAnswer[]>;
		readonly keepNote?: (text: string) => Promise<void>;
		readonly report?: () => Promise<string>;
		/** In milliseconds; default: the time stands still. */
		readonly now?: () => number;
	} = {},
): Played {
	const { columns = 80, rows = 24, ports = world(), article = sampleArticle } = options;
	const emulator = openEmulator(columns, rows);
	const output = new EmulatedOutput(emulator, columns, rows);
	const input = new EmulatedInput();
	const actor = createWizardActor(article, ports, { startedAt: at });
	const wizard = createPendingWizard({ article, startedAt: at });
	const { end: ended } = showWizard({
		wizard,
		article,
		stdin: input,
		stdout: output,
		env: { ...sighted, ...options.env },
		version: '0.1.0',
		target: 'openiz on db.example:5432 as kbwizard',
		answeredBy: 'somebody',
		now: options.now ?? (() => startedMs),
		...(options.recognise === undefined ? {} : { recognise: options.recognise }),
		...(options.keepNote === undefined ? {} : { keepNote: options.keepNote }),
		...(options.report === undefined ? {} : { report: options.report }),
	});
	wizard.handOver(actor);
	// A real terminal has what was written; this one is a stream behind.
	const end = ended.then(
		(result) => new Promise<WizardEnd>((resolve) => output.write('', () => resolve(result))),
	);
	return {
		ports,
		actor,
		emulator,
		input,
		end,
		press: (keys) => {
			input.write(keys);
		},
		resize: (newColumns, newRows) => output.resize(newColumns, newRows),
		at: async (name, check) => {
			await waitFor(
				actor,
				(snapshot) => {
					const screen = screenOf(snapshot);
					return (
						screen.name === name && (check === undefined || ('check' in screen && screen.check === check))
					);
				},
				{ timeout: 5_000 },
			);
		},
		close: async () => {
			if (!actor.getSnapshot().hasTag('ended')) input.write('\x03');
			await end;
			actor.stop();
			emulator.dispose();
		},
	};
}
