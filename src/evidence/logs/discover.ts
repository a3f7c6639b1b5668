/** Where logs lie if nobody says: by the IMS's configuration, and by the server's own settings. */
import { access, constants, readdir, readFile, realpath, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, posix, win32 } from 'node:path';
import { quoteIdentifier } from '../../article/parameters.ts';
import { locatePostmaster, type Postmaster } from '../host/postmaster.ts';
import { readConfiguration } from '../openiz/configuration.ts';
import { defaultCommandTimeout, settingOf } from '../openiz/connection-string.ts';
import { attributeOf, elementsOf, type XmlElement } from '../openiz/scan-xml.ts';
import { type PostgresSession, QueryError } from '../postgres/postgres.ts';
import { cleanText } from '../untrusted.ts';
import { literally } from './literally.ts';
import {
	type FoundLogs,
	type LogFile,
	newestOf,
	type PathProblem,
	problemAt,
	whyUnreadable,
} from './log-paths.ts';

/** Of logs that nobody asked for, only what is recent is read: the first look must not take minutes. */
const mostFiles = 3;
const mostBytes = 64 * 1024 * 1024;
const recentMs = 86_400_000;

export type DiscoverInput = {
	/** As given with `--config`. */
	readonly configs: readonly string[];
	/** Null: there is none to ask. */
	readonly session: PostgresSession | null;
	readonly clock: () => Date;
};

/** Never throws: where nothing is found, a problem says why. */
export async function discoverLogs({ configs, session, clock }: DiscoverInput): Promise<FoundLogs> {
	const found: FoundLogs[] = [];
	for (const path of configs) found.push(await byConfiguration(path, clock()));
	found.push(session === null ? { files: [], problems: [] } : await byServer(session, clock()));
	return {
		files: found.flatMap(({ files }) => files),
		problems: found.flatMap(({ problems }) => problems),
	};
}

/** Names of these files, of the last day, each by its end. */
async function recent(folder: string, name: RegExp, now: Date): Promise<readonly LogFile[]> {
	const names = (await readdir(folder)).filter((each) => name.test(each));
	const files = await newestOf(
		names.map((each) => join(folder, each)),
		mostFiles,
	);
	const kept: LogFile[] = [];
	for (const [index, file] of files.entries()) {
		const { mtimeMs } = await stat(file.path);
		// The newest tells of an old trouble at least that it is old.
		if (index === files.length - 1 || now.getTime() - mtimeMs < recentMs)
			kept.push({ ...file, atMost: mostBytes });
	}
	return kept;
}

/** Whoever rotates and packs a log puts its marks behind the name. */
const rotated = String.raw`(?:[.-]\d+)*(?:\.gz)?`;

async function byConfiguration(config: string, now: Date): Promise<FoundLogs> {
	const nothing = (why: string): FoundLogs => ({ files: [], problems: [problemAt(config, why)] });
	try {
		const data = listenerFile(readConfiguration(await readFile(config), config).root);
		if (data === null) return nothing('it writes no log file (no roll-over listener is in use)');
		const elsewhere = win32.isAbsolute(data) && !posix.isAbsolute(data) && !isAbsolute(data);
		if (elsewhere)
			return nothing(`the IMS logs to ${cleanText(data, { max: 300 })}, which is on another machine`);
		// Of a relative path only the name counts: it lies beside the program (RollOverTextWriterTraceListener).
		const folder = isAbsolute(data) ? dirname(data) : dirname(await realpath(config));
		const file = data.split(/[\\/]/).at(-1) ?? data;
		const dot = file.lastIndexOf('.');
		const [stem, end] = dot < 1 ? [file, ''] : [file.slice(0, dot), file.slice(dot)];
		const name = new RegExp(`^${literally(stem)}_\\d{8}${literally(end)}${rotated}$`, 'i');
		const files = await recent(folder, name, now);
		return files.length === 0
			? nothing(`no ${stem}_*${end} is in ${cleanText(folder, { max: 300 })}`)
			: { files, problems: [] };
	} catch (error) {
		return nothing(whyUnreadable(error));
	}
}

/** `initializeData` of the listener that writes files, if a source or the trace uses it. */
function listenerFile(root: XmlElement): string | null {
	const diagnostics = root.children.find(({ name }) => name === 'system.diagnostics');
	if (diagnostics === undefined) return null;
	const used = new Set<string>();
	let shared: { readonly name: string; readonly data: string } | null = null;
	for (const element of elementsOf(diagnostics)) {
		if (element.name !== 'listeners' && element.name !== 'sharedListeners') continue;
		for (const add of element.children.filter(({ name }) => name === 'add')) {
			const name = attributeOf(add, 'name')?.value ?? '';
			const data = attributeOf(add, 'initializeData')?.value ?? '';
			const writes = /RollOver/.test(attributeOf(add, 'type')?.value ?? '') && data !== '';
			if (element.name === 'listeners') used.add(name);
			if (writes) shared = { name, data };
		}
	}
	return shared !== null && used.has(shared.name) ? shared.data : null;
}

