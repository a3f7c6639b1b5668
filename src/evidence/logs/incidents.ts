/**
 * OpenIZ logs one trouble two to four times, in the layers it passes: the data layer, the sub-query, the pipeline, each
 * with the same exception or the aggregate around it. They are one event: the same thread in the same second, or the
 * next one where another part of the program tells it on.
 */
import type { EntryStart } from './log-entry.ts';

type Told = { readonly second: number; readonly sources: Set<string> };

const mostThreads = 10_000;

export class Incidents {
	readonly #told = new Map<string, Told>();

	/** @param ms null: the entry has no time, and stands for itself */
	isNew(kind: string, { thread, source }: EntryStart, ms: number | null): boolean {
		if (thread === null || ms === null) return true;
		const key = `${kind}\n${thread}`;
		const second = Math.floor(ms / 1000);
		const told = this.#told.get(key);
		if (told !== undefined && belongs(told, second, source)) {
			told.sources.add(source);
			return false;
		}
		if (this.#told.size > mostThreads) this.#told.clear();
		this.#told.set(key, { second, sources: new Set([source]) });
		return true;
	}
}

function belongs(told: Told, second: number, source: string): boolean {
	return second === told.second || (second === told.second + 1 && !told.sources.has(source));
}
