/** Runs a scenario: a server with the trouble in it, and the site's configuration and logs beside it. */
import { randomBytes } from 'node:crypto';
import { copyFile, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Major } from './binaries.ts';
import { createLabClient, runSql } from './client.ts';
import { type Crowd, startCrowd } from './crowd-client.ts';
import { LabError } from './lab-error.ts';
import type { Outcome, Scenario, Stage } from './scenario.ts';
import { scenarios } from './scenarios/all.ts';
import { type LabServer, startServer } from './server.ts';
import { imsRole, instances, mainDatabase, siteDatabases, sitePools, siteSchema } from './site.ts';
import { siteConfiguration } from './site-configuration.ts';
import { siteLog } from './site-log.ts';

export type LabOptions = {
	/** Default 18. */
	readonly major?: Major;
	/** Where configuration and logs are written, and left; default: in the server's folder, gone with it. */
	readonly dir?: string;
	/** Called with one line per step of the set-up. */
	readonly onProgress?: (text: string) => void;
};

export type LabRun = {
	readonly scenario: Scenario;
	readonly server: LabServer;
	readonly crowd: Crowd;
	/** Connection URI to diagnose, of an ordinary role; its password is in it. */
	readonly conninfo: string;
	/** The superuser's, to the same database. */
	readonly adminConninfo: string;
	readonly databases: readonly string[];
	readonly files: {
		/** The first instance's `openiz.exe.config`. */
		readonly config: string;
		/** Every instance's. */
		readonly configs: readonly string[];
		/** Folder with `openiz_YYYYMMDD.log`. */
		readonly logs: string;
	};
	/** A few lines for the person: what was made, and where. No secret in it. */
	readonly describe: string;
	/** Ends crowd and server and removes their folder. May be called twice. */
	stop(): Promise<void>;
};

export type ScenarioListing = Pick<Scenario, 'id' | 'title' | 'learningGoal'>;

/** What `lab --list` shows, the first of them being the default. */
export function listScenarios(): readonly ScenarioListing[] {
	return scenarios.map(({ id, title, learningGoal }) => ({ id, title, learningGoal }));
}

/** @throws LabError when there is no scenario of that name. */
export function findScenario(id: string): Scenario {
	const scenario = scenarios.find((candidate) => candidate.id === id);
	if (scenario !== undefined) return scenario;
	throw new LabError(`There is no scenario "${id}".`, [
		`Choose one of: ${scenarios.map((known) => known.id).join(', ')}.`,
	]);
}

/**
 * Starts the scenario and waits until its trouble is there: an ordinary login met what it shall meet.
 * @throws LabError when the server is not installed, does not start, or the trouble does not come.
 */
export async function startScenario(id: string, options: LabOptions = {}): Promise<LabRun> {
	const scenario = findScenario(id);
	const say = options.onProgress ?? (() => undefined);
	const password = randomBytes(12).toString('base64url');
	say(`Starting PostgreSQL ${options.major ?? 18} …`);
	const server = await startServer({
		...scenario.server,
		major: options.major ?? 18,
		auth: 'scram',
		databases: siteDatabases,
		roles: [{ name: imsRole, password, attributes: scenario.roleAttributes ?? '' }],
	});
	const closers: (() => Promise<void>)[] = [() => server.stop()];
	let stopped: Promise<void> | null = null;
	const stop = () => {
		stopped ??= Promise.all(closers.map((close) => close())).then(() => undefined);
		return stopped;
	};
	try {
		for (const database of siteDatabases) await runSql(server.uri({ database }), siteSchema);
		const crowd = startCrowd();
		closers.push(() => crowd.stop());
		const site = instances(scenario.instanceCount);
		const serverLogs: ServerLog[] = [];
		say(`Making the trouble: ${scenario.title} …`);
		const uri = (database: string = mainDatabase) => server.uri({ user: imsRole, database });
		const stage: Stage = {
			server,
			crowd,
			instances: site,
			uri,
			sql: (sql, database = mainDatabase) => runSql(server.uri({ database }), sql),
			untilTrue: (sql, what) => untilTrue(server.uri({ database: mainDatabase }), sql, what),
			untilLogged: (of, words, what) => until(what, async () => words.test(await of.readLog())),
			ordinarySlots: await ordinarySlots(server),
			addLog: (name, path) => serverLogs.push({ name, path }),
			atEnd: (close) => closers.push(close),
		};
		const conninfo = (await scenario.setUp(stage)) ?? uri();
		const { outcome } = scenario;
		await untilMet(conninfo, typeof outcome === 'function' ? outcome(server.major) : outcome);
		const files = await writeFiles(options.dir ?? join(server.folder, 'site'), conninfo, stage, scenario);
		for (const { name, path } of serverLogs) await showLog(path, join(files.logs, name));
		return {
			scenario,
			server,
			crowd,
			conninfo,
			adminConninfo: server.uri({ database: mainDatabase }),
			databases: siteDatabases,
			files,
			describe: [
				scenario.title,
				`PostgreSQL ${server.version} on ${server.host}:${server.port}, databases ${siteDatabases.join(', ')}`,
				`Configurations ${files.configs.join(', ')}`,
				`Logs ${files.logs}`,
				scenario.learningGoal,
			].join('\n'),
			stop,
		};
	} catch (error) {
		await stop();
		throw error;
	}
}

