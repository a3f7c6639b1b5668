/** SIGTERM to one process of a server, by the server's own program and as its own user. */
import { join } from 'node:path';
import type { ServerProgram } from '../../evidence/host/server-program.ts';
import { asTyped, type Program } from '../restart/program.ts';
import { type Ran, runProgram } from '../restart/run-program.ts';

/** @param uid whose process this program is; -1 on Windows */
export function signalling({ binDir, owner }: ServerProgram, pid: number, uid: number): Program {
	return {
		file: join(binDir, 'pg_ctl'),
		// Gentle, and never KILL: the server would end all its other sessions too, and recover.
		args: ['kill', 'TERM', String(pid)],
		user: uid === 0 && owner !== null && owner.uid !== 0 ? owner : null,
		environment: null,
		says: true,
	};
}

/** As a person would type it, as the server's own user. */
export function asTypedFor(program: ServerProgram, pids: readonly number[]): readonly string[] {
	return pids.map((pid) => asTyped(signalling(program, pid, -1)));
}

export function sendSignal(program: ServerProgram, pid: number, uid: number): Promise<Ran> {
	return runProgram(signalling(program, pid, uid));
}
