/** Why the lab cannot do what was asked, for the person who asked. */
export class LabError extends Error {
	/** What to do next, most useful first. */
	readonly next: readonly string[];
	constructor(message: string, next: readonly string[]) {
		super(next.length > 0 ? `${message}\n${next.map((step) => `  ${step}`).join('\n')}` : message);
		this.name = 'LabError';
		this.next = next;
	}
}
