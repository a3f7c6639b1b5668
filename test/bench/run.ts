/**
 * What a person waits for, as ratios against a named peer measured in the same run: `npm run bench`.
 * Runs are interleaved, so that a busy machine slows all of them alike; medians are printed.
 */
import { spawn as spawnChild } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { spawn as spawnPty } from '@lydell/node-pty';
import { startServer } from '../../src/lab/server.ts';

const rounds = Number(process.env.BENCH_ROUNDS ?? '15');
const bin = fileURLToPath(new URL('../../bin/kbwizard.js', import.meta.url));

type Contender = { readonly name: string; readonly run: () => Promise<number> };

function median(values: readonly number[]): number {
	const sorted = [...values].sort((a, b) => a - b);
	return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Milliseconds until the program has ended; null where it cannot be started. */
function untilExit(command: string, args: readonly string[]): Promise<number | null> {
	const started = performance.now();
	return new Promise((resolve) => {
		const child = spawnChild(command, [...args], { stdio: 'ignore' });
		child.once('error', () => resolve(null));
		child.once('exit', () => resolve(performance.now() - started));
	});
}

/** Only Ink draws it, below everything else: the frame is there, and its keys are heard. */
const firstFrame = 'Enter begin';

/**
 * Milliseconds until the terminal shows `text`, or until the end where `text` is null; at the first frame Enter is
 * pressed. It is left by the key `q`, as a person leaves it: Node writes its cache of compiled code only at an orderly
 * end.
 */
function inTerminal(args: readonly string[], text: string | null): Promise<number> {
	const started = performance.now();
	return new Promise((resolve) => {
		const child = spawnPty(process.execPath, [...args], { cols: 80, rows: 24, name: 'xterm-256color' });
		let seen = '';
		let took: number | null = null;
		let begun = false;
		child.onData((data) => {
			seen += stripVTControlCharacters(data);
			if (text !== null && seen.includes(text)) {
				took ??= performance.now() - started;
				child.write('q');
			} else if (!begun && seen.includes(firstFrame)) {
				begun = true;
				child.write('\r');
			}
		});
		child.onExit(() => resolve(took ?? performance.now() - started));
	});
}

async function interleaved(contenders: readonly Contender[]): Promise<ReadonlyMap<string, number>> {
	const times = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
	for (const { run } of contenders) await run();
	for (let round = 0; round < rounds; round += 1) {
		for (const { name, run } of contenders) times.get(name)?.push(await run());
	}
	return new Map([...times].map(([name, values]) => [name, median(values)]));
}

function compare(title: string, medians: ReadonlyMap<string, number>, ours: string): void {
	const own = medians.get(ours) ?? Number.NaN;
	console.log(`\n${title}`);
	for (const [name, ms] of medians) {
		const ratio = name === ours ? '' : `  ours is ${(own / ms).toFixed(1)} times that`;
		console.log(`  ${name.padEnd(24)} ${ms.toFixed(0).padStart(6)} ms${ratio}`);
	}
}

/** The statements that one diagnosis sent, and the server's time for them, from the server's own log. */
async function serverSide(logFile: string): Promise<{ statements: number; ms: number }> {
	const log = await readFile(logFile, 'utf8');
	const durations = [...log.matchAll(/ kbwizard .*duration: ([0-9.]+) ms/g)].map(([, ms]) => Number(ms));
	return {
		statements: (log.match(/ kbwizard .*(?:statement|execute [^:]*): /g) ?? []).length,
		ms: durations.reduce((sum, ms) => sum + ms, 0),
	};
}

const server = await startServer({
	settings: { log_min_duration_statement: 0, log_line_prefix: '%m %a ' },
	databases: ['openiz'],
});
try {
	const target = server.uri({ database: 'openiz' });
	const bare = { name: 'node -e 0', run: () => inTerminal(['-e', '0'], null) };
	compare(
		`first frame in a terminal, drawn by Ink, with its keys (median of ${rounds})`,
		await interleaved([
			bare,
			{ name: 'kbwizard', run: () => inTerminal([bin, 'KB008', target], firstFrame) },
		]),
		'kbwizard',
	);
	compare(
		'the same with Enter pressed there, until the server has answered',
		await interleaved([
			bare,
			{ name: 'kbwizard', run: () => inTerminal([bin, 'KB008', target], 'Enter go on') },
		]),
		'kbwizard',
	);
	const timed = (command: string, args: readonly string[]) => async () =>
		(await untilExit(command, args)) ?? Number.NaN;
	const quick = ['check', 'KB008', target, '--json'];
	const contenders = [
		{ name: 'node -e 0', run: timed(process.execPath, ['-e', '0']) },
		{ name: 'kbwizard check --json', run: timed(process.execPath, [bin, ...quick]) },
	];
	if ((await untilExit('psql', ['--version'])) === null)
		console.log('\npsql is not installed: no comparison with it');
	else contenders.push({ name: 'psql -c "select 1"', run: timed('psql', [target, '-c', 'select 1']) });
	compare('check --json to its exit', await interleaved(contenders), 'kbwizard check --json');
	const before = await serverSide(server.logFile);
	await untilExit(process.execPath, [bin, ...quick]);
	const after = await serverSide(server.logFile);
	console.log(
		`\none diagnosis: ${after.statements - before.statements} statements, ${(after.ms - before.ms).toFixed(1)} ms of the server's time`,
	);
} finally {
	await server.stop();
}
