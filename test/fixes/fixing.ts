/** A fixer on a real server, with a journal of its own and everything else as the program has it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { hostname, platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished, type TestContext } from 'vitest';
import { bindParameters } from '../../src/article/parameters.ts';
import { createQueryGate } from '../../src/article/sql-gate.ts';
import { listingFor, serverLook } from '../../src/evidence/host/look-at-server.ts';
import { lookThroughPooler } from '../../src/evidence/pooler/through.ts';
import { createKeeper, type PostgresKeeper } from '../../src/evidence/postgres/keeper.ts';
import { QueryError } from '../../src/evidence/postgres/postgres.ts';
import { createFixer } from '../../src/fixes/create-fixer.ts';
import type { Fixer, FixerOptions } from '../../src/fixes/fixer.ts';
import { guardianLauncher } from '../../src/fixes/guardian-client.ts';
import type { Timing } from '../../src/fixes/verify.ts';
import type {
	Applied,
	Facts,
	Observation,
	ObserveInput,
	ParameterValues,
	Plan,
	Planned,
} from '../../src/machine/ports.ts';
import { type Journal, openJournal } from '../../src/session/journal.ts';
import { fixArticle, solutionOf } from './article.ts';
import { settingsOf } from './settings.ts';

export type Fixing = {
	readonly fixer: Fixer;
	readonly keeper: PostgresKeeper;
	readonly journal: Journal;
	readonly stateDir: string;
	readonly progress: string[];
	plan(solution: string, parameters?: ParameterValues, facts?: Facts): Promise<Planned>;
	/** Plans, fails if there is no plan, and applies it with the consent it wants. */
	fix(
		solution: string,
		parameters?: ParameterValues,
	): Promise<{ readonly plan: Plan; readonly applied: Applied }>;
};

type Overrides = Partial<
	Pick<
		FixerOptions,
		'article' | 'proveLogin' | 'launchGuardian' | 'clock' | 'maxRows' | 'attended' | 'waitMs' | 'lookAtServer'
	>
>;

/** @param cleaning the context of the test, where tests run side by side */
export async function fixingOn(
	uri: string,
	overrides: Overrides = {},
	timing?: Timing,
	cleaning?: Pick<TestContext, 'onTestFinished'>,
): Promise<Fixing> {
	const fixing = await fixingAt(uri, overrides, timing, cleaning);
	const { session, lastAttempt } = fixing.keeper;
	if (session === null) throw new Error(lastAttempt?.failure?.message ?? 'no session');
	return fixing;
}

/** As `fixingOn`, whether a session is had or not. */
export async function fixingAt(
	uri: string,
	overrides: Overrides = {},
	timing?: Timing,
	cleaning: Pick<TestContext, 'onTestFinished'> = { onTestFinished },
): Promise<Fixing> {
	const article = overrides.article ?? fixArticle();
	const settings = settingsOf(uri);
	const keeper = createKeeper(settings);
	const stateDir = await mkdtemp(join(tmpdir(), 'kbwizard-fixes-'));
	const journal = openJournal({
		stateDir,
		clock: () => new Date(),
		writer: { pid: process.pid, host: hostname(), isAlive: () => true },
	});
	cleaning.onTestFinished(async () => {
		await keeper.close();
		journal.close();
		await rm(stateDir, { recursive: true, force: true });
	});
	await keeper.attempt();
	const progress: string[] = [];
	const fixer = createFixer(
		{
			article,
			keeper,
			gate: createQueryGate(),
			journal,
			launchGuardian: guardianLauncher([settings]),
			proveLogin: null,
			connectTo: (conninfo) => createKeeper(settingsOf(conninfo)),
			lookThrough: (conninfo, signal) =>
				lookThroughPooler(settingsOf(conninfo), { clock: () => new Date(), signal }),
			observe: (input) => observe(keeper, input),
			lookAtServer: serverLook(keeper, settings, listingFor(platform())),
			clock: () => new Date(),
			maxRows: 1000,
			attended: false,
			waitMs: 0,
			...overrides,
		},
		timing,
	);
	const plan = (id: string, parameters: ParameterValues = {}, facts: Facts = {}) =>
		fixer.plan({
			solution: solutionOf(article, id),
			step: null,
			parameters,
			facts,
			server: keeper.session?.server ?? keeper.lastAttempt?.server ?? null,
		});
	return {
		fixer,
		keeper,
		journal,
		stateDir,
		progress,
		plan,
		async fix(id, parameters) {
			const planned = await plan(id, parameters);
			if (planned.kind !== 'plan') throw new Error(`no plan: ${JSON.stringify(planned)}`);
			const { plan: made } = planned;
			const applied = await fixer.apply(made, { yes: true, typed: made.confirm }, (text) =>
				progress.push(text),
			);
			return { plan: made, applied };
		},
	};
}

/** The check's own query, afresh. */
async function observe(keeper: PostgresKeeper, { check, facts }: ObserveInput): Promise<Observation> {
	const { text: sql, values } = bindParameters(check.checks[0]?.body ?? '', facts);
	if (keeper.session === null) return { kind: 'absent', why: 'no session', grant: null };
	try {
		const { rows, durationMs, at } = await keeper.session.read(sql, values);
		const { verdict, ...columns } = rows[0] ?? { verdict: 'none' };
		const rest = { rows: [], source: 'live' as const, sql, durationMs, at, failure: null, grant: null };
		return { kind: 'verdict', verdict: String(verdict), facts: columns, ...rest };
	} catch (error) {
		if (!(error instanceof QueryError)) throw error;
		return { kind: 'failed', failure: error.failure, source: 'live', sql, durationMs: 0, at: '' };
	}
}

export function planOf(planned: Planned): Plan {
	if (planned.kind !== 'plan') throw new Error(`no plan: ${JSON.stringify(planned)}`);
	return planned.plan;
}
