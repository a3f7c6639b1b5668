/** Fixes that are killed before and after every record of their journal: resume and undo bring back what was before. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { changesInForce } from '../../src/session/in-force.ts';
import type { JournalRecord } from '../../src/session/record.ts';
import { configuration } from '../evidence/openiz/configurations.ts';
import { connect, describeOn, query, until } from '../helpers/postgres.ts';
import { recordsIn } from './broken-off.ts';
import { run } from './run-cli.ts';
import { runHere } from './run-here.ts';

const hook = fileURLToPath(new URL('kill-at-record.ts', import.meta.url));

/** Each run has a database, a role and a file of its own, so that many can be killed at once. */
const places = 18;
const namesOf = (kind: string) => Array.from({ length: places }, (_, index) => `${kind}${index}`);
const databases = [...namesOf('lift'), ...namesOf('disconnect')];
const options = {
	settings: { max_connections: 100 },
	databases,
	roles: [...databases, ...namesOf('timeouts'), ...namesOf('pools')].map((name) => ({ name })),
};
const text = configuration({ bom: true, newline: '\r\n', spread: true }).replaceAll('Size=30', 'Size=300');

type Place = {
	readonly name: string;
	readonly database: string;
	readonly uri: string;
	readonly state: string;
	readonly file: string;
};

type Case = {
	readonly solution: string;
	/** How its databases and roles are called. */
	readonly kind: string;
	readonly args: (place: Place) => readonly string[];
	/** What there must be to be done; resolves with what ends it. */
	readonly prepare?: (place: Place) => Promise<() => Promise<void>>;
};

/** What was written from the plan on, in order; an intent with its effect. */
function stepsOf(records: readonly JournalRecord[]): readonly string[] {
	const steps = records.slice(records.findIndex(({ kind }) => kind === 'plan'));
	return steps.map((record) => (record.kind === 'intent' ? `intent ${record.effect}` : record.kind));
}

/** Every place where it can be killed: before each record, and after those that say what is done next. */
function pointsOf(steps: readonly string[]): readonly string[] {
	return steps.flatMap((step, index) => [
		// Of a choice, a plan and a consent nothing is done yet: once is enough.
		...(step === 'consent' ? [] : [`before ${index + 1}`]),
		...(step.startsWith('intent') ? [`after ${index + 1}`] : []),
	]);
}

/** As many at once as a small machine has room for. */
function atMost<T>(
	many: number,
	items: readonly T[],
	work: (item: T, index: number) => Promise<void>,
): readonly Promise<void>[] {
	const left = items.map((item, index) => ({ item, index }));
	return Array.from({ length: many }, async () => {
		for (let next = left.pop(); next !== undefined; next = left.pop()) await work(next.item, next.index);
	});
}

