/**
 * A process that fences a database and then stands still behind the fence, to be killed there. Its orders come over
 * its message channel; it says `fenced` on standard output.
 */
import { writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { createQueryGate } from '../../src/article/sql-gate.ts';
import { createKeeper } from '../../src/evidence/postgres/keeper.ts';
import { createFixer } from '../../src/fixes/create-fixer.ts';
import { guardianLauncher } from '../../src/fixes/guardian-client.ts';
import { openJournal } from '../../src/session/journal.ts';
import { fixArticle, solutionOf } from './article.ts';
import { settingsOf } from './settings.ts';

async function fence(uri: string, stateDir: string): Promise<void> {
	const article = fixArticle();
	const settings = settingsOf(uri);
	const keeper = createKeeper(settings);
	await keeper.attempt();
	const fixer = createFixer({
		article,
		keeper,
		gate: createQueryGate(),
		journal: openJournal({
			stateDir,
			clock: () => new Date(),
			writer: { pid: process.pid, host: hostname(), isAlive: () => true },
		}),
		launchGuardian: guardianLauncher([settings]),
		proveLogin: null,
		connectTo: null,
		lookThrough: null,
		observe: async () => ({ kind: 'absent', why: 'not in this test', grant: null }),
		clock: () => new Date(),
		maxRows: 100,
		attended: false,
		waitMs: 0,
	});
	const planned = await fixer.plan({
		solution: solutionOf(article, 'disconnect-all'),
		step: null,
		parameters: {},
		facts: {},
		server: null,
	});
	if (planned.kind !== 'plan') throw new Error(JSON.stringify(planned));
	await fixer.apply(planned.plan, { yes: false, typed: planned.plan.confirm }, (text) => {
		if (!text.startsWith('ending')) return;
		writeSync(1, 'fenced\n');
		Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60_000);
	});
}

process.once('message', (message) => {
	if (typeof message !== 'object' || message === null || !('uri' in message) || !('stateDir' in message))
		return;
	fence(String(message.uri), String(message.stateDir)).catch((error: unknown) => {
		writeSync(2, `${String(error)}\n`);
		process.exit(1);
	});
});