const whereabouts = `select (select s.setting from pg_settings s where s.name = 'log_directory') as folder,
       (select s.setting from pg_settings s where s.name = 'log_filename') as name,
       current_setting('log_destination') as destination,
       current_setting('logging_collector') = 'on' as collected`;

async function byServer(session: PostgresSession, now: Date): Promise<FoundLogs> {
	const nothing = (why: string): FoundLogs => ({
		files: [],
		problems: [{ path: '', why: `the server’s log: ${cleanText(why, { max: 400 })}` }],
	});
	try {
		const { rows } = await session.read(whereabouts);
		const { folder, name, destination, collected } = rows[0] ?? {};
		if (typeof folder !== 'string') return hidden(session);
		const located = await locatePostmaster(session);
		if (!located.here) return nothing(located.why);
		if (!/stderr|csvlog|jsonlog/.test(String(destination)))
			return nothing(`it goes to ${String(destination)}, not to a file`);
		const files =
			collected === true && typeof name === 'string'
				? await recent(
						isAbsolute(folder) ? folder : join(located.postmaster.dataDir, folder),
						collectedName(name),
						now,
					)
				: await outputFiles(located.postmaster);
		if (typeof files === 'string') return nothing(files);
		const problems: PathProblem[] = [];
		const readable: LogFile[] = [];
		for (const file of files) {
			try {
				await access(file.path, constants.R_OK);
				readable.push(file);
			} catch (error) {
				problems.push(problemAt(file.path, whyUnreadable(error)));
			}
		}
		return files.length === 0
			? nothing(`no file of its name is in ${String(folder)}`)
			: { files: readable, problems };
	} catch (error) {
		return nothing(error instanceof QueryError ? error.failure.message : whyUnreadable(error));
	}
}

/** Where it logs is shown to superusers, and to members of that role (10 and later). */
function hidden({ server }: PostgresSession): FoundLogs {
	const user = server.user ?? 'this role';
	const granted = (server.versionNum ?? 0) >= 100_000 && server.user !== null;
	const why = `${cleanText(user, { max: 63 })} may not see where the server logs`;
	const grant = granted ? { grant: `GRANT pg_read_all_settings TO ${quoteIdentifier(user)}` } : {};
	return { files: [], problems: [{ path: '', why, ...grant }] };
}

/** `postgresql-%Y-%m-%d_%H%M%S.log`, and what csvlog and jsonlog make of it. */
function collectedName(pattern: string): RegExp {
	const dot = pattern.lastIndexOf('.');
	const stem = dot < 1 ? pattern : pattern.slice(0, dot);
	const end = dot < 1 ? '' : literally(pattern.slice(dot));
	// Escapes side by side are one place: each with a length of its own would take for ever to be ruled out.
	const source = stem
		.split(/(?:%[A-Za-z])+/)
		.map(literally)
		.join('.{1,60}');
	return new RegExp(`^${source}(?:${end}|\\.csv|\\.json)${rotated}$`);
}

/** Without a collector the log is wherever the postmaster's error output goes. */
async function outputFiles({ output, manager }: Postmaster): Promise<readonly LogFile[] | string> {
	switch (output?.kind) {
		case 'file':
			return [{ path: output.path, named: false, atMost: mostBytes }];
		case 'nothing':
			return 'its error output goes nowhere, and logging_collector is off';
		case 'other':
			return manager.kind === 'systemd'
				? `it goes to the journal: journalctl -u ${manager.unit} > FILE, then --log FILE`
				: 'its error output goes to a terminal or another program';
		default:
			return 'it cannot be told here where its error output goes';
	}
}

/** What the configurations say how long a command may take, in milliseconds; what cannot be read says nothing. */
export async function configuredTimeouts(configs: readonly string[]): Promise<readonly number[]> {
	const timeouts = new Set<number>();
	for (const path of configs) {
		try {
			for (const { settings } of readConfiguration(await readFile(path), path).strings) {
				const seconds = Number(settingOf(settings, 'commandTimeout')?.value ?? defaultCommandTimeout);
				if (seconds > 0) timeouts.add(seconds * 1000);
			}
		} catch {
			// Why it cannot be read is told by the checks that it is for.
		}
	}
	return [...timeouts];
}
