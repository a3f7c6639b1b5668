/** Whether a cure holds: looked at again and again, because a pool that was cut off is back in 0.2 seconds. */
import type { Branch, Check, Solution, Verification } from '../article/article.ts';
import { plainInline } from '../article/plain-text.ts';
import { fillTemplate, qualifiedName } from '../machine/facts.ts';
import type { Facts, Observation, Sample, Verified } from '../machine/ports.ts';
import { whoCameBack } from './came-back.ts';
import { messageOf } from './failure.ts';
import type { FixerOptions, OnProgress } from './fixer.ts';
import { untilHeld } from './hold.ts';

export type Timing = {
	/** For how long it must have held without a break, in milliseconds. */
	readonly holdMs: number;
	/** How long it may take to begin to hold, in milliseconds. */
	readonly patienceMs: number;
	/** Between two looks, in milliseconds. */
	readonly everyMs: number;
	/** Where nothing changes the looks become rarer, up to this; absent: they do not. */
	readonly slowestMs?: number;
	/** Between two logins, in milliseconds: each takes a slot for a moment. */
	readonly loginEveryMs: number;
};

/** Of a person who goes on watching: until it breaks, and gently. */
export const watchTiming: Timing = {
	holdMs: Number.POSITIVE_INFINITY,
	patienceMs: 0,
	everyMs: 1_000,
	slowestMs: 5_000,
	loginEveryMs: 5_000,
};

export const verifyTiming: Timing = { holdMs: 5_000, patienceMs: 10_000, everyMs: 400, loginEveryMs: 1_000 };

/** A check, and what it must say. */
export type Proof = { readonly check: Check; readonly verification: Verification };

export type Watched = Proof & {
	/** Of the steps that were done with it: they must hold too. */
	readonly also: readonly Proof[];
	/** Before the fix. */
	readonly before: Facts;
	/** What the check's parameters may refer to. */
	readonly facts: Facts;
	/** To say who connected meanwhile; null: it was not about sessions. */
	readonly sessionsEnded: { readonly databases: readonly string[]; readonly since: string } | null;
};

/**
 * The check and verdicts that prove a solution, or one of its steps. Null: the article names none; such a step is proved
 * with the whole.
 */
export function verificationOf(
	checks: readonly Check[],
	solution: Solution,
	step: string | null,
): Proof | null {
	const proved = step === null ? solution : solution.steps.find(({ id }) => id === step);
	const verification = proved?.verify ?? null;
	const check = checks.find(({ id }) => id === verification?.check);
	return verification === null || check === undefined ? null : { check, verification };
}

/** What proves the steps of a solution that is applied as a whole. */
export function stepProofs(checks: readonly Check[], solution: Solution): readonly Proof[] {
	if (solution.how !== 'applied') return [];
	return solution.steps.flatMap(({ id }) => verificationOf(checks, solution, id) ?? []);
}

type Look = {
	readonly sample: Sample;
	readonly branch: Branch;
	readonly good: boolean;
	readonly why: string | null;
};

/** Watches until it has held for `holdMs` without a break, or until it is clear that it does not. */
export async function watch(
	options: FixerOptions,
	watched: Watched,
	onProgress: OnProgress,
	signal: AbortSignal,
	timing: Timing = verifyTiming,
): Promise<Verified> {
	const begun = Date.now();
	const endless = timing.holdMs === Number.POSITIVE_INFINITY;
	const samples: Sample[] = [];
	let proved = false;
	let lastLogin = Number.NEGATIVE_INFINITY;
	let refusedLogin: string | null = null;
	const lookAndLogIn = async (): Promise<Look> => {
		const latest = await lookAtAll(options, watched, signal, begun);
		samples.push(latest.sample);
		if (samples.length > mostSamples) samples.shift();
		if (!latest.good || options.proveLogin === null) return latest;
		if (Date.now() - lastLogin < timing.loginEveryMs) return { ...latest, good: refusedLogin === null };
		refusedLogin = await loginProblem(options.proveLogin);
		lastLogin = Date.now();
		proved = refusedLogin === null;
		return { ...latest, good: proved };
	};
	const hold = await untilHeld(
		lookAndLogIn,
		{ holdMs: timing.holdMs, patienceMs: timing.patienceMs, pauseMs: (steady) => pauseAfter(steady, timing) },
		({ sample }, heldMs) =>
			onProgress(
				heldMs === null
					? `not yet: ${refusedLogin ?? sample.verdict}`
					: endless
						? `${atClock(begun + sample.atMs)} UTC: ${inWords(watched.check, sample)}`
						: `holds for ${(heldMs / 1000).toFixed(1)} of ${timing.holdMs / 1000} s`,
			),
		signal,
	);
	const { latest } = hold;
	// Nobody said for how long: stopping is no break.
	const held = hold.held || (endless && hold.heldMs !== null);
	const note = [
		signal.aborted && !held ? 'it was stopped before it had been watched for long enough' : null,
		latest.why,
		refusedLogin === null ? null : `an application's login was refused: ${refusedLogin}`,
		await cameBack(options, watched),
	].filter((each) => each !== null);
	return {
		check: watched.check.id,
		verdict: latest.sample.verdict,
		severity: latest.sample.severity,
		text: fillTemplate(latest.branch.text, latest.sample.facts),
		held,
		proof: proved ? 'login' : 'arithmetic',
		samples,
		before: ownFacts(watched.check.id, watched.before),
		after: latest.sample.facts,
		note: note.length === 0 ? null : note.join('; '),
	};
}

