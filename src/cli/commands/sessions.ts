import { toJson } from '../../report/json.ts';
import { listSessions } from '../../session/list-sessions.ts';
import { isInUse } from '../../session/session-lock.ts';
import { stateDir } from '../../session/state-dir.ts';
import type { Command } from '../command.ts';
import { exitStatus } from '../exit-status.ts';
import { localZone } from '../local-time.ts';
import { sessionsToText, toSessionsDocument } from '../session-list.ts';

export const sessions: Command = {
	async run({ options }, world) {
		const summaries = await listSessions(stateDir(world));
		const asJson = options.flag('json');
		if (options.flag('stats')) {
			const [{ siteStats }, { statsToText }] = await Promise.all([
				import('../site-stats.ts'),
				import('../stats-text.ts'),
			]);
			const stats = await siteStats(summaries, world);
			await world.stdout.write(asJson ? toJson(stats) : statsToText(stats, localZone()));
			return exitStatus.done;
		}
		const writer = { host: world.hostname, isAlive: world.isAlive };
		const listed = summaries.map((summary) => ({ ...summary, running: isInUse(summary.file, writer) }));
		if (asJson) await world.stdout.write(toJson(toSessionsDocument(listed)));
		else if (listed.length === 0) await world.stderr.write('There is no session yet.\n');
		else await world.stdout.write(sessionsToText(listed, localZone()));
		return exitStatus.done;
	},
};
