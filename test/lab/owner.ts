/** Starts a scenario, says where it is, and stays: to be killed. Told `leave`, it just ends; told `stop`, it stops it. */
import { startScenario } from '../../src/lab/lab-run.ts';

const { server, conninfo, stop } = await startScenario('two-pools');
process.stdout.write(`${JSON.stringify({ folder: server.folder, uri: conninfo })}\n`);
switch (process.argv[2]) {
	case 'leave':
		break;
	case 'stop':
		// Nothing else holds this process: it must not end before this is answered.
		await stop();
		process.stdout.write('stopped\n');
		break;
	default:
		setInterval(() => undefined, 60_000);
}
