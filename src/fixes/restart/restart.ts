/**
 * `restart apply by=:restart because=:fact`: the server started again, where a setting waits for that; by its own program or the
 * service manager of this host where that is possible and wanted, else by somebody else, who is waited for.
 */
import { type Located, locatePostmaster } from '../../evidence/host/postmaster.ts';
import type { PostgresSession } from '../../evidence/postgres/postgres.ts';
import { attributeValue, parameterOf } from '../attribute.ts';
import type { Effect, PrepareContext, Prepared } from '../effect.ts';
import { bySomebodyElse } from './by-somebody-else.ts';
import { byTool } from './by-tool.ts';
import { absurdity, costOf, thisMachine } from './more-slots.ts';
import {
	changeInWords,
	fileErrorInWords,
	missingRight,
	type NextStart,
	nextStart,
	plannedSettings,
} from './next-start.ts';
import { startProblem } from './start-rules.ts';
import { type Way, type Ways, waysOf } from './ways.ts';

/** Where a server is found is among what only a start sets. */
const whereabouts: ReadonlySet<string> = new Set(['port', 'listen_addresses', 'unix_socket_directories']);

type Refused = Exclude<Prepared, { readonly kind: 'ready' }>;

export const restart: Effect = {
	language: 'restart',
	async prepare(context): Promise<Prepared> {
		const { session, solution, fence, values } = context;
		if (session === null) return { kind: 'unavailable', why: 'there is no session', next: ['connect first'] };
		const planned = plannedSettings(solution, values);
		const next = await nextStart(session, planned);
		if ('unreadable' in next)
			return missingRight(
				session,
				next,
				'Have PostgreSQL restarted by whoever runs this server: that ends every session, so announce it.',
			);
		const slots = planned.get('max_connections');
		// ALTER SYSTEM would write it down, and nobody would have a slot more.
		if (slots !== undefined && !next.changes.some(({ name }) => name === 'max_connections'))
			return {
				kind: 'parameter',
				name: 'max_connections',
				problem: `it is ${slots} already: give more than that`,
				choices: [],
			};
		if (next.changes.length === 0) return { kind: 'nothing to do', why: 'no setting waits for a restart' };
		const located = await locatePostmaster(session);
		const problem = problemOf(context, next, located);
		if (problem !== null) return problem;
		const ways = waysOf(located);
		const way = wayOf(context, ways);
		if (typeof way !== 'string') return way;
		const because = attributeValue(fence, 'because', values);
		const told = [
			...(because === null ? [] : [`Needed: ${String(because)}.`]),
			...(await toldOf(session, next, located)),
		];
		if (way !== 'somebody else' && located.here)
			return byTool({ way, located, next, told, planned, versionNum: session.server.versionNum ?? 0 });
		return bySomebodyElse(session, {
			ways,
			told,
			waitMs: context.waitMs,
			parameter: parameterOf(fence, 'by'),
		});
	},
};

/** Why it must not be restarted like this; null: it may. */
function problemOf({ solution, session }: PrepareContext, next: NextStart, located: Located): Refused | null {
	const chosen = (name: string) => solution.parameters.some((parameter) => parameter.name === name);
	const refused = (name: string | null, problem: string, advice: readonly string[]): Refused =>
		name !== null && chosen(name)
			? { kind: 'parameter', name, problem, choices: [] }
			: { kind: 'unavailable', why: problem, next: advice };
	const [error] = next.errors;
	if (error !== undefined)
		return {
			kind: 'unavailable',
			why: `PostgreSQL would not start again: ${fileErrorInWords(error)}`,
			next: ['correct that line first'],
		};
	const slots = next.changes.find(({ name }) => name === 'max_connections');
	if (slots !== undefined && chosen('max_connections') && Number(slots.to) < Number(slots.from))
		return refused('max_connections', `it is ${slots.from} now: give more than that`, []);
	const unstartable = startProblem(next.values, session?.server.versionNum ?? 0);
	if (unstartable !== null) {
		const blamed = next.changes.map(({ name }) => name).find(chosen) ?? null;
		return refused(blamed, unstartable, ['correct the settings first, then make a new plan']);
	}
	const absurd =
		slots === undefined || Number(slots.to) <= Number(slots.from)
			? null
			: absurdity(slots, located.here ? thisMachine() : null);
	return absurd === null ? null : refused('max_connections', absurd, ['give less']);
}

/** Asked where there is a choice and somebody to ask; nobody's word is never taken for a yes. */
function wayOf({ fence, values, attended }: PrepareContext, { possible, whyNot }: Ways): Way | Refused {
	const name = parameterOf(fence, 'by');
	const given = attributeValue(fence, 'by', values);
	const way = possible.find((each) => each === given);
	if (way !== undefined) return way;
	if (given !== null && name !== null)
		return {
			kind: 'parameter',
			name,
			problem: `“${String(given)}” is not possible here: ${whyNot ?? 'the server was started another way'}`,
			choices: possible,
		};
	if (possible.length > 1 && attended && name !== null)
		return { kind: 'parameter', name, problem: null, choices: possible };
	return 'somebody else';
}

/** What is told of any restart, whoever makes it. */
async function toldOf(
	session: PostgresSession,
	{ changes, commandLine }: NextStart,
	located: Located,
): Promise<readonly string[]> {
	const slots = changes.find(({ name }) => name === 'max_connections');
	const raised = slots !== undefined && Number(slots.to) > Number(slots.from) ? slots : null;
	return [
		`The restart ends every session; what is not committed is lost, and applications see errors until they connect again. It brings: ${changes.map(changeInWords).join(', ')}.`,
		...(raised === null
			? []
			: await costOf(
					session,
					raised,
					located.here ? thisMachine() : null,
					located.here ? located.postmaster.mostProcesses : null,
				)),
		...(slots === undefined || raised !== null ? [] : await shortage(session, Number(slots.to))),
		...(changes.some(({ name }) => whereabouts.has(name))
			? ['Afterwards it is found somewhere else: whoever connects, this program too, must be told.']
			: []),
		...(commandLine.size === 0
			? []
			: [`Given on the command line, and the same afterwards: ${[...commandLine].join(', ')}.`]),
	];
}

/** Fewer slots than there are sessions now. @param slots `max_connections` after the restart */
async function shortage(session: PostgresSession, slots: number): Promise<readonly string[]> {
	const { rows } = await session.read(sessionsNow);
	const used = Number(rows[0]?.used ?? 0);
	return used <= slots
		? []
		: [`There are ${used} sessions now, and ${slots} slots afterwards: the others are refused (53300).`];
}

/** A process without a type is somebody else's session, as an ordinary role sees it. */
const sessionsNow =
	"select count(*)::int as used from pg_stat_activity where backend_type = 'client backend' or backend_type is null and datid is not null";
