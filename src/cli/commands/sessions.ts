import { toJson } from '../../report/json.ts';
import { listSessions, type SessionSummary } from '../../session/list-sessions.ts';
import { stateDir } from '../../session/state-dir.ts';
import type { Command } from '../command.ts';
import { exitStatus } from '../exit-status.ts';

function asJson({ session, opened, closed, server, damage, inForce }: SessionSummary): object {
	return {
		session,
		article: opened?.article ?? null,
		startedAt: opened?.at ?? null,
		endedAt: closed?.at ?? null,
		outcome: closed?.outcome ?? null,
		severity: closed?.severity ?? null,
		server,
		damage: damage === null ? null : { line: damage.line, what: damage.what },
		inForce: inForce.map(({ intent, status }) => ({
			what: `${intent.effect}: ${intent.object}`,
			status,
			at: intent.at,
		})),
	};
}

function asText({ session, opened, closed, damage, inForce }: SessionSummary): string {
	const outcome = closed === null ? 'not closed' : closed.outcome;
	return [
		`${session}  ${opened?.article.id ?? '?'}  ${outcome}`,
		...inForce.map(
			({ intent, status }) =>
				`  still in force${status === 'unknown' ? ' (perhaps)' : ''}: ${intent.effect}: ${intent.object}`,
		),
		...(damage === null ? [] : [`  damaged in line ${damage.line}: ${damage.what}`]),
		'',
	].join('\n');
}

export const sessions: Command = {
	async run({ options }, world) {
		const listed = await listSessions(stateDir(world));
		if (options.flag('json'))
			await world.stdout.write(toJson({ schema: 'kbwizard.sessions/1', sessions: listed.map(asJson) }));
		else if (listed.length === 0) await world.stderr.write('There is no session yet.\n');
		else await world.stdout.write(listed.map(asText).join(''));
		return exitStatus.done;
	},
};
