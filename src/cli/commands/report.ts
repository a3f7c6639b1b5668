import { toJson } from '../../report/json.ts';
import { toMarkdown } from '../../report/markdown.ts';
import { redactReport } from '../../report/redact.ts';
import { sessionReport } from '../../report/session-report.ts';
import { listSessions } from '../../session/list-sessions.ts';
import { stateDir } from '../../session/state-dir.ts';
import type { Command } from '../command.ts';
import { exitStatus } from '../exit-status.ts';
import { chosenSession } from '../session-argument.ts';
import { articleOfSession } from '../session-article.ts';
import { formatOption, writeResult } from '../write-result.ts';

export const report: Command = {
	async run({ positionals, options }, world) {
		const format = options.flag('json') ? 'json' : formatOption(options, ['markdown', 'json']);
		const sessions = await listSessions(stateDir(world));
		const chosen = chosenSession(positionals.SESSION?.[0] ?? null, sessions);
		const { loaded, changed } = await articleOfSession(chosen, world);
		if (changed !== null) await world.stderr.write(`kbwizard: ${changed}\n`);
		const { article } = loaded;
		const full = sessionReport({
			session: chosen.session,
			records: [
				...chosen.records,
				// What a later session took back of this one belongs to its report.
				...sessions
					.filter(({ session }) => session !== chosen.session)
					.flatMap(({ records }) =>
						records.filter((record) => record.kind === 'lifted' && record.of === chosen.session),
					),
			],
			article,
			tool: { name: 'kbwizard', version: world.version },
			writtenAt: world.now().toISOString(),
		});
		const shown = options.flag('no-redact') ? full : redactReport(full);
		await writeResult(format === 'json' ? toJson(shown) : toMarkdown(shown), options, world);
		return exitStatus.done;
	},
};
