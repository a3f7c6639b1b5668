/** Ending sessions of a server that lets nobody in, on its own host, until an administrator is in. */
import { execFile } from 'node:child_process';
import { platform } from 'node:os';
import { promisify } from 'node:util';
import { programOfServer } from '../../evidence/host/server-program.ts';
import type { Attempt } from '../../evidence/postgres/postgres.ts';
import { ownFailure } from '../../machine/own-failure.ts';
import { ownUser, ownUserInWords } from '../../own-user.ts';
import { parameterOf } from '../attribute.ts';
import type { ApplyContext, EffectOutcome, PrepareContext, Prepared } from '../effect.ts';
import { doneOf } from '../ended-in-words.ts';
import { stopFailure } from '../failure.ts';
import { journalled } from '../fix-journal.ts';
import { whoIsMeant } from '../in-words.ts';
import { countByState } from './choose-processes.ts';
import { endUntilIn, isForSlots, type ProcessesToEnd } from './end-until-in.ts';
import type { ProcessesPreview } from './preview-processes.ts';
import { asTypedFor } from './send-signal.ts';

/** Looks only. */
export async function endProcesses(context: PrepareContext, list: ProcessesPreview): Promise<Prepared> {
	const { session, solution } = context;
	const { seen, chosen } = list;
	if (session !== null)
		return {
			kind: 'nothing to do',
			why: `a session is held as ${session.server.user ?? 'a role that is not known'}: this is for when none can be had`,
		};
	const whyNot = notForSlots(list);
	if (whyNot !== null) return whyNot;
	if (chosen.length === 0) return nobodyChosen(context, list);
	const found = await programOfServer(seen.postmaster, platform());
	if (found.kind === 'not told') return { kind: 'unavailable', why: found.why, next: [byHandAdvice] };
	const uid = platform() === 'win32' ? -1 : ownUser().uid;
	const owner = seen.postmaster.uid;
	if (found.kind === 'not allowed' || (uid > 0 && owner !== null && owner !== uid)) {
		const user = await nameOf(owner);
		return {
			kind: 'unavailable',
			why: `${ownUserInWords()} may not signal the server's processes, which are ${user}'s`,
			next: [`run this as ${user}: sudo -u ${user} kbwizard fix ARTICLE ${solution.id} SERVER`, 'or as root'],
		};
	}
	const { program } = found;
	const rows = context.preview?.sessions.map(({ row }) => row) ?? [];
	const held = seen.all.backends.filter(({ kind }) => kind === 'session').length;
	return {
		kind: 'ready',
		effect: {
			statements: asTypedFor(
				program,
				rows.map(({ pid }) => pid),
			),
			consequences: [
				`${rows.length === 1 ? 'It is ended' : 'One after the other is ended'}, of ${held} sessions in all, and only until a session is had here, which is kept: ${whoIsMeant(rows)}.`,
				'What an ended session has not committed is rolled back, and its program sees a lost connection.',
				`By SIGTERM, never by SIGKILL, which would end all the others too; and each only while it is still the same process of ${program.dataDir}, in the same state.`,
				'An administrator gets in with the first slot that frees, an ordinary role only when more are free than the reserve (3, as installed).',
			],
			undoable: [],
			diff: null,
			logsIn: true,
			...(context.attended
				? {}
				: { caveat: 'the session ends with this command; the wizard keeps it, and goes on with it' }),
			apply: (applying) => apply(applying, { ...list, rows, program, uid }),
		},
	};
}

const byHandAdvice = 'end one by hand, as the server’s own user: pg_ctl kill TERM PID, never KILL';

/** What is in the way is not that the slots are gone, or they are not gone for an administrator. */
function notForSlots({ seen: { attempt } }: ProcessesPreview): Prepared | null {
	const unavailable = (why: string, next: readonly string[]): Prepared => ({
		kind: 'unavailable',
		why,
		next,
	});
	switch (attempt?.verdict) {
		case 'no slot at all':
			return null;
		case 'ordinary slots gone':
			return unavailable(
				'the slots that are left are for administrators, and nobody has to be ended for one',
				['come in as a superuser: -U postgres, or --rescue CONNINFO'],
			);
		default:
			return unavailable('it is not for want of a slot that no session can be had', [
				`see what the attempt said: ${attempt?.failure?.message ?? 'it was not made'}`,
			]);
	}
}

/** There are sessions, and others than those that were asked for. */
function nobodyChosen({ step }: PrepareContext, { seen, wanted }: ProcessesPreview): Prepared {
	const states = countByState(seen.all.backends);
	const there = states.map(([state, count]) => `${count} ${state}`).join(', ');
	const [fence] = step.previews;
	const name = fence === undefined ? null : parameterOf(fence, 'state');
	if (states.length === 0) return { kind: 'nothing to do', why: 'no session of the server is seen here' };
	if (name === null || wanted.state === null || states.some(([state]) => state === wanted.state))
		return { kind: 'nothing to do', why: `no session is such as this would end; there are ${there}` };
	return {
		kind: 'parameter',
		name,
		problem: `no session is ${wanted.state}; there are ${there}`,
		choices: states.map(([state]) => state),
	};
}

/** The name of a user; its number where it has none here. */
async function nameOf(uid: number | null): Promise<string> {
	if (uid === null) return 'another user';
	return promisify(execFile)('id', ['-nu', String(uid)]).then(
		({ stdout }) => stdout.trim(),
		() => `user ${uid}`,
	);
}

async function apply(context: ApplyContext, list: ProcessesToEnd): Promise<EffectOutcome> {
	const { keeper, journal, plan, solution } = context;
	const { rows: planned, program } = list;
	const { rows, attempt } = await journalled(
		journal,
		{
			plan,
			solution: solution.id,
			effect: 'terminate processes',
			object: planned.length === 1 ? `process ${planned[0]?.pid}` : `${planned.length} processes`,
			old: null,
			inverse: null,
			statement: asTypedFor(
				program,
				planned.map(({ pid }) => pid),
			).join('\n'),
		},
		() => endUntilIn(context, list),
		(ended) => ({
			status: ended.rows.some(({ status }) => status === 'ended') ? 'done' : 'skipped',
			why: keeper.session === null ? 'no session was had' : null,
			rows: ended.rows,
		}),
	);
	const ended = doneOf('end', rows);
	const { session } = keeper;
	if (session !== null) {
		const what = `a session as ${session.server.user ?? 'the given role'} is held`;
		return { rows, done: [...ended, { what, status: 'done', why: null }], failure: null };
	}
	const message = attempt.failure?.message ?? 'the attempt was given up';
	const stopped = stopFailure(context.signal);
	return {
		rows,
		done: [...ended, { what: 'a session', status: 'failed', why: message }],
		failure: stopped ?? ownFailure('no-session', `No session was had: ${message}`, nextOf(attempt)),
	};
}

function nextOf(attempt: Attempt): readonly string[] {
	if (!isForSlots(attempt)) return ['correct what it says, then make a new plan'];
	return [
		'log in as a superuser, who gets in with the first slot that frees: -U postgres, or --rescue CONNINFO',
		'let more be ended, where others were quicker: --set sessions=5',
	];
}
