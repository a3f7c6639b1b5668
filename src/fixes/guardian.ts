/**
 * The guardian: a process that outlives the wizard for as long as it takes to lift its fences. It does nothing until
 * its channel closes (kill -9 included) or goes silent; then it gets in, however long the server refuses, and restores
 * what was saved. An entry of the bundle; started by `forkEntry('guardian')`.
 */
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { toDatabase } from '../evidence/postgres/connection-settings.ts';
import { createKeeper } from '../evidence/postgres/keeper.ts';
import { openJournal } from '../session/journal.ts';
import type { JournalEntry } from '../session/record.ts';
import { systemCode } from '../system-code.ts';
import { lift } from './fence.ts';
import {
	fromWire,
	type GuardedFence,
	type GuardianAnswer,
	type GuardianOrders,
	graceMs,
	silenceMs,
} from './guardian-orders.ts';

/** It goes on trying for a day; a server that is away longer than that is looked after by people. */
const patienceMs = 24 * 60 * 60 * 1000;
const longestPauseMs = 2_000;
/** A password that was right a minute ago is tried a few times, not for ever: that locks accounts. */
const credentialsTries = 5;

let orders: GuardianOrders | null = null;
let guarded: readonly GuardedFence[] = [];
let acting = false;
let silence: NodeJS.Timeout | null = null;

process.on('message', (text) => {
	const message = fromWire(text);
	if (message === null) return;
	if (silence !== null) clearTimeout(silence);
	switch (message.type) {
		case 'orders': {
			orders = message.orders;
			const ready: GuardianAnswer = { type: 'ready' };
			process.send?.(ready);
			break;
		}
		case 'guard':
			guarded = [...guarded, message.guarded];
			break;
		case 'forget':
			guarded = guarded.filter(({ intent }) => intent !== message.intent);
			break;
		case 'lifted':
			if (!acting) process.exit(0);
			return;
		case 'alive':
			break;
	}
	silence = setTimeout(() => act('the wizard had stopped answering'), silenceMs);
});
process.once('disconnect', () => act('the wizard had ended'));
// A Ctrl-C is the wizard's to deal with; its end reaches us by the channel. A shutdown of the machine is ours too.
for (const name of ['SIGINT', 'SIGHUP'] as const) process.on(name, () => undefined);
process.on('SIGTERM', () => act('the guardian was told to end'));

function act(why: string): void {
	if (acting) return;
	acting = true;
	if (orders === null || guarded.length === 0) process.exit(0);
	liftAll(orders, why).then(
		() => process.exit(0),
		() => process.exit(1),
	);
}

async function liftAll(given: GuardianOrders, why: string): Promise<void> {
	await delay(graceMs);
	const entries: JournalEntry[] = [];
	const left = [...guarded].reverse();
	const deadline = Date.now() + patienceMs;
	let refusedCredentials = 0;
	for (let attempt = 0; left.length > 0; attempt += 1) {
		const { settings, database } = doorAt(given, attempt);
		const keeper = createKeeper(toDatabase(settings, database));
		try {
			const { verdict } = await keeper.attempt();
			if (verdict === 'credentials refused') refusedCredentials += 1;
			const { session } = keeper;
			for (let next = left[0]; session !== null && next !== undefined; next = left[0]) {
				const { how, now } = await lift(session, next.fence);
				entries.push({
					kind: 'lifted',
					of: given.journal.session,
					intent: next.intent,
					by: how === 'lifted' ? 'guardian' : 'somebody else',
					why: how === 'lifted' ? why : now,
				});
				left.shift();
			}
		} catch {
			// Lost, or refused for now: there is nobody to tell, and the next attempt may do.
		} finally {
			await keeper.close().catch(() => undefined);
		}
		if (left.length > 0 && (Date.now() > deadline || refusedCredentials >= credentialsTries)) {
			entries.push(
				gaveUp(left, refusedCredentials > 0 ? 'the credentials were refused' : 'it could not get in'),
			);
			break;
		}
		if (left.length > 0) await delay(Math.min(longestPauseMs, 100 * 2 ** Math.min(attempt, 5)));
	}
	await journalAll(given, entries);
}

/** Every way in, to every database, in turn. */
function doorAt({ ways, from }: GuardianOrders, attempt: number) {
	const doors = ways.flatMap((settings) => from.map((database) => ({ settings, database })));
	const door = doors[attempt % doors.length];
	if (door === undefined) throw new Error('the guardian was given no way in');
	return door;
}

function gaveUp(left: readonly GuardedFence[], why: string): JournalEntry {
	const names = left.map(({ fence }) => fence.database).join(', ');
	return { kind: 'note', text: `the guardian gave up lifting the fence of ${names}: ${why}` };
}

/** The wizard's lock goes with the wizard; one that is only stopped still holds it, and writes for itself later. */
async function journalAll({ journal }: GuardianOrders, entries: readonly JournalEntry[]): Promise<void> {
	for (let attempt = 0; attempt < 20; attempt += 1) {
		try {
			const opened = openJournal({
				stateDir: journal.stateDir,
				session: journal.session,
				clock: () => new Date(),
				writer: { pid: process.pid, host: hostname(), isAlive },
			});
			for (const entry of entries) await opened.append(entry, { durable: true });
			opened.close();
			return;
		} catch {
			await delay(500);
		}
	}
}

function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return systemCode(error) === 'EPERM';
	}
}
