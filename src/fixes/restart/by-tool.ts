/** A restart by this program, with the way back to what ran before. */
import type { Located } from '../../evidence/host/postmaster.ts';
import type { Keeper, PostgresSession } from '../../evidence/postgres/postgres.ts';
import { ownFailure } from '../../machine/own-failure.ts';
import type { Done } from '../../machine/ports.ts';
import type { ApplyContext, EffectOutcome, Prepared } from '../effect.ts';
import { journalled } from '../fix-journal.ts';
import { comeBack, startedAt } from './come-back.ts';
import {
	changeInWords,
	fileErrorInWords,
	type NextStart,
	nextStart,
	type StartChange,
} from './next-start.ts';
import type { RestartOrders, RestartResult } from './orders.ts';
import { restartBy } from './restarter-client.ts';
import { startProblem } from './start-rules.ts';
import { commandsOf, ordersFor, ordersOnceMore, type Settings, type Way } from './ways.ts';

/** How long a server that says it runs may take to let us in, in milliseconds. */
const comeBackMs = 60_000;

/** From here on the program computes what it would need, and refuses what it could not start with. */
const canBeAskedFrom = 150_000;

export type ByTool = {
	readonly way: Exclude<Way, 'somebody else'>;
	readonly located: Extract<Located, { readonly here: true }>;
	readonly next: NextStart;
	readonly told: readonly string[];
	/** What the plan itself sets before, by name. */
	readonly planned: ReadonlyMap<string, string>;
	readonly versionNum: number;
};

export function byTool({ way, located, next, told, planned, versionNum }: ByTool): Prepared {
	const before = next.changes.map(({ name, from }) => ({ name, value: from }));
	const orders = ordersFor(way, located, before, versionNum >= canBeAskedFrom);
	const { check, asBefore } = orders;
	// What somebody else has written into the files is not ours to take back.
	const isOurs = next.changes.every(({ name }) => planned.has(name));
	const asked = check === null ? '' : 'asked whether it would start with the new settings, ';
	return {
		kind: 'ready',
		effect: {
			statements: commandsOf(orders),
			consequences: [
				...told,
				`Steps: the server is stopped, ${asked}and started. ${wayBackInWords(before, asBefore !== null, isOurs)}`,
			],
			undoable: [],
			diff: null,
			apply: (context) => applyByTool(context, { orders, located, changes: next.changes, isOurs }),
		},
	};
}

function wayBackInWords(before: Settings, possible: boolean, isOurs: boolean): string {
	if (!possible) return 'If it does not come back, its log says why.';
	const values = before.map(({ name, value }) => `${name}=${value}`).join(', ');
	return isOurs
		? `If it does not come back, it is started with ${values} on its command line, what this plan has set is taken back, and it is stopped and started once more.`
		: `If it does not come back, it is started with ${values} on its command line, and runs on like that until its files are corrected.`;
}

async function applyByTool(context: ApplyContext, restarting: Restarting): Promise<EffectOutcome> {
	const { session } = context.keeper;
	if (session === null) throw new Error('the session is gone');
	// As the files are now, what this plan has set before included.
	const next = await nextStart(session, new Map());
	const why =
		'unreadable' in next
			? next.unreadable
			: (next.errors.map(fileErrorInWords)[0] ??
				startProblem(next.values, session.server.versionNum ?? 0) ??
				differenceOf(restarting.changes, next.changes));
	if (why !== null)
		return goBack(context, `the server was not stopped, because it would not start as planned: ${why}`);
	const before = await startedAt(session);
	return ended(context, await journalledRestart(context, restarting.orders, before), before, restarting);
}

/** @param before when the server had been started: a later look tells by it whether it was restarted */
function journalledRestart(
	{ journal, plan, solution, onProgress }: ApplyContext,
	orders: RestartOrders,
	before: string | null,
): Promise<RestartResult> {
	return journalled(
		journal,
		{
			plan,
			solution: solution.id,
			effect: 'restart',
			object: 'the server',
			old: before,
			inverse: null,
			statement: commandsOf(orders).join('\n'),
		},
		() => restartBy(orders, onProgress),
		(result) => ({
			status: result.kind === 'restarted' ? 'done' : 'failed',
			why: result.kind === 'restarted' ? null : result.why,
			rows: [],
		}),
	);
}

type Restarting = {
	readonly orders: RestartOrders;
	readonly located: ByTool['located'];
	readonly changes: readonly StartChange[];
	/** All that would change is what this plan has set. */
	readonly isOurs: boolean;
};

