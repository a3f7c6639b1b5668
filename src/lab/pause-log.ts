/** The IMS's log of a site whose network forgets idle connections: the first query after each pause fails. */
import { dailyLog, incidentLines, type LogFile, noAnswer, requestLine, reset } from './site-log.ts';

/** The site is used for a minute in every eleven, as by a clinic's few patients. */
const bursts = 4;
const burstEverySeconds = 11 * 60;
/** Npgsql's default command timeout. */
const commandTimeoutSeconds = 30;
/** It fails at this very moment: what is older than the server's start is told as over. */
const lastBurstSecondsAgo = commandTimeoutSeconds + 1;

/**
 * Ends at `now`. A query on a connection that was forgotten waits for the whole command timeout, as
 * nobody says no; the next one, on a fresh connection, is answered.
 */
export function logOfPauses(now: Date): readonly LogFile[] {
	const log = dailyLog();
	const write = (secondsAgo: number, thread: number, source: string, rest: string) =>
		log.write(new Date(now.getTime() - secondsAgo * 1_000), thread, source, rest);
	write((bursts + 1) * burstEverySeconds, 1, 'OpenIZ', 'Information: 0 : Service started');
	for (let burst = bursts - 1; burst >= 0; burst -= 1) {
		const thread = 11 + burst;
		const began = lastBurstSecondsAgo + burst * burstEverySeconds;
		const failed = began - commandTimeoutSeconds;
		write(began, thread, ...requestLine);
		for (const [source, rest] of incidentLines(noAnswer)) write(failed, thread, source, rest);
		for (let request = 1; request <= 6 && burst > 0; request += 1)
			write(failed - 4 * request, thread + 10, ...requestLine);
	}
	// The one that a firewall answered with a reset, as some do.
	write(0, 31, 'OpenIZ.Persistence.Data.ADO', `Error: 0 : Error : ${reset}`);
	return log.files();
}
