/** What a server's processes say about its slots: one verdict, the numbers, and who holds them. */
import type { Facts, Row } from '../../machine/ports.ts';
import { cleanText } from '../untrusted.ts';
import type { Backend, Backends } from './backends.ts';
import type { Activity } from './process-title.ts';

export type ProcessVerdict =
	| 'slots held'
	| 'at work'
	| 'stalled logins'
	| 'clients gone'
	| 'blocked'
	| 'waiting for a standby'
	| 'idle in transaction'
	| 'quiet';

/** What is known of the server from elsewhere. */
export type Surrounding = {
	/** Slots that an application can use; null: nobody could ask the server. */
	readonly usable: number | null;
	/** A login was refused for want of a slot. */
	readonly refused: boolean;
	/** Null: not known. */
	readonly major: number | null;
};

/** A login that takes longer stalls; a slow one is through by then. In seconds. */
export const longLoginS = 2;
/** Fewer of a kind are ordinary life, whatever share of the slots they hold. */
const fewest = 3;
/** The share of the slots from which on a kind of trouble matters, and from which it gives the picture its name. */
const share = 0.2;
const half = 0.5;
/** So many that wait for a lock at one moment are a pile-up. */
const manyWaiting = 10;
/** Up to 11 a replication connection takes one of the ordinary slots. */
const lastWithSharedSlots = 11;

type Counts = {
	readonly held: number;
	readonly stalled: number;
	readonly loggingIn: number;
	/** At work, for a client that is gone. */
	readonly gone: number;
	readonly by: Readonly<Record<Activity, number>>;
	readonly unclear: number;
};

/** Those that hold a slot. */
export function holders({ backends }: Backends, { major }: Surrounding): readonly Backend[] {
	const shared = major !== null && major <= lastWithSharedSlots;
	return backends.filter((backend) => (backend.kind === 'session' || shared) && !isRefused(backend));
}

/** A login that was refused a moment ago, as our own may have been: its process is just about to end. */
function isRefused({ activity, clientGone, ageS }: Backend): boolean {
	return activity === 'logging in' && clientGone === true && ageS < longLoginS;
}

function count(backends: readonly Backend[]): Counts {
	const by: Record<Activity, number> = {
		'logging in': 0,
		idle: 0,
		'idle in transaction': 0,
		'waiting for a lock': 0,
		'waiting for a standby': 0,
		working: 0,
	};
	let unclear = 0;
	for (const { activity } of backends) {
		if (activity === null) unclear += 1;
		else by[activity] += 1;
	}
	return {
		held: backends.length,
		stalled: backends.filter(({ activity, ageS }) => activity === 'logging in' && ageS >= longLoginS).length,
		loggingIn: by['logging in'],
		gone: backends.filter(worksForNobody).length,
		by,
		unclear,
	};
}

/** An idle session notices at once that its client is gone, and ends: what is left is busy, if its title says so or not. */
function worksForNobody({ clientGone, activity }: Backend): boolean {
	return clientGone === true && (activity === 'working' || activity === null);
}

/** The kind of trouble that holds the most slots, if any holds enough of them. */
export function judge(backends: readonly Backend[], around: Surrounding): ProcessVerdict {
	const { held, stalled, gone, by, unclear } = count(backends);
	const slots = around.usable ?? held;
	const full = around.usable === null ? around.refused : held >= around.usable - 2;
	const enough = Math.max(fewest, share * slots);
	const waiting = by['waiting for a lock'];
	const standby = by['waiting for a standby'];
	const open = by['idle in transaction'];
	const troubles: readonly (readonly [ProcessVerdict, number, boolean])[] = [
		['stalled logins', stalled, stalled >= enough],
		['clients gone', gone, gone >= enough],
		['blocked', waiting, waiting >= manyWaiting || (full && waiting >= enough)],
		['waiting for a standby', standby, standby >= manyWaiting || (full && standby >= enough)],
		// Where more are idle for good, it is those that fill the server.
		['idle in transaction', open, open > by.idle && open >= Math.max(fewest, full ? enough : half * slots)],
	];
	const [worst] = troubles.filter(([, , matters]) => matters).sort((a, b) => b[1] - a[1]);
	if (worst !== undefined) return worst[0];
	if (!full || held === 0) return 'quiet';
	if (by.idle >= half * held) return 'slots held';
	// What is not shown, or was something else a moment before, is no sign of work.
	return held - by.idle - unclear >= half * held ? 'at work' : 'quiet';
}

