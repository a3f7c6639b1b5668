/**
 * `wait apply until=gone for=10m`: a person does something elsewhere, and this waits until a check says that it is so.
 * `of=CHECK` names the check; else the fence's own query answers with a verdict. Nothing is changed.
 */
import type { Check, Fence } from '../article/article.ts';
import { parseDuration } from '../article/duration.ts';
import { bindParameters } from '../article/parameters.ts';
import { plainInline } from '../article/plain-text.ts';
import type { Keeper } from '../evidence/postgres/postgres.ts';
import type { Facts, FactValue, Row } from '../machine/ports.ts';
import type { Effect, PrepareContext } from './effect.ts';
import { messageOf } from './failure.ts';
import { untilHeld } from './hold.ts';

/** How long it waits where the fence says nothing, in milliseconds. */
const defaultForMs = 10 * 60_000;
/** Between two looks, in milliseconds. */
const everyMs = 1_000;
/** What was ended comes back within a second if it comes back: so long it must have stayed away, in milliseconds. */
const settledMs = 1_500;

type Answer = { readonly verdict: string; readonly facts: Facts };
type Ask = (keeper: Keeper, signal: AbortSignal) => Promise<Answer>;

export const wait: Effect = {
	language: 'wait',
	async prepare(context) {
		const { session, fence, step, preview, values, attended, waitMs } = context;
		if (session === null) return { kind: 'unavailable', why: 'there is no session', next: ['connect first'] };
		const until = verdictsOf(fence);
		const rows = preview?.rows ?? [];
		if (preview !== null && rows.length === 0)
			return { kind: 'nothing to do', why: 'what it is about is not there' };
		const known = { ...values, ...rows[0] };
		const ask = askOf(context, known);
		if ('missing' in ask)
			return {
				kind: 'unavailable',
				why: ask.missing,
				next: ['see what is wrong with the article: kbwizard lint'],
			};
		const longestMs = parseDuration(fence.attributes.for ?? '') ?? defaultForMs;
		// Nobody there must ever hang for it: `--wait` says how long.
		const forMs = attended || waitMs === null ? longestMs : Math.min(waitMs, longestMs);
		const title = plainInline(step.title);
		return {
			kind: 'ready',
			effect: {
				statements: [],
				consequences: [
					...rows.map(rowInWords),
					`A person does this: ${title}. ${
						forMs === 0
							? 'It is looked once whether it is so; --wait 10m waits for it.'
							: `It is waited for, up to ${inTime(forMs)}; that can be stopped, and changes nothing.`
					}`,
				],
				undoable: [],
				diff: null,
				apply: async () => ({
					rows: [],
					done: [{ what: title, status: 'done', why: 'asked of a person, and waited for' }],
					failure: null,
				}),
				awaited: (keeper, onProgress, signal) =>
					awaited((stop) => ask.ask(keeper, stop), { until, forMs }, onProgress, signal),
			},
		};
	},
};

function verdictsOf({ attributes }: Fence): readonly string[] {
	return (attributes.until ?? '').split(',').map((verdict) => verdict.trim());
}

/** What is asked again and again; `missing`: the article does not say what. */
function askOf(
	{ fence, checks, observe, gate }: PrepareContext,
	known: Facts,
): { readonly ask: Ask } | { readonly missing: string } {
	const { of } = fence.attributes;
	if (of === undefined) return { ask: (keeper) => askQuery(keeper, fence, known, gate) };
	const check = checks.find(({ id }) => id === of);
	return check === undefined
		? { missing: `there is no check ${of} to wait for` }
		: { ask: (_, signal) => askCheck(check, known, observe, signal) };
}

async function askCheck(
	check: Check,
	facts: Facts,
	observe: PrepareContext['observe'],
	signal: AbortSignal,
): Promise<Answer> {
	const observation = await observe({ check, facts }, signal);
	if (observation.kind === 'verdict') return { verdict: observation.verdict, facts: observation.facts };
	throw new Error(observation.kind === 'absent' ? observation.why : observation.failure.message);
}

async function askQuery(
	keeper: Keeper,
	{ body, timeoutMs }: Fence,
	facts: Facts,
	gate: PrepareContext['gate'],
): Promise<Answer> {
	const { text, values } = bindParameters(body, facts);
	const passed = await gate(text);
	if (!passed.allowed) throw new Error(`the query is not run: ${passed.refusals[0].message}`);
	// A restart of the application may be one of the server too.
	if (keeper.session === null) await keeper.reconnect();
	if (keeper.session === null) throw new Error(keeper.lastAttempt?.failure?.message ?? 'there is no session');
	const { rows } = await keeper.session.read(text, values, timeoutMs === null ? {} : { timeoutMs });
	const { verdict = null, ...rest } = rows[0] ?? {};
	return { verdict: String(verdict ?? 'none'), facts: rest };
}

/** Why it has not come to be so; null: it has. */
async function awaited(
	ask: (signal: AbortSignal) => Promise<Answer>,
	{ until, forMs }: { readonly until: readonly string[]; readonly forMs: number },
	onProgress: (text: string) => void,
	signal: AbortSignal,
): Promise<string | null> {
	const begun = Date.now();
	const look = async () => {
		try {
			const answer = await ask(signal);
			return { good: until.includes(answer.verdict), words: inWords(answer) };
		} catch (error) {
			return { good: false, words: messageOf(error) };
		}
	};
	const { held, stopped, latest } = await untilHeld(
		look,
		{ holdMs: forMs === 0 ? 0 : settledMs, patienceMs: forMs, pauseMs: () => everyMs },
		({ words }) =>
			onProgress(`waiting for ${until.join(' or ')}: ${words}, after ${inTime(Date.now() - begun)}`),
		signal,
	);
	if (held) return null;
	return stopped
		? `it was not waited for any longer: ${latest.words}`
		: `it was waited for, for ${inTime(forMs)}, and is not so: ${latest.words}`;
}

function inWords({ verdict, facts }: Answer): string {
	const numbers = Object.entries(facts).map(
		([name, value]) => `${name.replaceAll('_', ' ')} ${valueInWords(value)}`,
	);
	return numbers.length === 0 ? verdict : `${verdict} (${numbers.join(', ')})`;
}

function rowInWords(row: Row): string {
	return Object.entries(row)
		.map(([name, value]) => `${name.replaceAll('_', ' ')} ${valueInWords(value)}`)
		.join(', ');
}

function valueInWords(value: FactValue): string {
	return value === null ? '–' : String(value);
}

function inTime(ms: number): string {
	const seconds = Math.round(ms / 1000);
	return seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}
