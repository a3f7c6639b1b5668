import { defineConfig } from 'vitest/config';

/** Real servers are started by the tests themselves, so a file gets time, but a hang still ends. */
export default defineConfig({
	test: {
		root: new URL('..', import.meta.url).pathname,
		include: ['test/**/*.test.{ts,tsx}'],
		testTimeout: 120_000,
		hookTimeout: 120_000,
		maxWorkers: 2,
		// Scenarios that run beside each other are whole servers with their crowds.
		maxConcurrency: 3,
		// Servers, crowds and time limits are real: what a busy machine keeps a scenario from is tried again, and named at the end.
		retry: 3,
		reporters: ['default', new URL('helpers/count-reporter.ts', import.meta.url).pathname],
	},
});
