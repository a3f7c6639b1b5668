/**
 * How long it takes to have a slot where a crowd reconnects: `npm run waiting`. 110 clients want 97 slots, of which one frees
 * now and then; whoever waits looks on, and is timed until it has one. Ours is compared with its peers in turns, on the same
 * crowd: a shell that tries by psql as fast as it can, and one that tries once a second.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createKeeper } from '../../src/evidence/postgres/keeper.ts';
import { type LabServer, startServer } from '../../src/lab/server.ts';
import { settingsOf } from '../fixes/settings.ts';

const rounds = Number(process.env.BENCH_ROUNDS ?? '5');
const clients = 110;
/** A session is held so long on the average, in milliseconds: of 97, about three a second leave. */
const heldFor = 30_000;
const longestMs = 60_000;

type Waited = { readonly ms: number; readonly tries: number };
type Waiter = { readonly name: string; readonly wait: (uri: string) => Promise<Waited> };

const ours: Waiter = {
	name: 'kbwizard --wait',
	async wait(uri) {
		const keeper = createKeeper(settingsOf(uri));
		let tries = 1;
		keeper.subscribe(({ type }) => {
			if (type === 'connection.waiting') tries += 1;
		});
		const started = performance.now();
		await keeper.wait({ forMs: longestMs });
		const ms = performance.now() - started;
		await keeper.close();
		return { ms, tries };
	},
};

/** A shell's loop, as an administrator types it. */
function byPsql(name: string, pauseMs: number): Waiter {
	return {
		name,
		async wait(uri) {
			const started = performance.now();
			for (let tries = 1; ; tries += 1) {
				const child = spawn('psql', [uri, '-Atc', 'select 1'], { stdio: 'ignore' });
				const [status] = await once(child, 'exit');
				const ms = performance.now() - started;
				if (status === 0 || ms > longestMs) return { ms, tries };
				await delay(pauseMs);
			}
		},
	};
}

const waiters = [ours, byPsql('psql, at once again', 0), byPsql('psql, every second', 1_000)];

function median(values: readonly number[]): number {
	return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function startCrowd(uri: string, backoffMs: number, heldForMs = heldFor): ChildProcess {
	const file = fileURLToPath(new URL('./reconnecting-crowd.ts', import.meta.url));
	const args = [file, uri, clients, backoffMs, heldForMs].map(String);
	return spawn(process.execPath, args, { stdio: 'ignore' });
}

async function untilFull(uri: string): Promise<void> {
	const keeper = createKeeper(settingsOf(uri));
	while ((await keeper.attempt()).verdict === 'connected') {
		await keeper.session?.close();
		await keeper.session?.ended;
		await delay(200);
	}
	await keeper.close();
}

/** Processor time of the server and of all its processes that have ended, in milliseconds (Linux); null: not told here. */
async function spent({ dataDir }: LabServer): Promise<number | null> {
	try {
		const [pid = ''] = (await readFile(`${dataDir}/postmaster.pid`, 'utf8')).split('\n');
		const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ').at(-1)?.split(' ') ?? [];
		return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks) * 10, 0);
	} catch {
		return null;
	}
}

/** What a refused try costs the server, on one that is full and otherwise quiet. */
async function costOfATry(server: LabServer, uri: string): Promise<void> {
	const before = await spent(server);
	const started = performance.now();
	const keeper = createKeeper(settingsOf(uri));
	let tries = 1;
	keeper.subscribe(({ type }) => {
		if (type === 'connection.waiting') tries += 1;
	});
	await keeper.wait({ forMs: 20_000 });
	await keeper.close();
	const after = await spent(server);
	const seconds = (performance.now() - started) / 1_000;
	console.log(`\nalone on a full server: ${tries} tries in ${seconds.toFixed(0)} s`);
	if (before !== null && after !== null)
		console.log(`  ${((after - before) / tries).toFixed(1)} ms of the server's processors each`);
}

const server = await startServer({
	settings: { max_connections: 100, superuser_reserved_connections: 3 },
	databases: ['openiz'],
	roles: [{ name: 'ims' }],
});
try {
	const uri = server.uri({ user: 'ims', database: 'openiz' });
	for (const backoffMs of [0, 100, 1_000]) {
		const crowd = startCrowd(uri, backoffMs);
		await untilFull(uri);
		const times = new Map<string, Waited[]>(waiters.map(({ name }) => [name, []]));
		for (let round = 0; round < rounds; round += 1)
			for (const { name, wait } of waiters) times.get(name)?.push(await wait(uri));
		console.log(
			`\n${clients} clients on 97 slots that come back after ${backoffMs} ms (median of ${rounds})`,
		);
		const own = median(times.get(ours.name)?.map(({ ms }) => ms) ?? []);
		for (const [name, waited] of times) {
			const ms = median(waited.map((each) => each.ms));
			const perSecond =
				waited.reduce((sum, { tries }) => sum + tries, 0) /
				(waited.reduce((sum, each) => sum + each.ms, 0) / 1_000);
			const ratio = name === ours.name ? '' : `  ours takes ${(own / ms).toFixed(2)} times that`;
			console.log(
				`  ${name.padEnd(22)} ${(ms / 1_000).toFixed(1).padStart(6)} s, ${perSecond.toFixed(0).padStart(3)} tries a second${ratio}`,
			);
		}
		crowd.kill();
		await once(crowd, 'exit');
	}
	const quiet = startCrowd(uri, 1_000_000, 1_000_000_000);
	await untilFull(uri);
	await costOfATry(server, uri);
	quiet.kill();
} finally {
	await server.stop();
}
