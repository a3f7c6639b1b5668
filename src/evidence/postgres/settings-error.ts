/** Connection settings that make no sense: wrong usage, found before anything was tried. Never echoes a secret. */
export class SettingsError extends Error {
	/** What to do next, most useful first. */
	readonly next: readonly string[];

	constructor(message: string, next: readonly string[]) {
		super(message);
		this.name = 'SettingsError';
		this.next = next;
	}
}
