/** `replication-slot apply slot=:slot`: the place where the primary remembers how far one standby has come. */
import type { PostgresSession } from '../../evidence/postgres/postgres.ts';
import { serverMajor } from '../../evidence/postgres/server-major.ts';
import type { Inverse } from '../../session/record.ts';
import { attributeValue, parameterOf } from '../attribute.ts';
import type { Effect, Standing, WayBack } from '../effect.ts';
import { droppedAgain, preparedCreation } from './creation.ts';
import { inWords, lookAtPrimary, type PrimaryNeeds, settingsOf } from './primary-needs.ts';
import { createSlot, dropSlot, replicationSlot as slotQuery } from './sql.ts';

/** Names that PostgreSQL takes. */
const slotName = /^[a-z0-9_]{1,63}$/;

export const replicationSlot: Effect = {
	language: 'replication-slot',
	async prepare({ session, fence, values }) {
		if (session === null) return { kind: 'unavailable', why: 'there is no session', next: ['connect first'] };
		const ask = (problem: string) => ({
			kind: 'parameter' as const,
			name: parameterOf(fence, 'slot') ?? 'slot',
			problem,
			choices: [],
		});
		const given = attributeValue(fence, 'slot', values);
		if (given === null) return ask('which slot shall the standby have?');
		const name = String(given);
		if (!slotName.test(name)) return ask('small letters of ASCII, digits and underscores only, 63 at most');
		const there = await slotState(session, name);
		if (there !== null) {
			if (there.type !== 'physical')
				return ask(`slot ${name} is there already, for ${there.type} replication; choose another name`);
			if (there.user !== null)
				return ask(`slot ${name} is in use by ${there.user}; each standby wants one of its own`);
			return { kind: 'nothing to do', why: `slot ${name} is there, and nobody uses it` };
		}
		const needs = await lookAtPrimary(session);
		if (needs.obstacles.length > 0)
			return {
				kind: 'unavailable',
				why: needs.obstacles.map(({ why }) => why).join('; '),
				next: needs.obstacles.map(({ next }) => next),
			};
		if (!needs.mayMakeSlots)
			return {
				kind: 'by hand',
				why: `${session.server.user ?? 'this role'} may not make a replication slot`,
				instructions: [`Ask a superuser to run:\n${createSlot(name)};`],
			};
		const settings = await settingsOf(session);
		return {
			kind: 'ready',
			effect: preparedCreation(creationOf(name), [
				...slotConsequences(name, needs),
				`The standby must run PostgreSQL ${majorIn(session)} too, on the same kind of system, and none of these may be lower there: ${inWords(settings)}.`,
			]),
		};
	},
};

export function replicationSlotBack({ name }: Extract<Inverse, { effect: 'replication-slot' }>): WayBack {
	const { back, look } = creationOf(name);
	return droppedAgain({
		back,
		look,
		async whyNot(session) {
			const user = (await slotState(session, name))?.user ?? null;
			return user === null ? null : `${user} uses slot ${name}: stop that standby first`;
		},
	});
}

function creationOf(name: string) {
	return {
		what: `replication slot ${name}`,
		manner: 'physical',
		statement: createSlot(name),
		sent: null,
		back: dropSlot(name),
		inverse: { effect: 'replication-slot' as const, name },
		look: (session: PostgresSession) => look(session, name),
	};
}

/** What a slot means for the disk, and what synchronous replication would mean for every commit. */
function slotConsequences(
	name: string,
	{ onlyLocal, synchronousNames, slotWalLimit }: PrimaryNeeds,
): readonly string[] {
	const kept = `Once the standby has used it, the slot keeps back the write-ahead log that the standby has not had yet`;
	return [
		...(onlyLocal === null
			? []
			: [
					`This server listens for its own machine only (listen_addresses = '${onlyLocal}'): a standby on another one is refused until that is changed, for example by alter system set listen_addresses = '*', and PostgreSQL is restarted.`,
				]),
		slotWalLimit === null
			? `${kept}. Nothing limits how much on this version: if the standby goes for good, drop the slot, or the disk fills up.`
			: slotWalLimit === '-1'
				? `${kept}; nothing limits how much yet (max_slot_wal_keep_size = -1).`
				: `${kept}, up to ${slotWalLimit} (max_slot_wal_keep_size); a standby that is away for longer is copied anew.`,
		synchronousNames === ''
			? 'Replication is asynchronous: no commit waits for the standby. That is enough for reading; what was written a moment ago may not be there yet.'
			: `synchronous_standby_names is “${synchronousNames}”. If it covers ${name}, every commit waits for this standby, and for it alone unless there is another: lost, it stops every commit. For reading leave it out.`,
	];
}

type SlotState = {
	readonly type: string;
	/** Who streams by it at the moment; null: nobody. */
	readonly user: string | null;
};

/** Null: there is no such slot. @throws QueryError */
async function slotState(session: PostgresSession, name: string): Promise<SlotState | null> {
	const { rows } = await session.read(slotQuery, [name]);
	const row = rows[0];
	if (row === undefined) return null;
	const who = [row.application, row.address].filter((each) => each !== null && each !== '').join(' at ');
	return {
		type: String(row.slot_type),
		user: row.active === true ? (who === '' ? 'a standby' : who) : null,
	};
}

async function look(session: PostgresSession, name: string): Promise<Standing> {
	const state = await slotState(session, name);
	return { is: 'there', what: `replication slot ${name}`, now: state?.type ?? null };
}

function majorIn({ server }: PostgresSession): string {
	return String(serverMajor(server) ?? 'of the same major version');
}
