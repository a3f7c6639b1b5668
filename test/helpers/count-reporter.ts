import type { Reporter, TestModule } from 'vitest/node';

/** How long the run may take to end once all is counted. */
const leftoverMs = 30_000;

/** Closes a run with one plain line, `N passed, M failed`, which CI reads. */
export default class CountReporter implements Reporter {
	onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
		let passed = 0;
		let skipped = 0;
		const again: string[] = [];
		// A file that does not load and an error outside any test are failures, although no test says so.
		let failed = errors.length + modules.filter((module) => module.errors().length > 0).length;
		for (const module of modules) {
			for (const test of module.children.allTests()) {
				const { state } = test.result();
				const tries = 1 + (test.diagnostic()?.retryCount ?? 0);
				if (state === 'passed' && tries > 1) again.push(`${test.fullName} (${tries} tries)`);
				if (state === 'passed') passed += 1;
				else if (state === 'failed') failed += 1;
				else skipped += 1;
			}
		}
		// A test that passes the second time only is none to be content with.
		if (again.length > 0) process.stdout.write(`\nTried again: ${again.join('; ')}\n`);
		process.stdout.write(
			`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`,
		);
		// Vitest waits for a worker as long as anything that it started holds its streams: without end, where a test
		// failed before it could end its child.
		setTimeout(() => {
			process.stderr.write('Ended: something that a test started is still running.\n');
			process.exit(failed > 0 ? 1 : (process.exitCode ?? 0));
		}, leftoverMs).unref();
	}
}
