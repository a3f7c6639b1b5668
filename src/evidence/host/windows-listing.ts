/** Processes and sockets of Windows, where PostgreSQL changes no title: what PowerShell tells, as one JSON document. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { plainAddress } from './linux-sockets.ts';
import type { HostListing, HostProcess, SocketState, TcpSocket } from './listing.ts';

const run = promisify(execFile);

/** Enumerations as text and times as seconds, so that no language and no culture of the machine is in the answer. */
const script = (port: number): string =>
	[
		"$ErrorActionPreference = 'SilentlyContinue'",
		'[Console]::OutputEncoding = [Text.Encoding]::UTF8',
		'$now = Get-Date',
		`$sockets = @(Get-NetTCPConnection -LocalPort ${port} | ForEach-Object { @{ state = [string]$_.State; address = $_.LocalAddress; port = $_.LocalPort; remoteAddress = $_.RemoteAddress; remotePort = $_.RemotePort; pid = $_.OwningProcess } })`,
		'$owners = @($sockets | ForEach-Object { $_.pid })',
		"$processes = @(Get-CimInstance Win32_Process | Where-Object { $_.Name -match '^(postgres|edb-postgres|pgbouncer)[.]exe$' -or $owners -contains $_.ProcessId } | ForEach-Object { @{ pid = $_.ProcessId; parent = $_.ParentProcessId; name = $_.Name; program = $_.ExecutablePath; commandLine = $_.CommandLine; started = $_.CreationDate.ToUniversalTime().ToString('o'); ageS = ($now - $_.CreationDate).TotalSeconds } })",
		'@{ sockets = $sockets; processes = $processes } | ConvertTo-Json -Depth 3 -Compress',
	].join('; ');

/** @throws a system error where there is no PowerShell */
export async function listWindows(port: number, signal: AbortSignal): Promise<HostListing> {
	const { stdout } = await run(
		'powershell.exe',
		['-NoProfile', '-NonInteractive', '-Command', script(port)],
		{ signal, windowsHide: true, maxBuffer: 64 * 1024 * 1024 },
	);
	return readWindowsListing(stdout);
}

const states: ReadonlyMap<unknown, SocketState> = new Map([
	['Listen', 'listen'],
	['Established', 'open'],
	['CloseWait', 'client gone'],
]);

/** @throws SyntaxError where it is no such document */
export function readWindowsListing(json: string): HostListing {
	const document: unknown = JSON.parse(json);
	const processes = objectsOf(document, 'processes').map(
		(each): HostProcess => ({
			pid: Number(each.pid),
			parent: Number(each.parent),
			started: String(each.started),
			ageS: Math.max(0, Math.round(Number(each.ageS))),
			uid: null,
			name: String(each.name)
				.replace(/\.exe$/i, '')
				.toLowerCase(),
			// Null where it may not be seen: another user's, and this one is no administrator.
			title: typeof each.commandLine === 'string' ? each.commandLine : '',
		}),
	);
	const tcp = objectsOf(document, 'sockets').map(
		(each): TcpSocket => ({
			state: states.get(each.state) ?? 'other',
			address: plainAddress(String(each.address)),
			port: Number(each.port),
			remoteAddress: plainAddress(String(each.remoteAddress)),
			remotePort: Number(each.remotePort),
			uid: null,
			// The listener's process stands in for the number that names a socket elsewhere.
			inode: each.state === 'Listen' ? Number(each.pid) : null,
			pid: Number(each.pid),
		}),
	);
	const programs = new Map(
		objectsOf(document, 'processes').flatMap(({ pid, program }) =>
			typeof program === 'string' ? [[Number(pid), program] as const] : [],
		),
	);
	const named = new Map(processes.map(({ pid, name }) => [pid, name]));
	return {
		processes,
		seesOthers: true,
		tcp,
		unix: [],
		socketsOf: (pid) => new Set([pid]),
		isApart: () => null,
		programOf: (pid) => programs.get(pid) ?? null,
		ownerOf: (pid) => `${named.get(pid) ?? 'another program'} (process ${pid})`,
	};
}

/** What a child was started for, as its command line has it: `--forkbackend`, from 17 on `--forkchild="backend"`. */
export function windowsKind(commandLine: string): 'session' | 'other' | null {
	const kind = /"?--fork(?:child="?)?([a-z ]+)/.exec(commandLine)?.[1]?.trim();
	if (kind === undefined) return null;
	return kind === 'backend' ? 'session' : 'other';
}

function objectsOf(document: unknown, name: string): readonly Readonly<Record<string, unknown>>[] {
	if (typeof document !== 'object' || document === null || !(name in document)) return [];
	const list: unknown = Reflect.get(document, name);
	return Array.isArray(list) ? list.filter((each) => typeof each === 'object' && each !== null) : [];
}
