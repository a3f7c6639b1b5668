/** What of a session can be drawn: the slots while they were watched, who held them, and what the logs counted. */
import type { Slug } from '../article/article.ts';
import { columnKind } from '../article/column-kind.ts';
import type { Finding } from '../machine/finding.ts';
import type { Facts, FactValue, Row } from '../machine/ports.ts';
import type { JournalRecord, RecordOf } from '../session/record.ts';
import { numbersBeforeAndAfter } from './before-after.ts';
import type { Change, Charts, LogHistogram, Share, SlotSample } from './report.ts';
import { columnsOf } from './words.ts';

export type ChartsInput = {
	readonly records: readonly JournalRecord[];
	/** The latest of each check. */
	readonly findings: readonly Finding[];
	readonly changes: readonly Change[];
	readonly titles: Readonly<Record<Slug, string>>;
};

export function chartsOf({ records, findings, changes, titles }: ChartsInput): Charts {
	return {
		slots: slotsWatched(records),
		byState: shares(findings, (column) => column === 'state'),
		byClient: shares(findings, (column) => column === 'client' || columnKind(column) === 'address'),
		byApplication: shares(findings, (column) => columnKind(column) === 'application'),
		logs: findings.flatMap((finding) => logHistogram(finding, titles[finding.check] ?? finding.check)),
		beforeAfter: numbersBeforeAndAfter(changes),
	};
}

function slotSample(at: string, { used, usable }: Facts): readonly SlotSample[] {
	return typeof used === 'number' && typeof usable === 'number' && usable > 0 ? [{ at, used, usable }] : [];
}

/** While a cure is watched its samples are told all at once, at its end. */
function samplesOf({ at, verified }: RecordOf<'verified'>): readonly SlotSample[] {
	const lastMs = Math.max(0, ...verified.samples.map(({ atMs }) => atMs));
	return verified.samples.flatMap(({ atMs, facts }) =>
		slotSample(new Date(Date.parse(at) - lastMs + atMs).toISOString(), facts),
	);
}

/** By this machine's clock, oldest first; what stays the same is kept at its beginning and its end only. */
function slotsWatched(records: readonly JournalRecord[]): readonly SlotSample[] {
	const all = records
		.flatMap((record): readonly SlotSample[] => {
			switch (record.kind) {
				case 'gauge':
					return slotSample(record.at, { used: record.used, usable: record.usable });
				case 'finding':
					return slotSample(record.at, record.finding.facts);
				case 'verified':
					return samplesOf(record);
				default:
					return [];
			}
		})
		.sort((a, b) => a.at.localeCompare(b.at));
	const same = (a: SlotSample | undefined, b: SlotSample): boolean =>
		a !== undefined && a.used === b.used && a.usable === b.usable;
	return all.filter(
		(sample, index) =>
			!same(all[index - 1], sample) || all[index + 1] === undefined || !same(all[index + 1], sample),
	);
}

/** How many sessions a row stands for. */
const countColumns = ['sessions', 'count', 'n'];

function countOf(row: Row): number | null {
	const value = countColumns.map((column) => row[column]).find((each) => typeof each === 'number');
	return typeof value === 'number' ? value : null;
}

/** Shares drawn by name; the rest is one of its own. */
const mostShares = 12;

/** The evidence that counts most sessions by such a column; empty: none does. */
function shares(findings: readonly Finding[], isMeant: (column: string) => boolean): readonly Share[] {
	let best: readonly Share[] = [];
	let most = 0;
	for (const { rows } of findings) {
		const column = columnsOf(rows).find(
			// How many addresses there are is no address.
			(each) => isMeant(each) && rows.every((row) => typeof row[each] !== 'number'),
		);
		if (column === undefined || rows.every((row) => countOf(row) === null)) continue;
		const counts = new Map<string, number>();
		for (const row of rows)
			counts.set(named(row[column]), (counts.get(named(row[column])) ?? 0) + (countOf(row) ?? 0));
		const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
		if (total <= most) continue;
		most = total;
		best = [...counts].map(([name, count]) => ({ name, count })).sort((a, b) => b.count - a.count);
	}
	if (best.length <= mostShares) return best;
	const rest = best.slice(mostShares - 1).reduce((sum, { count }) => sum + count, 0);
	return [...best.slice(0, mostShares - 1), { name: 'all others', count: rest }];
}

/** An address that is not there is a Unix socket, or hidden from this role: the row does not say which. */
function named(value: FactValue | undefined): string {
	return value === null || value === undefined || value === '' ? 'not said' : String(value);
}

/** Of a log's check the rows that are bars; empty: it counted nothing, or all in one moment. */
function logHistogram({ check, source, rows }: Finding, title: string): readonly LogHistogram[] {
	if (source !== 'log') return [];
	const bars = rows.flatMap(({ from, events }) => {
		const ms = typeof from === 'string' ? Date.parse(`${from.replace(' ', 'T')}Z`) : Number.NaN;
		return Number.isNaN(ms) || typeof events !== 'number' ? [] : [{ ms, events }];
	});
	const [first, second] = bars;
	if (first === undefined || second === undefined) return [];
	return [
		{
			check,
			title,
			barMs: second.ms - first.ms,
			bars: bars.map(({ ms, events }) => ({ from: new Date(ms).toISOString(), events })),
		},
	];
}
