/** What a binding of the key table is, and what its keys may do. */
import type { DriverEvent } from '../machine/context.ts';
import type { KeyName } from './key-name.ts';
import type { Page } from './page.ts';
import type { Scene } from './scene.ts';
import type { AutoMode, View } from './view-store.ts';

/** What a key may do. */
export interface Hand {
	send(event: DriverEvent): void;
	change(change: Partial<View>): void;
	auto(mode: AutoMode): void;
	/** Moves what is in sight by so many lines; infinity: to the end. */
	scroll(lines: number): void;
	/** By so many screens. */
	scrollPages(pages: number): void;
	/** ISO 8601. */
	now(): string;
	/** Who answers at this terminal. */
	readonly answeredBy: string;
	/** Looks at the error message that was pasted. */
	lookAtPaste(): void;
	/** Writes down the note that was written. */
	keepNote(): void;
	/** Lays the report so far over the page. */
	showReport(): void;
	/** Leaves without a further word to the machine. */
	leave(how: 'left' | 'interrupted'): void;
}

export type KeyScene = Scene & { readonly page: Page };

export type Binding = {
	/** `text`: any character, where one may be typed. */
	readonly keys: readonly (KeyName | 'text')[];
	/** As the footer writes the key. */
	readonly shown: string;
	/** For the help, whatever the screen. */
	readonly help: string;
	/** In the footer; null: only in the help. */
	readonly footer: ((scene: KeyScene) => string) | null;
	readonly when: (scene: KeyScene) => boolean;
	readonly act: (hand: Hand, scene: KeyScene, key: KeyName) => void;
	/** Must be pressed by itself: a paste of several characters is no consent. */
	readonly alone?: true;
};
