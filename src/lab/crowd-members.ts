/** What the members of a crowd do with their connections. */
import { setTimeout as pause } from 'node:timers/promises';
import type { CrowdMember, PoolMember, SessionsMember } from './crowd-protocol.ts';
import { keepSeat, type SeatContext, type SeatWork } from './crowd-seat.ts';

export type MemberContext = Omit<SeatContext, 'wanted'> & { readonly settled: () => boolean };

/** How many seats a member asks for at once; one that grows opens more by itself. */
export function seatCount(member: CrowdMember): number {
	return member.kind === 'pool' ? member.max : member.count;
}

/** Opens the seat of that number (0-based); the first ones of a pool are those that its work uses. */
export function openSeat(member: CrowdMember, seat: number, context: MemberContext): void {
	void (member.kind === 'pool' ? poolSeat(member, seat, context) : sessionSeat(member, context));
}

/** Lets a leak go on: one more seat per interval, none of them ever used again. */
export function grow(member: CrowdMember, context: MemberContext): void {
	if (member.kind === 'pool' || member.growEveryMs === null) return;
	const timer = setInterval(() => void sessionSeat(member, context), member.growEveryMs);
	context.signal.addEventListener('abort', () => clearInterval(timer), { once: true });
}

function poolSeat(member: PoolMember, seat: number, context: MemberContext): Promise<void> {
	const used = seat < member.usual;
	const work: SeatWork = async (client, lost) => {
		const ended = lost.then(() => true);
		await client.query(member.sql);
		if (!used) {
			await lost;
			return;
		}
		// Spread, so that a hundred connections do not ask in the same instant.
		while (!(await Promise.race([ended, pause(member.everyMs * (0.5 + Math.random()), false)]))) {
			await client.query(member.sql);
		}
	};
	const wanted = () => used || member.refill === 'brim' || !context.settled();
	return keepSeat(member, work, { ...context, wanted });
}

function sessionSeat(member: SessionsMember, context: MemberContext): Promise<void> {
	let visits = 0;
	const work: SeatWork = async (client, lost, drop) => {
		visits += 1;
		do {
			for (const statement of member.statements) {
				const giveUp = member.givesUpAfterMs === null ? null : setTimeout(drop, member.givesUpAfterMs);
				await client.query(statement).finally(() => clearTimeout(giveUp ?? undefined));
			}
		} while (member.afterwards === 'again');
		if (member.afterwards === 'stay') await lost;
	};
	const wanted = () => visits === 0 || member.returns;
	return keepSeat(member, work, { ...context, wanted });
}