async function ended(
	context: ApplyContext,
	result: RestartResult,
	before: string,
	{ orders, located, changes, isOurs }: Restarting,
): Promise<EffectOutcome> {
	const { keeper, onProgress } = context;
	switch (result.kind) {
		case 'restarted': {
			onProgress('connecting again');
			const back = await reconnected(keeper, before);
			const what = 'the server was restarted';
			if (back.is === 'back')
				return {
					rows: [],
					done: [{ what, status: 'done', why: null }, ...(await inForce(back.session, changes))],
					failure: null,
				};
			return {
				rows: [],
				done: [{ what, status: 'done', why: `it has not let us in since: ${back.why}` }],
				failure: null,
			};
		}
		case 'not stopped':
			await reconnected(keeper, '');
			return goBack(context, `the server could not be stopped, and runs on as it did: ${result.why}`);
		case 'as before': {
			await reconnected(keeper, before);
			const outcome = await goBack(context, `the server would not start: ${result.why}`);
			if (outcome.takenBack !== true || !isOurs) return onCommandLine(outcome);
			const temporary = keeper.session === null ? null : await startedAt(keeper.session);
			onProgress('starting it once more, the ordinary way');
			const again = await journalledRestart(context, ordersOnceMore(orders, located), temporary);
			await reconnected(keeper, temporary ?? '');
			if (again.kind === 'restarted') return outcome;
			return again.kind === 'down'
				? down(`${result.why}; then: ${again.why}`, orders)
				: onCommandLine(outcome);
		}
		case 'down':
			return down(`the server does not run: ${result.why}`, orders);
	}
}

/** It runs, but not by its files. */
function onCommandLine({ rows, done, failure }: EffectOutcome): EffectOutcome {
	const what = 'the server runs with the values from before, given on its command line';
	const next = ['correct the configuration files, then restart the server'];
	return {
		rows,
		done: [...done, { what, status: 'unknown', why: 'a restart by its files would fail again' }],
		failure: failure === null ? null : { ...failure, message: `${failure.message}; ${what}`, next },
	};
}

function down(message: string, orders: RestartOrders): EffectOutcome {
	const next = [
		'see the end of the server’s log, correct what it names, then start it:',
		commandsOf(orders).at(-1) ?? '',
		'then take back what was set: kbwizard undo',
	];
	return {
		rows: [],
		done: [{ what: 'the restart', status: 'unknown', why: message }],
		failure: ownFailure('server-down', message, next),
	};
}

/** What this plan has set is taken back, so that the next start, whenever it comes, is as it would have been. */
async function goBack(context: ApplyContext, why: string): Promise<EffectOutcome> {
	const { undone, skipped } = await context.takeBack();
	const done: Done[] = [
		{ what: 'the restart', status: 'failed', why },
		...undone.map((what): Done => ({ what: `taken back: ${what}`, status: 'skipped', why: null })),
		...skipped.map(
			({ what, why: left }): Done => ({ what, status: 'failed', why: `not taken back: ${left}` }),
		),
	];
	return {
		rows: [],
		done,
		failure: ownFailure('restart-failed', why, ['correct it, then make a new plan']),
		takenBack: skipped.length === 0,
	};
}

function reconnected(keeper: Keeper, before: string) {
	return comeBack(keeper, before, { forMs: comeBackMs, signal: new AbortController().signal });
}

/** Each value as it runs now. */
async function inForce(session: PostgresSession, changes: readonly StartChange[]): Promise<readonly Done[]> {
	const { rows } = await session.read(
		`select s.name::text as name, s.setting from pg_settings s where s.name in (select json_array_elements_text($1::json))`,
		[JSON.stringify(changes.map(({ name }) => name))],
	);
	const now = new Map(rows.map(({ name, setting }) => [String(name), String(setting)]));
	return changes.map(({ name, from }) => ({
		what: `${name}: ${from} → ${now.get(name) ?? '?'}`,
		status: 'done',
		why: null,
	}));
}

/** Somebody edited the files between the plan and now: then it is not what was agreed to. */
function differenceOf(planned: readonly StartChange[], now: readonly StartChange[]): string | null {
	const words = (changes: readonly StartChange[]) => changes.map(changeInWords).toSorted().join(', ');
	return words(planned) === words(now)
		? null
		: `the plan was ${words(planned)}, and now it would bring ${words(now) || 'nothing'}`;
}
