/** Real servers for tests, from npm: nothing of PostgreSQL is imitated. */
import pg from 'pg';
import { afterAll, beforeAll, describe } from 'vitest';
import { allMajors, binaryPackage, isInstalled, type Major } from '../../src/lab/binaries.ts';
import { type LabServer, type ServerOptions, startServer } from '../../src/lab/server.ts';

export type { LabServer, Major, ServerOptions };
export { allMajors };

/** The oldest and the newest that everything is shown on. */
export const testMajors = [13, 18] as const;

/** Starts a server for `body` and ends it afterwards. */
export async function withServer<T>(
	major: Major,
	options: Omit<ServerOptions, 'major'>,
	body: (server: LabServer) => Promise<T>,
): Promise<T> {
	const server = await startServer({ ...options, major });
	try {
		return await body(server);
	} finally {
		await server.stop();
	}
}

/** One server for the tests of the enclosing `describe`; ask for it inside a test. See `describeOn` for skipping. */
export function useServer(major: Major, options: Omit<ServerOptions, 'major'> = {}): () => LabServer {
	let server: LabServer | null = null;
	beforeAll(async () => {
		server = await startServer({ ...options, major });
	});
	afterAll(async () => {
		await server?.stop();
	});
	return () => {
		if (server === null) throw new Error('The server is there inside tests and hooks only.');
		return server;
	};
}

/**
 * A `describe` per major, each with a server of its own. Where its binaries are not installed it is skipped, and
 * says so; in CI a missing one is a failure.
 */
export function describeOn(
	majors: readonly Major[],
	title: string,
	options: Omit<ServerOptions, 'major'>,
	body: (server: () => LabServer, major: Major) => void,
): void {
	describeMajors(majors, title, (major) => body(useServer(major, options), major));
}

/** As `describeOn`, without starting a server. */
export function describeMajors(majors: readonly Major[], title: string, body: (major: Major) => void): void {
	for (const major of majors) {
		const skip = !isInstalled(major) && process.env.CI !== 'true';
		if (skip)
			console.error(`SKIPPED: "${title}" on PostgreSQL ${major}: ${binaryPackage(major)} is not installed.`);
		describe.skipIf(skip)(`${title} (PostgreSQL ${major})`, () => body(major));
	}
}

/**
 * As `describeOn`, all majors at once: for tests that mostly wait. Those on one server still run one after another.
 * What a test is to clean up it gives to the `onTestFinished` of its own context: vitest's knows one test at a time.
 */
export function describeOnAtOnce(
	majors: readonly Major[],
	title: string,
	options: Omit<ServerOptions, 'major'>,
	body: (server: () => LabServer, major: Major) => void,
): void {
	describeMajorsAtOnce(majors, title, (major) => {
		describe('one after another', { concurrent: false }, () => body(useServer(major, options), major));
	});
}

/** As `describeMajors`, all tests of all majors at once, up to vitest's `maxConcurrency` (5). */
export function describeMajorsAtOnce(
	majors: readonly Major[],
	title: string,
	body: (major: Major) => void,
): void {
	describe.concurrent('at once', () => describeMajors(majors, title, body));
}

/** A connected plain client, whose loss does not end the test process. End it with `client.end()`. */
export async function connect(uri: string, applicationName = 'test'): Promise<pg.Client> {
	const client = new pg.Client({ connectionString: uri, application_name: applicationName });
	client.on('error', () => undefined);
	await client.connect();
	return client;
}

/** One statement on a connection of its own; its rows. */
export async function query(
	uri: string,
	sql: string,
	values: readonly unknown[] = [],
): Promise<Record<string, unknown>[]> {
	const client = await connect(uri);
	try {
		const { rows } = await client.query<Record<string, unknown>>(sql, [...values]);
		return rows;
	} finally {
		await client.end();
	}
}

export type HeldSlots = {
	readonly clients: readonly pg.Client[];
	/** Ends them all; those that were ended by somebody else are no error. */
	release(): Promise<void>;
};

/** Takes `count` slots with plain idle sessions, as the role and on the database of `uri`. */
export async function holdSlots(count: number, uri: string, applicationName = 'holder'): Promise<HeldSlots> {
	const clients: pg.Client[] = [];
	const release = async () => {
		await Promise.all(clients.map((client) => client.end().catch(() => undefined)));
	};
	try {
		for (let taken = 0; taken < count; taken += 1) clients.push(await connect(uri, applicationName));
	} catch (error) {
		await release();
		throw error;
	}
	return { clients, release };
}

export type UntilOptions = {
	/** Ends the sentence "waited for …". */
	readonly what: string;
	/** Default 10,000. */
	readonly timeoutMs?: number;
};

/** Waits until `condition` holds (looks every 50 ms) and answers what it answered. */
export async function until<T>(
	condition: () => T | Promise<T>,
	{ what, timeoutMs = 10_000 }: UntilOptions,
): Promise<Exclude<T, false | null | undefined>> {
	const deadline = Date.now() + timeoutMs;
	let latest: unknown;
	for (;;) {
		try {
			const answer = await condition();
			if (isThere(answer)) return answer;
			latest = answer;
		} catch (error) {
			latest = error;
		}
		if (Date.now() > deadline) throw new Error(`Waited ${timeoutMs} ms for ${what}; last: ${String(latest)}`);
		await new Promise((resolve) => setTimeout(resolve, 50));
	}
}

function isThere<T>(answer: T): answer is Exclude<T, false | null | undefined> {
	return answer !== false && answer !== null && answer !== undefined;
}
