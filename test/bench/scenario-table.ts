/**
 * What the built program says first of every scenario of the lab, on every major: `npm run table`, or with majors and
 * scenarios as arguments (`npm run table -- 13 18 two-pools`), only those. The README's other cells stay as they are.
 */
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { allMajors, isInstalled, type Major } from '../../src/lab/binaries.ts';
import { createLabClient } from '../../src/lab/client.ts';
import { type LabRun, startScenario } from '../../src/lab/lab-run.ts';
import { scenarios } from '../../src/lab/scenarios/all.ts';
import { type Cells, readCells, withCells } from './scenario-cells.ts';

const bin = fileURLToPath(new URL('../../bin/kbwizard.js', import.meta.url));
const readme = fileURLToPath(new URL('../../README.md', import.meta.url));

/** Scenarios at a time: most of each is waiting. */
const atOnce = 2;

type Found = {
	readonly findings: readonly { readonly check: string; readonly facts: Readonly<Record<string, unknown>> }[];
	readonly causes: readonly { readonly id: string }[];
};

/** To a standby or a pooler of the lab's, say: the slots of its main server are not what is counted there. */
function leadsElsewhere({ conninfo, server }: LabRun): boolean {
	return new URL(conninfo).port !== new URL(server.superuser).port;
}

/** How many slots were taken each time that the server was asked while the program looked; empty: nobody could ask. */
async function countUntil(ended: Promise<unknown>, lab: LabRun): Promise<readonly number[]> {
	if (leadsElsewhere(lab)) {
		await ended;
		return [];
	}
	const client = createLabClient(lab.server.superuser, { applicationName: 'psql' });
	try {
		await client.connect();
	} catch {
		await ended;
		return [];
	}
	const counted: number[] = [];
	let over = false;
	const end = ended.finally(() => {
		over = true;
	});
	const walsenders = lab.server.major < 12 ? " or backend_type = 'walsender'" : '';
	while (!over) {
		const { rows } = await client.query<{ n: number }>(
			`select least(usable, (select count(*) from pg_stat_activity where backend_type = 'client backend'${walsenders}))::int as n
			from (select current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
			  - coalesce(current_setting('reserved_connections', true), '0')::int as usable) budget`,
		);
		counted.push(...rows.map(({ n }) => n));
		await pause(20);
	}
	await end;
	await client.end().catch(() => undefined);
	return counted;
}

/** `check --json` as in the lab's walk: by the site's own role, its logs, and the administrator's way in. */
async function diagnosed(lab: LabRun, state: string): Promise<Found> {
	const own = Object.entries(process.env).filter(([name]) => !/^(?:PG|KBWIZARD|NO_COLOR)/.test(name));
	const args = ['check', 'KB008', lab.conninfo, '--rescue', lab.server.superuser, '--log', lab.files.logs];
	return new Promise((resolve, reject) => {
		execFile(
			process.execPath,
			[bin, ...args, '--json'],
			{
				env: { ...Object.fromEntries(own), XDG_STATE_HOME: state, PGCONNECT_TIMEOUT: '5' },
				maxBuffer: 2 ** 26,
			},
			// Any verdict but health ends in a status of its own: the document is what counts.
			(_, stdout, stderr) => (stdout === '' ? reject(new Error(stderr.trim())) : resolve(JSON.parse(stdout))),
		);
	});
}

/** As `✓ 97/97`: the cause is the expected one, and so many of so many slots were taken; `≤` where it sees a bound only. */
function cellOf(expected: string | null, { findings, causes }: Found, counted: readonly number[]): string {
	const first = causes[0]?.id ?? null;
	const cause = first === expected ? '✓' : `✗ ${first ?? 'none'}`;
	const { used, at_most, usable } =
		findings.find(({ check }) => check === 'are-the-connection-slots-used-up')?.facts ?? {};
	const said = typeof used === 'number' ? used : at_most;
	if (typeof said !== 'number' || typeof usable !== 'number' || counted.length === 0) return cause;
	const [least, most] = [Math.min(...counted), Math.max(...counted)];
	const right = least <= said && (said !== used || said <= most);
	return `${cause} ${said === used ? '' : '≤ '}${said}/${usable}${right ? '' : ` ✗ ${least} to ${most}`}`;
}

async function cellFor(id: string, major: Major, state: string): Promise<string> {
	const lab = await startScenario(id, { major });
	try {
		const found = diagnosed(lab, state);
		const counted = await countUntil(found, lab);
		return cellOf(lab.scenario.firstCause, await found, counted);
	} finally {
		await lab.stop();
	}
}

const asked = process.argv.slice(2);
const majors = allMajors.filter((major) => isInstalled(major));
const wantedMajors = majors.filter((major) => asked.includes(String(major)));
const wantedIds = scenarios.map(({ id }) => id).filter((id) => asked.includes(id));
const unknown = asked.filter(
	(word) => !wantedIds.includes(word) && !wantedMajors.some((major) => String(major) === word),
);
if (unknown.length > 0) throw new Error(`neither a scenario nor an installed major: ${unknown.join(', ')}`);

const cells: Cells = readCells(readFileSync(readme, 'utf8'), majors);
const work = (wantedMajors.length > 0 ? wantedMajors : majors).flatMap((major) =>
	(wantedIds.length > 0 ? wantedIds : scenarios.map(({ id }) => id)).map((id) => ({ id, major })),
);
const state = await mkdtemp(join(tmpdir(), 'kbwizard-table-'));
try {
	await Promise.all(
		Array.from({ length: atOnce }, async () => {
			for (let next = work.shift(); next !== undefined; next = work.shift()) {
				const { id, major } = next;
				const cell = await cellFor(id, major, state).catch((error: unknown) => {
					// What a machine lacks, a PgBouncer for one, is no result; the others go on.
					console.error(`${id} on ${major}: ${error instanceof Error ? error.message : String(error)}`);
					return null;
				});
				if (cell === null) continue;
				console.log(`${String(major)}  ${id.padEnd(36)} ${cell}`);
				cells.set(id, new Map([...(cells.get(id) ?? []), [major, cell]]));
				// At once: a run of all of them takes a while, and may be broken off.
				writeFileSync(readme, withCells(readFileSync(readme, 'utf8'), cells, scenarios, majors));
			}
		}),
	);
} finally {
	await rm(state, { recursive: true, force: true });
}