// Where it is killed is the program's own; what two versions do then is shown by resume.test.ts.
describeOn([18], 'killed at every step', options, (server) => {
	let folder = '';
	beforeAll(() => {
		folder = mkdtempSync(join(tmpdir(), 'kbwizard-killed-'));
	});
	afterAll(() => rmSync(folder, { recursive: true, force: true }));

	const superuser = () => server().uri({ database: 'postgres' });

	/** All that a fix may leave behind, but for the sessions that it ended. */
	const standing = async ({ name, database, file }: Place) => {
		const [row] = await query(
			superuser(),
			`select d.datconnlimit, d.datallowconn, r.rolconnlimit, r.rolconfig::text,
			   (select json_agg(s.setconfig order by s.setrole)::text from pg_db_role_setting s
			    where s.setdatabase = d.oid or s.setrole = r.oid) as settings
			 from pg_database d, pg_roles r where d.datname = $1 and r.rolname = $2`,
			[database, name],
		);
		const own = readFileSync(join(server().dataDir, 'postgresql.auto.conf'), 'utf8');
		return { ...row, own, text: readFileSync(file, 'utf8'), beside: readdirSync(join(file, '..')) };
	};

	function placeOf({ solution, kind }: Case, index: number): Place {
		const name = namesOf(kind)[index] ?? '';
		const own = join(folder, solution, name);
		mkdirSync(join(own, 'ims'), { recursive: true });
		const file = join(own, 'ims', 'openiz.exe.config');
		writeFileSync(file, text);
		const database = databases.includes(name) ? name : 'postgres';
		return { name, database, uri: server().uri({ database }), state: join(own, 'state'), file };
	}

	const cases: readonly Case[] = [
		{
			solution: 'lift-the-connection-limit',
			kind: 'lift',
			args: ({ name, uri }) => [uri, '--set', `database=${name}`, '--yes'],
			async prepare({ name }) {
				await query(superuser(), `alter database ${name} connection limit 7`);
				return async () => undefined;
			},
		},
		{
			solution: 'set-timeouts',
			kind: 'timeouts',
			args: ({ name, uri }) => [uri, '--set', `role=${name}`, '--yes'],
		},
		{
			solution: 'shrink-the-pools',
			kind: 'pools',
			args: ({ uri, file }) => [uri, '--config', file, '--yes'],
		},
		{
			solution: 'disconnect-all-clients',
			kind: 'disconnect',
			args: ({ name, uri }) => [uri, '--confirm', name],
			async prepare({ name }) {
				const client = await connect(server().uri({ user: name, database: name }), 'ims');
				return () => client.end().catch(() => undefined);
			},
		},
	];

	/** @param killAt null: it is let come to its end */
	async function broken({ solution, args, prepare }: Case, place: Place, killAt: string | null) {
		const end = await prepare?.(place);
		try {
			const before = await standing(place);
			const ended = await run(['fix', 'KB008', solution, ...args(place), '--json'], {
				node: ['--import', hook],
				env: { XDG_STATE_HOME: place.state, ...(killAt === null ? {} : { KILL_AT: killAt }) },
			});
			return { before, ended };
		} finally {
			await end?.();
		}
	}

	/** Resumes, takes back, and looks: nothing that was changed may be left. */
	async function broughtBack(place: Place, before: unknown, point: string): Promise<void> {
		const resumed = await runHere(['resume', '--yes', '--json'], place.state);
		expect([0, 1], `${point}: ${resumed.stderr}`).toContain(resumed.status);
		const undone = await runHere(['undo', '--yes', '--json'], place.state);
		expect(undone.status, `${point}: ${undone.stderr}${undone.stdout}`).toBe(0);
		// The guardian of a fence may still be at it.
		await until(async () => JSON.stringify(await standing(place)) === JSON.stringify(before), {
			what: `${point}: all to be as it was: ${JSON.stringify(before)}`,
			timeoutMs: 20_000,
		});
		expect(changesInForce(recordsIn(place.state)), point).toEqual([]);
		const application = await connect(server().uri({ user: place.name, database: place.database }));
		await application.end();
	}

	// They mostly wait: for what must hold for a while, twice.
	test.concurrent.each(cases)(
		'$solution is old or new at every moment, and goes back',
		async (about) => {
			const whole = placeOf(about, 0);
			const { before, ended } = await broken(about, whole, null);
			expect(ended.status, ended.stderr + ended.stdout).toBe(0);
			const steps = stepsOf(recordsIn(whole.state));
			expect(steps).toEqual(expect.arrayContaining(['plan', 'consent', 'outcome', 'verified', 'closed']));
			const points = pointsOf(steps);
			expect(points.length).toBeLessThan(places);
			await Promise.all([
				broughtBack(whole, before, 'not killed'),
				...atMost(2, points, async (point, index) => {
					const place = placeOf(about, index + 1);
					const { before, ended } = await broken(about, place, point);
					expect(ended.status, `${point}: ${ended.stderr}${ended.stdout}`).toBeNull();
					await broughtBack(place, before, point);
				}),
			]);
		},
		300_000,
	);
});
