/** Headers of OpenIZ's logs. */
import type { EntryStart } from './log-entry.ts';

/**
 * `2/28/2019 7:24:50 PM [@15] : OpenIZ.Messaging.IMSI Error: -2147467259 : …`, as a .NET trace listener writes it: the
 * time in the culture of the service's account, so all that can be said of it is that it has a date's numbers. Older
 * builds have no thread.
 */
export const traceHead = /^\s{0,8}(\D{0,6}\d{1,4}\D{1,3}\d{1,2}\D{1,3}\d{1,4}\D.*?)\s*(?:\[@(\d+)\])?$/su;
export const traceRest =
	/(\S+)\s(Critical|Error|Warning|Information|Verbose|Start|Stop|Suspend|Resume|Transfer):\s-?\d+\s:\s?(.*)$/sy;
/** Before the first ` : ` stand the time and the thread. */
const shortestHead = 8;
const longestHead = 90;

/** `2017-11-16T19:10:31.0000000⇥Error⇥THD#:5⇥…`, as OpenIZ's administration console lists it. */
export const listedHeader =
	/^\s{0,8}(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?)\s+(Critical|Error|Warning|Information|Verbose|Fatal|Informational|EventLevel\w*)\s+THD#:(\d+)\s+(.*)$/;

/** `Source@Thread <Level> [ISO time]: …`, of OpenIZ's successor; thread and level may be left out. */
export const successorHeader =
	/^\s{0,8}([\w.`+]+)@(\w*)\s{0,8}(?:<(\w+)>)?\s{0,8}\[(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?)\]\s*:\s?(.*)$/;

export function openIzStart(line: string): EntryStart | null {
	// Most lines are those of a stack: what cannot be a header is told by a few characters.
	return traceStart(line) ?? listedStart(line) ?? successorStart(line);
}

function traceStart(line: string): EntryStart | null {
	const colon = line.indexOf(' : ');
	if (colon < shortestHead || colon > longestHead) return null;
	traceRest.lastIndex = colon + 3;
	const rest = traceRest.exec(line);
	if (rest === null) return null;
	const head = traceHead.exec(line.slice(0, colon));
	return head === null ? null : openIz(head[1], head[2], rest[1], rest[2], rest[3]);
}

function listedStart(line: string): EntryStart | null {
	const listed = line.includes('THD#:') ? listedHeader.exec(line) : null;
	return listed === null ? null : openIz(listed[1], listed[3], '', listed[2], listed[4]);
}

function successorStart(line: string): EntryStart | null {
	const at = line.indexOf('@');
	if (at < 1 || at > 200 || !line.includes(']', at)) return null;
	const successor = successorHeader.exec(line);
	return successor === null
		? null
		: openIz(successor[4], successor[2], successor[1], successor[3], successor[5]);
}

function openIz(
	stamp: string | undefined,
	thread: string | undefined,
	source: string | undefined,
	level: string | undefined,
	message: string | undefined,
): EntryStart {
	return {
		layout: 'openiz',
		stamp: stamp ?? null,
		thread: thread ?? '',
		source: source ?? '',
		ordinary: level !== undefined && !/^(?:Critical|Error|Warning|Fatal)$/i.test(level),
		...{ severity: null, prefix: '', csv: false },
		message: message ?? '',
	};
}

/** What the service writes first of all (`Trace.TraceInformation` in its Main), and what the lab's does. */
export const serviceStart = /^(?:OpenIZ|SanteDB) Startup\b|^Service started\b/;

/** Whether the service begins here: what was before is of a process that is gone. */
export function isServiceStart({ layout, ordinary, message }: EntryStart): boolean {
	return layout === 'openiz' && ordinary && serviceStart.test(message);
}
