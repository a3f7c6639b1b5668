/** The program and the data folder of a running server, told by its process alone: for when no session can be had. */
import { readFile, readlink, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { systemCode } from '../../system-code.ts';
import type { HostProcess } from './listing.ts';
import { readPidFile } from './postmaster-files.ts';

export type ServerProgram = {
	/** The folder of `pg_ctl`. */
	readonly binDir: string;
	readonly dataDir: string;
	/** Whose process it is; null: this system has no such numbers (Windows). */
	readonly owner: { readonly uid: number; readonly gid: number } | null;
};

export type FoundProgram =
	| { readonly kind: 'found'; readonly program: ServerProgram }
	/** Its own user may look, and root. */
	| { readonly kind: 'not allowed' }
	| { readonly kind: 'not told'; readonly why: string };

/** The process that `postmaster.pid` names, and no other that calls itself so. @param system as `os.platform()` has it */
export async function programOfServer(postmaster: HostProcess, system: string): Promise<FoundProgram> {
	const { pid, uid, title } = postmaster;
	const notTold = (why: string): FoundProgram => ({ kind: 'not told', why });
	try {
		const command = system === 'linux' ? await openedBy(pid) : readServerCommand(title);
		if (command === null) return notTold(`the command line of process ${pid} does not say where its data is`);
		const { program, dataDir } = command;
		const file = readPidFile(await readFile(join(dataDir, 'postmaster.pid'), 'utf8'));
		if (file?.pid !== pid) return notTold(`postmaster.pid in ${dataDir} does not name process ${pid}`);
		const owner = uid === null ? null : { uid, gid: (await stat(dataDir)).gid };
		return { kind: 'found', program: { binDir: dirname(program), dataDir, owner } };
	} catch (error) {
		const code = systemCode(error);
		if (code === 'EACCES' || code === 'EPERM') return { kind: 'not allowed' };
		if (code === null) throw error;
		return notTold(`process ${pid} could not be looked at (${code})`);
	}
}

export type ServerCommand = { readonly program: string; readonly dataDir: string };

/** Linux: the kernel knows the file and the folder, whatever the command line says. @throws a system error */
async function openedBy(pid: number): Promise<ServerCommand> {
	const of = (name: string) => readlink(join('/proc', String(pid), name));
	const [program, dataDir] = await Promise.all([of('exe'), of('cwd')]);
	// An update replaces the program under a running server.
	return { program: program.replace(/ \(deleted\)$/, ''), dataDir };
}

/** A postmaster's command line, quoted as on Windows or not at all as on macOS; null: it names no data folder. */
export function readServerCommand(commandLine: string): ServerCommand | null {
	const [, quoted, bare, rest = ''] =
		/^\s*(?:"([^"]+)"|(.*?(?:postgres|postmaster)(?:\.exe)?))(?=\s|$)(.*)$/i.exec(commandLine) ?? [];
	const [, quotedFolder, folder] = /\s-D\s*(?:"([^"]+)"|(.+?)(?=\s+-|\s*$))/.exec(rest) ?? [];
	const program = quoted ?? bare;
	const dataDir = quotedFolder ?? folder;
	return program === undefined || dataDir === undefined ? null : { program, dataDir };
}
