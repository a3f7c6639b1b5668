/** Starts a scenario, says where it is, and stays (or, told `leave`, just ends): to be killed. */
import { startScenario } from '../../src/lab/lab-run.ts';

const { server, conninfo } = await startScenario('two-pools');
process.stdout.write(`${JSON.stringify({ folder: server.folder, uri: conninfo })}\n`);
if (!process.argv.includes('leave')) setInterval(() => undefined, 60_000);
