/** Changes a file and is killed at a step of it: `file-process.ts PATH TEXT STATEDIR STEP`, a step beyond the last: not. */
import { writeSync } from 'node:fs';
import { change, journalIn } from './changing-file.ts';
import { counted } from './counted-files.ts';

const [path = '', text = '', stateDir = '', step = '0'] = process.argv.slice(2);
const { fs } = counted(Number(step), () => {
	process.kill(process.pid, 'SIGKILL');
	// The signal is on its way.
	Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10_000);
});
const { failure } = await change(path, text, journalIn(stateDir), fs);
writeSync(1, failure === null ? 'done' : failure.code);
