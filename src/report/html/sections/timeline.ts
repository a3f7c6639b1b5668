import type { Report, TimelineEvent } from '../../report.ts';
import { count } from '../../words.ts';
import { dayOf, timeOfDay } from '../instant.ts';
import { type Html, h } from '../markup.ts';
import { nothing, type Section, section } from '../section.ts';
import { severityShape } from '../severity-mark.ts';

/** Events shown from the beginning, and as many from the end. */
const shownAtEachEnd = 150;

const kinds: Readonly<Record<TimelineEvent['kind'], string>> = {
	log: 'log',
	session: 'session',
	finding: 'finding',
	choice: 'choice',
	change: 'change',
	proof: 'proof',
	undo: 'undo',
	person: 'person',
};

function eventLine({ at, kind, text, severity }: TimelineEvent): Html {
	return h(
		'li',
		{ class: kind === 'change' || kind === 'undo' ? 'event acted' : 'event' },
		timeOfDay(at),
		' ',
		h('span', { class: 'kind' }, kinds[kind]),
		' ',
		h(
			'span',
			{ class: 'what' },
			severity === null ? null : h('span', { class: `mark ${severity}` }, severityShape(severity), severity),
			severity === null ? null : ' ',
			text,
		),
	);
}

function byDay(events: readonly TimelineEvent[]): readonly Html[] {
	const days = Map.groupBy(events, ({ at }) => dayOf(at));
	return [...days].map(([day, ofDay]) =>
		h(
			'section',
			{ class: 'day' },
			h('h3', {}, `${day}, UTC`),
			h('ol', { class: 'timeline' }, ofDay.map(eventLine)),
		),
	);
}

/** What happened, oldest first. */
export function timelineSection({ timeline }: Report): Section {
	const left = timeline.length - 2 * shownAtEachEnd;
	const body =
		left <= 0
			? byDay(timeline)
			: [
					byDay(timeline.slice(0, shownAtEachEnd)),
					h('p', { class: 'more' }, `and ${count(left, 'more event')}, which the JSON report has`),
					byDay(timeline.slice(-shownAtEachEnd)),
				];
	return section('timeline', 'Timeline', timeline.length === 0 ? nothing('Nothing was recorded.') : body);
}
