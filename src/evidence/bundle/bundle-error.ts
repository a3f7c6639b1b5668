/** A file that is no bundle, or none that can be used, in a person's words. */
export class BundleError extends Error {
	readonly code: string;
	/** What to do next, most useful first. */
	readonly next: readonly string[];

	constructor(code: string, message: string, next: readonly string[]) {
		super(message);
		this.name = 'BundleError';
		this.code = code;
		this.next = next;
	}
}

export const askAgain =
	'have it sent again as a file, as psql wrote it: psql -X -d DATABASE -f KB008.sql > bundle.txt';
