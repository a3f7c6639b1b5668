/**
 * The crowd: a process that plays the applications of a site, with real connections. An entry of the bundle; started
 * by `forkEntry('crowd')`, told what to do by messages (so no credential is in its command line), gone with its owner.
 */
import { grow, type MemberContext, openSeat, seatCount } from './crowd-members.ts';
import { type CrowdMember, type CrowdOrder, type CrowdReport, isCrowdOrder } from './crowd-protocol.ts';
import type { CrowdCounts } from './crowd-seat.ts';

const reportEveryMs = 50;
/**
 * Connections that are being opened at the same time: fewer than the slots that are reserved, since a refused one
 * sits in one of those for a moment and would lock the administrator out.
 */
const openAtOnce = 2;

const counts: CrowdCounts = { held: 0, refused: 0 };
const instances = new Map<string, AbortController>();
let settled = false;
let reportDue = false;

// The caller's PGAPPNAME or PGOPTIONS would be sent along by every connection.
for (const name of Object.keys(process.env)) if (name.startsWith('PG')) delete process.env[name];

function changed(): void {
	if (reportDue) return;
	reportDue = true;
	setTimeout(() => {
		reportDue = false;
		const report: CrowdReport = { type: 'report', ...counts, opening, settled };
		if (process.connected) process.send?.(report);
	}, reportEveryMs);
}

let opening = 0;
const queue: (() => void)[] = [];

async function inTurn<T>(open: () => Promise<T>): Promise<T> {
	if (opening >= openAtOnce) await new Promise<void>((resolve) => queue.push(resolve));
	else opening += 1;
	try {
		return await open();
	} finally {
		const next = queue.shift();
		if (next === undefined) opening -= 1;
		else next();
		changed();
	}
}

function contextOf(member: CrowdMember): MemberContext {
	const leaving = instances.get(member.instance) ?? new AbortController();
	instances.set(member.instance, leaving);
	return { signal: leaving.signal, settled: () => settled, inTurn, counts, changed };
}

/** Seat by seat across the members: what each one's work needs comes first, as it does in a morning's rush. */
function join(members: readonly CrowdMember[]): void {
	const joined = members.map((member) => ({ member, context: contextOf(member) }));
	const most = Math.max(0, ...members.map(seatCount));
	for (let seat = 0; seat < most; seat += 1) {
		for (const { member, context } of joined) if (seat < seatCount(member)) openSeat(member, seat, context);
	}
	for (const { member, context } of joined) grow(member, context);
}

function obey(order: CrowdOrder): void {
	switch (order.type) {
		case 'join':
			join(order.members);
			break;
		case 'settle':
			settled = true;
			changed();
			break;
		case 'leave':
			instances.get(order.instance)?.abort();
			instances.delete(order.instance);
			break;
	}
}

process.on('message', (message) => {
	if (isCrowdOrder(message)) obey(message);
});
process.once('disconnect', () => process.exit());
