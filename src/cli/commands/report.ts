import { toJson } from '../../report/json.ts';
import { toMarkdown } from '../../report/markdown.ts';
import { unredactedReport } from '../../report/redact.ts';
import type { Report } from '../../report/report.ts';
import { listSessions } from '../../session/list-sessions.ts';
import { stateDir } from '../../session/state-dir.ts';
import type { OptionValues } from '../arguments.ts';
import type { Command } from '../command.ts';
import { exitStatus } from '../exit-status.ts';
import { caveatsOf, recordsAbout, reportOf } from '../report-of-session.ts';
import { confirmUnredacted, redactedReport } from '../report-redaction.ts';
import { chosenSession } from '../session-argument.ts';
import { articleOfSession } from '../session-article.ts';
import type { World } from '../world.ts';
import { formatOption, writeResult } from '../write-result.ts';

async function written(report: Report, format: 'markdown' | 'html' | 'json'): Promise<string> {
	if (format === 'json') return toJson(report);
	if (format === 'markdown') return toMarkdown(report);
	const { toHtml } = await import('../../report/html/page.ts');
	return toHtml(report);
}

/** On a terminal it is read, not kept: without its markup, as wide as the screen. */
async function forReading(markdown: string, options: OptionValues, world: World): Promise<string> {
	const { terminal } = world;
	if (terminal === null || options.one('output') !== null) return markdown;
	const { toTerminal } = await import('../../ui/markdown.ts');
	return `${toTerminal(markdown, { width: terminal.output.columns ?? 80, color: world.color })}\n`;
}

export const report: Command = {
	async run({ positionals, options }, world) {
		const format = options.flag('json') ? 'json' : formatOption(options, ['markdown', 'html', 'json']);
		const redacts = !(await confirmUnredacted(options, world));
		const sessions = await listSessions(stateDir(world));
		const chosen = chosenSession(positionals.SESSION?.[0] ?? null, sessions);
		const { loaded, changed } = await articleOfSession(chosen, world);
		if (changed !== null) await world.stderr.write(`kbwizard: ${changed}\n`);
		const full = reportOf(
			{
				session: chosen.session,
				records: recordsAbout(chosen, sessions),
				article: loaded.article,
				caveats: caveatsOf(chosen, changed),
			},
			world,
		);
		const shown = redacts ? await redactedReport(full, world) : unredactedReport(full);
		const text = await written(shown, format);
		const isRead = options.one('format') === null && format === 'markdown';
		await writeResult(isRead ? await forReading(text, options, world) : text, options, world);
		return exitStatus.done;
	},
};