/** Whether one look proves it; what is momentary in a busy server must be so again a moment later. */
export function isLasting(verdict: ProcessVerdict): boolean {
	return ['stalled logins', 'slots held', 'at work', 'quiet'].includes(verdict);
}

/** Those that did the same in both looks. */
export function lasting(first: readonly Backend[], second: readonly Backend[]): readonly Backend[] {
	const before = new Map(first.map((backend) => [`${backend.pid} ${backend.started}`, backend]));
	return second.map((backend) => {
		const same = before.get(`${backend.pid} ${backend.started}`);
		const stays = same?.activity === backend.activity;
		const gone = backend.clientGone === true && same?.clientGone !== true ? null : backend.clientGone;
		// What it does only now says nothing yet; the slot is held all the same.
		return { ...backend, activity: stays ? backend.activity : null, clientGone: stays ? gone : null };
	});
}

/** The numbers of the finding. */
export function factsOf(all: Backends, around: Surrounding, server: number): Facts {
	const backends = holders(all, around);
	const counts = count(backends);
	const { held, by } = counts;
	const [most] = rowsOf(backends);
	return {
		server_process: server,
		slots_held: held,
		slots_in_words: slotsInWords(held, around.usable),
		logged_in_processes: held - counts.loggingIn,
		logins_under_way: counts.loggingIn,
		logins_stalled: counts.stalled,
		longest_login_s: Math.max(
			0,
			...backends.filter(({ activity }) => activity === 'logging in').map(({ ageS }) => ageS),
		),
		connections_silent: all.silent,
		processes_idle: by.idle,
		processes_in_transaction: by['idle in transaction'],
		processes_waiting: by['waiting for a lock'],
		processes_waiting_for_standby: by['waiting for a standby'],
		processes_working: by.working,
		processes_unclear: counts.unclear,
		clients_gone: counts.gone,
		replication_processes: all.backends.filter(({ kind }) => kind === 'walsender').length,
		most_held_by: most === undefined ? 'nobody' : holderInWords(most),
		not_shown: notShown(backends, counts),
	};
}

/** Whoever came in by the reserve is not one of those that an application can use. */
function slotsInWords(held: number, usable: number | null): string {
	if (usable === null) return String(held);
	return held <= usable ? `${held} of ${usable}` : `${usable} of ${usable} and ${held - usable} reserved`;
}

function holderInWords({ sessions, role, database, client }: Row): string {
	const from = client === 'local' ? 'this host' : (client ?? 'an address that is not shown');
	return `${role ?? 'a role that is not shown'}${database === null ? '' : ` on ${database}`} from ${from} (${sessions})`;
}

/** What the titles and sockets leave out here, as the end of a sentence. */
function notShown(backends: readonly Backend[], { unclear, held }: Counts): string {
	const local = backends.filter(({ client }) => client === 'local').length;
	const parts = [
		...(unclear > 0 && unclear === held
			? ['what sessions do is not shown here (update_process_title, or Windows)']
			: []),
		...(local > 0
			? [`of ${local} on the Unix socket it cannot be seen whether their clients are still there`]
			: []),
	];
	return parts.map((part) => `; ${part}`).join('');
}

/** Who holds the slots: one row a role, database, client and activity, those with the most sessions first. */
export function rowsOf(backends: readonly Backend[]): readonly Row[] {
	const groups = Map.groupBy(backends, ({ login, role, database, client, activity }) =>
		JSON.stringify([login, role, database, client, activity]),
	);
	return [...groups.values()]
		.map((group): Row => {
			const ages = group.map(({ ageS }) => ageS);
			const [first] = group;
			return {
				sessions: group.length,
				role: nameIn(first?.role ?? first?.login ?? null),
				database: nameIn(first?.database ?? null),
				client: nameIn(first?.client ?? null),
				state: first?.activity ?? null,
				oldest_s: ages.reduce((a, b) => Math.max(a, b), 0),
				newest_s: ages.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
				clients_gone: group.filter(({ clientGone }) => clientGone === true).length,
			};
		})
		.sort((a, b) => Number(b.sessions) - Number(a.sessions) || Number(b.oldest_s) - Number(a.oldest_s));
}

const nameIn = (name: string | null): string | null => (name === null ? null : cleanText(name, { max: 200 }));
