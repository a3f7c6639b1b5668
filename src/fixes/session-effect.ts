/** What `terminate` and `cancel` have in common: the preview's sessions, with a fence around it or none. */
import type { Done, PlanRow } from '../machine/ports.ts';
import { databaseStates } from './databases.ts';
import type { ApplyContext, Effect, EffectOutcome, PrepareContext, Prepared } from './effect.ts';
import { type Ended, endingStatements, endListed, type Signal } from './end-sessions.ts';
import { doneOf } from './ended-in-words.ts';
import { failureOf, messageOf, statusOfFailure, stopFailure } from './failure.ts';
import { liftingStatement, raisingStatement } from './fence.ts';
import { type FencePlan, fenceConsequences, planFences } from './fence-plan.ts';
import { behindFences } from './fenced.ts';
import { journalled } from './fix-journal.ts';
import { counted } from './in-words.ts';
import { namesOf } from './parameters.ts';
import type { Preview } from './preview.ts';

export type SessionEffectOptions = {
	readonly language: string;
	readonly signal: Signal;
	/** What becomes of the sessions, for a person. */
	readonly means: (rows: readonly PlanRow[]) => string;
};

const unfenced: FencePlan = { fences: [], from: null, moves: false, without: [] };
/** How many sessions are ended first to make room for our own move; more each time a pool was quicker. */
const roomFor = 3;

export function sessionEffect(options: SessionEffectOptions): Effect {
	return {
		language: options.language,
		prepare: (context) => prepare(options, context),
	};
}

async function prepare(options: SessionEffectOptions, context: PrepareContext): Promise<Prepared> {
	const { session, preview, fence, values, canGuard } = context;
	if (session === null || preview === null)
		return { kind: 'unavailable', why: 'there is no session to look for them with', next: ['connect first'] };
	const rows = preview.sessions.map(({ row }) => row);
	const planned = rows.filter(({ status }) => status === 'planned');
	if (rows.length === 0) return { kind: 'nothing to do', why: 'no session is such as this would end' };
	if (planned.length === 0) {
		const reasons = [...new Set(rows.map(({ why }) => why ?? ''))].join('; ');
		return {
			kind: 'unavailable',
			why: `none of the ${rows.length} sessions may be ended: ${reasons}`,
			next: ['connect as a role that may, e.g. a superuser: -U postgres'],
		};
	}
	const fencedBy = fence.attributes.fence?.replace(/^:/, '');
	const names = fencedBy === undefined ? [] : namesOf(values[fencedBy] ?? null);
	const fences =
		names.length === 0
			? unfenced
			: await planFences(session, await databaseStates(session, names), preview.sessions, canGuard);
	return {
		kind: 'ready',
		effect: {
			statements: [
				...fences.fences.map(raisingStatement),
				...endingStatements(preview.sql, rows, options.signal),
				...fences.fences.map(liftingStatement).reverse(),
			],
			consequences: [options.means(planned), ...fenceConsequences(fences)],
			undoable: [],
			diff: null,
			apply: (applying) => apply(options, applying, preview, fences),
		},
	};
}

async function apply(
	options: SessionEffectOptions,
	context: ApplyContext,
	preview: Preview,
	fences: FencePlan,
): Promise<EffectOutcome> {
	let rows: readonly PlanRow[] = preview.sessions.map(({ row }) => row);
	const broken: Done[] = [];
	const end = async (some: readonly PlanRow[], onSignalled?: () => Promise<void>) => {
		const ended = await endJournalled(options, context, preview, some, onSignalled);
		rows = merged(rows, ended.rows);
		if (ended.broken === null) return;
		const { broken: error } = ended;
		broken.push({ what: options.language, status: statusOfFailure(error), why: messageOf(error) });
		throw error;
	};
	const stopped = () =>
		rows.some(({ status }) => status === 'planned') ? stopFailure(context.signal) : null;
	const verb = options.signal === 'pg_terminate_backend' ? 'end' : 'cancel';
	const done = () => [...doneOf(verb, rows), ...broken];
	if (fences.fences.length === 0) {
		try {
			await end(rows);
			return { rows, done: done(), failure: stopped() };
		} catch (error) {
			return { rows, done: done(), failure: failureOf(error, ['connect again, then make a new plan']) };
		}
	}
	let asked = 0;
	const makeRoom = async (whenSignalled: () => Promise<void>) => {
		asked += 1;
		const some = rows.filter(({ status }) => status === 'planned').slice(0, roomFor * asked ** 2);
		if (some.length > 0) await end(some, whenSignalled);
		return some.length > 0;
	};
	try {
		const fenced = await behindFences(context, fences, makeRoom, () => end(rows));
		return { rows, done: [...done(), ...fenced.done], failure: fenced.failure ?? stopped() };
	} catch (error) {
		// Nothing is fenced then; but some sessions may have been ended to make room.
		return { rows, done: done(), failure: failureOf(error, ['connect again, then make a new plan']) };
	}
}

async function endJournalled(
	options: SessionEffectOptions,
	{ keeper, journal, plan, solution, onProgress, signal: stop }: ApplyContext,
	preview: Preview,
	rows: readonly PlanRow[],
	onSignalled?: () => Promise<void>,
): Promise<Ended> {
	const planned = rows.filter(({ status }) => status === 'planned');
	if (planned.length === 0) return { rows: [], broken: null };
	return journalled(
		journal,
		{
			plan,
			solution: solution.id,
			effect: options.language,
			object: planned.length === 1 ? `session ${planned[0]?.pid}` : counted(planned.length),
			old: null,
			inverse: null,
			statement: endingStatements(preview.sql, planned, options.signal).join(';\n'),
		},
		() => {
			const ending = { keeper, preview: preview.sql, signal: options.signal, onProgress, stop };
			return endListed(onSignalled === undefined ? ending : { ...ending, onSignalled }, planned);
		},
		({ rows: results, broken }) => ({
			status:
				broken !== null ? 'unknown' : results.some(({ status }) => status === 'ended') ? 'done' : 'skipped',
			why: broken === null ? null : messageOf(broken),
			rows: results,
		}),
	);
}

function merged(rows: readonly PlanRow[], results: readonly PlanRow[]): readonly PlanRow[] {
	const byPid = new Map(results.map((row) => [`${row.pid} ${row.backend_start}`, row]));
	return rows.map((row) => byPid.get(`${row.pid} ${row.backend_start}`) ?? row);
}