async function ordinarySlots(server: LabServer): Promise<number> {
	const [row] = await runSql(
		server.superuser,
		`SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
		- coalesce(current_setting('reserved_connections', true), '0')::int AS slots`,
	);
	return Number(row?.slots);
}

async function writeFiles(
	dir: string,
	conninfo: string,
	stage: Stage,
	scenario: Scenario,
): Promise<LabRun['files']> {
	// What the site is told is what the wizard diagnoses: a wrong name or password stands in the file, too.
	const { hostname, port, password } = new URL(conninfo);
	const configs: string[] = [];
	for (const instance of stage.instances) {
		const folder = join(dir, instance.name);
		await mkdir(folder, { recursive: true });
		const file = join(folder, 'openiz.exe.config');
		const text = siteConfiguration({
			host: hostname,
			port: Number(port),
			user: imsRole,
			password: decodeURIComponent(password),
			pools: scenario.configuration?.pools ?? sitePools,
			commandTimeoutSeconds: scenario.configuration?.commandTimeoutSeconds ?? null,
		});
		await writeFile(file, text, { mode: 0o600 });
		configs.push(file);
	}
	const logs = join(dir, 'logs');
	await mkdir(logs, { recursive: true });
	const { major } = stage.server;
	const incidents = {
		recent: scenario.logged(major),
		yesterday: scenario.loggedYesterday?.(major) ?? [],
		commandTimeoutSeconds: scenario.configuration?.commandTimeoutSeconds ?? null,
	};
	const now = new Date();
	for (const { name, text } of scenario.imsLog?.(now) ?? siteLog(now, incidents)) {
		await writeFile(join(logs, name), text);
	}
	const [config = ''] = configs;
	return { config, configs, logs };
}

type ServerLog = { readonly name: string; readonly path: string };

/** The log itself under another name: it goes on growing. A copy where the system makes no links. */
async function showLog(path: string, as: string): Promise<void> {
	try {
		await symlink(path, as);
	} catch {
		await copyFile(path, as);
	}
}

const waitMs = 20_000;
const lookEveryMs = 100;

async function untilTrue(uri: string, sql: string, what: string): Promise<void> {
	const client = createLabClient(uri, { applicationName: 'kbwizard lab' });
	await client.connect();
	try {
		await until(what, async () => {
			const { rows } = await client.query<{ ok: unknown }>(sql);
			return rows[0]?.ok === true;
		});
	} finally {
		await client.end();
	}
}

/** The trouble is there when an ordinary login meets it, not when we believe to have made it. */
async function untilMet(uri: string, outcome: Outcome): Promise<void> {
	if (outcome.kind === 'unreached') return;
	await until('an ordinary login to meet the trouble', async () => {
		const met = await attempt(uri);
		if (outcome.kind === 'connected' || met === null) return outcome.kind === 'connected' && met === null;
		return met.code === outcome.code && (outcome.routine === null || met.routine === outcome.routine);
	});
}

/** One login; null: it got in. */
async function attempt(uri: string): Promise<{ code: string; routine: string } | null> {
	const client = createLabClient(uri, { applicationName: 'kbwizard lab' });
	try {
		await client.connect();
		await client.end();
		return null;
	} catch (error) {
		return { code: textOf(error, 'code'), routine: textOf(error, 'routine') };
	}
}

function textOf(error: unknown, name: 'code' | 'routine'): string {
	const value: unknown = error instanceof Error ? Reflect.get(error, name) : null;
	return typeof value === 'string' ? value : '';
}

async function until(what: string, condition: () => Promise<boolean>): Promise<void> {
	const deadline = Date.now() + waitMs;
	while (!(await condition())) {
		if (Date.now() > deadline) {
			throw new LabError(`The lab waited ${waitMs / 1_000} s in vain for ${what}.`, [
				'Start the scenario again.',
			]);
		}
		await pause(lookEveryMs);
	}
}
