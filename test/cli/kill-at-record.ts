/**
 * Loaded before the program (`node --import`): ends it, as a power cut would, before or after it writes a certain
 * record to its journal. KILL_AT is `before 3` or `after 3`, counted from the plan, which is 1.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const [when, number] = (process.env.KILL_AT ?? '').split(' ');
const writeSync = fs.writeSync;
let count = 0;

function writing(...args: Parameters<typeof fs.writeSync>): number {
	const [, bytes] = args;
	const line = Buffer.isBuffer(bytes) ? bytes.toString('utf8') : '';
	const isRecord = line.startsWith('{"v":1,"session":');
	if (isRecord && (count > 0 || line.includes(',"kind":"plan",'))) count += 1;
	const isIt = isRecord && count === Number(number);
	if (isIt && when === 'before') process.kill(process.pid, 'SIGKILL');
	const written = writeSync(...args);
	if (isIt && when === 'after') process.kill(process.pid, 'SIGKILL');
	return written;
}

// Node's own has several shapes of arguments, of which the program uses one.
Object.assign(fs, { writeSync: writing });
syncBuiltinESMExports();
