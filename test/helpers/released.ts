import { afterEach } from 'vitest';

export type Releases = {
	/** To be called after the test, the latest first. */
	readonly releases: (() => Promise<unknown>)[];
	/** The thing itself, and how it is given up after the test. */
	atEnd<T>(thing: T, release: () => Promise<unknown>): T;
};

/** For the top of a file whose tests run one after the other. */
export function releasedAfterEach(): Releases {
	const releases: (() => Promise<unknown>)[] = [];
	afterEach(async () => {
		for (const release of releases.splice(0).reverse()) await release();
	});
	return {
		releases,
		atEnd(thing, release) {
			releases.push(release);
			return thing;
		},
	};
}