/** What the check itself had found: another's fact of the same name measures something else. */
function ownFacts(check: string, book: Facts): Facts {
	const prefix = qualifiedName(check, '');
	return Object.fromEntries(
		Object.entries(book).flatMap(([name, value]) =>
			name.startsWith(prefix) ? [[name.slice(prefix.length), value]] : [],
		),
	);
}

/** A watch may last for days: the latest are kept. */
const mostSamples = 500;

/** Between two looks, in milliseconds. */
function pauseAfter(steady: number, { everyMs, slowestMs = everyMs }: Timing): number {
	return Math.min(slowestMs, everyMs * 1.15 ** steady);
}

const atClock = (ms: number): string => new Date(ms).toISOString().slice(11, 19);

/** What the check says of it, in one line. */
function inWords({ branches }: Check, { verdict, facts }: Sample): string {
	const branch = branches.find((each) => each.verdict === verdict);
	return branch === undefined ? verdict : plainInline(fillTemplate(branch.text, facts));
}

/** The solution's own check decides what is told; where only a step's does not hold, that one's finding is the reason. */
async function lookAtAll(
	options: FixerOptions,
	watched: Watched,
	signal: AbortSignal,
	begun: number,
): Promise<Look> {
	const own = await look(options, watched, signal, begun);
	if (!own.good) return own;
	for (const proof of watched.also) {
		const { good, branch, sample, why } = await look(
			options,
			{ ...proof, facts: watched.facts },
			signal,
			begun,
		);
		if (!good) return { ...own, good, why: why ?? plainInline(fillTemplate(branch.text, sample.facts)) };
	}
	return own;
}

async function look(
	options: FixerOptions,
	{ check, verification, facts }: Proof & Pick<Watched, 'facts'>,
	signal: AbortSignal,
	begun: number,
): Promise<Look> {
	let observation: Observation;
	try {
		observation = await options.observe({ check, facts }, signal);
	} catch (error) {
		observation = { kind: 'absent', why: messageOf(error), grant: null };
	}
	const said = observation.kind === 'verdict' ? observation.verdict : 'otherwise';
	const branch =
		check.branches.find(({ verdict }) => verdict === said) ??
		check.branches.find(({ verdict }) => verdict === 'otherwise') ??
		noBranch(check);
	return {
		sample: {
			atMs: Date.now() - begun,
			verdict: branch.verdict,
			severity: branch.severity,
			facts: observation.kind === 'verdict' ? observation.facts : {},
		},
		branch,
		good: verification.verdicts.includes(branch.verdict),
		why:
			observation.kind === 'absent'
				? `it could not be looked at: ${observation.why}`
				: observation.kind === 'failed'
					? observation.failure.message
					: null,
	};
}

/** Every check has `otherwise`; an article that got here without one can prove nothing. */
function noBranch({ line }: Check): Branch {
	return {
		line,
		verdict: 'otherwise',
		severity: 'unknown',
		text: 'it could not be determined',
		causes: [],
		next: null,
		say: null,
	};
}

/** Why the login did not work; null: it did. */
async function loginProblem(prove: NonNullable<FixerOptions['proveLogin']>): Promise<string | null> {
	try {
		const { ok, attempt } = await prove();
		return ok ? null : (attempt.failure?.message ?? attempt.verdict);
	} catch (error) {
		return messageOf(error);
	}
}

async function cameBack({ keeper }: FixerOptions, { sessionsEnded }: Watched): Promise<string | null> {
	if (sessionsEnded === null || keeper.session === null) return null;
	try {
		return await whoCameBack(keeper.session, sessionsEnded.databases, sessionsEnded.since);
	} catch {
		// It is only said for the person's sake; that the session is lost is told by the samples.
		return null;
	}
}
