/** What happened, in order: what the logs remember, what was found, what was done, and who said what. */
import type { Severity, Slug } from '../article/article.ts';
import { plainInline } from '../article/plain-text.ts';
import type { Finding } from '../machine/finding.ts';
import type { JournalRecord, RecordOf } from '../session/record.ts';
import { effectInWords } from './effect-words.ts';
import type { TimelineEvent } from './report.ts';
import { ofKind } from './session-changes.ts';
import { count } from './words.ts';

export type TimelineInput = {
	/** Of the session, and of those that took back what it did. */
	readonly records: readonly JournalRecord[];
	/** Of checks. */
	readonly titles: Readonly<Record<Slug, string>>;
	/** Of solutions and their steps. */
	readonly solutions: ReadonlyMap<Slug, string>;
};

/** By this machine's clock, the logs' own times apart; oldest first. */
export function timelineOf(input: TimelineInput): readonly TimelineEvent[] {
	const { records } = input;
	const said = new Map<Slug, string>();
	const events = records.flatMap((record): readonly TimelineEvent[] => {
		// A finding that only says the same again is no event.
		if (record.kind === 'finding') {
			const { check, verdict } = record.finding;
			if (said.get(check) === verdict) return [];
			said.set(check, verdict);
			return [...loggedEvents(record.finding, input), ...findingEvent(record, input)];
		}
		return eventsOf(record, input);
	});
	return events
		.map((event, order) => ({ event, order }))
		.sort((a, b) => a.event.at.localeCompare(b.event.at) || a.order - b.order)
		.map(({ event }) => event);
}

function event(
	at: string,
	kind: TimelineEvent['kind'],
	text: string,
	severity: Severity | null = null,
): readonly TimelineEvent[] {
	return [{ at, kind, text, severity }];
}

const titleOf = (check: Slug, { titles }: TimelineInput): string => titles[check] ?? check;
const solutionOf = (id: Slug, { solutions }: TimelineInput): string => solutions.get(id) ?? id;

/** What is in order is in the findings; here it would hide what is not. */
const telling: ReadonlySet<Severity> = new Set(['warning', 'critical']);

function findingEvent({ at, finding }: RecordOf<'finding'>, input: TimelineInput): readonly TimelineEvent[] {
	const { check, severity, text, answeredBy } = finding;
	const question = titleOf(check, input);
	if (finding.source === 'person')
		return event(
			at,
			'person',
			`${question} ${answeredBy ?? 'a person'} said: ${plainInline(text)}`,
			severity,
		);
	return telling.has(severity) ? event(at, 'finding', `${question} ${plainInline(text)}`, severity) : [];
}

/** When a log says that it began, and when it was last seen. */
function loggedEvents({ check, source, facts }: Finding, input: TimelineInput): readonly TimelineEvent[] {
	const { first, last, events } = facts;
	if (source !== 'log' || typeof first !== 'string' || typeof events !== 'number') return [];
	const about = titleOf(check, input);
	return [
		...event(first, 'log', `${about} First logged, ${count(events, 'event')} in all`),
		...(typeof last === 'string' && last !== first ? event(last, 'log', `${about} Last logged`) : []),
	];
}

const atItsEnd: Readonly<Record<RecordOf<'closed'>['outcome'], string>> = {
	solved: 'the session ended: solved',
	'not solved': 'the session ended: not solved',
	diagnosed: 'the session ended after the diagnosis',
	undone: 'the session ended: what it changed was taken back',
	left: 'the person left',
	interrupted: 'the session was interrupted',
	failed: 'the session failed',
};

function eventsOf(record: JournalRecord, input: TimelineInput): readonly TimelineEvent[] {
	const { at } = record;
	switch (record.kind) {
		case 'opened':
			return event(at, 'session', `${record.user} began on ${record.host}`);
		case 'server': {
			const { server } = record;
			const first = input.records.find(({ kind }) => kind === 'server');
			// A fence moves the session to another database and back: that is told by the change itself.
			if (record !== first) return [];
			const slot =
				server.slot === null ? '' : `, in ${server.slot === 'ordinary' ? 'an' : 'a'} ${server.slot} slot`;
			return event(at, 'session', `connected to ${server.database ?? 'the server'}${slot}`);
		}
		case 'asks-only':
			return event(
				at,
				'session',
				record.only
					? 'nobody connects: whoever is asked says what they see'
					: 'a server is looked at after all',
			);
		case 'choice':
			// One that is planned anew, for another value, is still the same choice.
			return isChosenAlready(record, input.records)
				? []
				: event(at, 'choice', `chosen: ${solutionOf(record.solution, input)}`);
		case 'consent':
			return event(
				at,
				'choice',
				record.typed ? 'agreed to the plan, its name typed out' : 'agreed to the plan',
			);
		case 'intent':
			return event(at, record.effect === 'undo' ? 'undo' : 'change', intentInWords(record, input));
		case 'verified':
			return event(
				at,
				'proof',
				`${solutionOf(record.step ?? record.solution, input)} ${record.verified.held ? 'held' : 'did not hold'}: ${plainInline(record.verified.text)}`,
				record.verified.severity,
			);
		case 'undone':
			return event(
				at,
				'undo',
				`${count(record.undone.undone.length, 'change')} taken back, ${record.undone.skipped.length} left`,
			);
		case 'lifted':
			return liftedEvent(record, input);
		case 'step':
			return event(at, 'person', `${solutionOf(record.step, input)}: ${record.outcome}`);
		case 'helped':
			return event(
				at,
				'person',
				`${solutionOf(record.solution, input)} ${record.helped ? 'helped' : 'did not help'}, the person said`,
			);
		case 'note':
			return event(at, record.by === undefined ? 'session' : 'person', noteInWords(record));
		case 'closed':
			return event(at, 'session', atItsEnd[record.outcome]);
		default:
			return [];
	}
}

function isChosenAlready(choice: RecordOf<'choice'>, records: readonly JournalRecord[]): boolean {
	const before = records.slice(0, records.indexOf(choice)).findLast(({ kind }) => kind === 'choice');
	return before?.kind === 'choice' && before.solution === choice.solution;
}

function noteInWords({ by, text }: RecordOf<'note'>): string {
	return by === undefined ? text : `noted by ${by}: ${text}`;
}

/** What a fix or an undo took back is told by it, but for a fence, which is a step of the fix itself. */
function liftedEvent(lifted: RecordOf<'lifted'>, { records }: TimelineInput): readonly TimelineEvent[] {
	const { at, by, of } = lifted;
	const intent = ofKind(records, 'intent').find(
		({ session, seq }) => session === of && seq === lifted.intent,
	);
	if (intent?.effect === 'fence' && by === 'fix')
		return event(at, 'change', `lift the fence of ${intent.object}`);
	if (by !== 'guardian' && by !== 'somebody else') return [];
	const what = intent === undefined ? `a change of session ${of}` : effectInWords(withoutValue(intent));
	return event(at, 'undo', `${what}: taken back by ${by === 'guardian' ? 'the guardian process' : by}`);
}

const withoutValue = ({ effect, object, old }: RecordOf<'intent'>) => ({ effect, object, old });

function intentInWords(intent: RecordOf<'intent'>, { records }: TimelineInput): string {
	const outcome = records.find(
		(record) =>
			record.kind === 'outcome' && record.session === intent.session && record.intent === intent.seq,
	);
	const status = outcome?.kind === 'outcome' ? outcome.status : 'unknown';
	return `${effectInWords(intent)}${status === 'done' ? '' : ` (${status})`}`;
}
