/**
 * `standby-settings apply on=standby max-connections=:max_connections`: what must be raised on the standby before its
 * primary is. It is set and restarted there, so a person does it, with the very statements.
 */
import type { PostgresSession } from '../../evidence/postgres/postgres.ts';
import { attributeValue } from '../attribute.ts';
import type { Effect, Prepared } from '../effect.ts';
import { onOtherServer, otherServerOf, otherServerProblem } from '../other-server.ts';
import { inWords, lowerThan, type SettingsToMatch, settingsOf } from './primary-needs.ts';
import { standbyOf } from './standby-proof.ts';

export const standbySettings: Effect = {
	language: 'standby-settings',
	async prepare({ session, fence, values, connectTo }): Promise<Prepared> {
		if (session === null) return { kind: 'unavailable', why: 'there is no session', next: ['connect first'] };
		const planned = Number(attributeValue(fence, 'max-connections', values) ?? 0);
		const wanted = await wantedOn(session, Number.isInteger(planned) ? planned : 0);
		const { parameter, conninfo } = otherServerOf(fence, values);
		if (conninfo === null || connectTo === null)
			return byHand('no standby was given to compare with', null, wanted);
		try {
			return await onOtherServer(connectTo, { parameter, conninfo }, session, async (standby) => {
				const { where, why } = await standbyOf(standby, session);
				if (why !== null)
					return { kind: 'parameter', name: parameter, problem: `${where} ${why}`, choices: [] };
				const lower = lowerThan(wanted, await settingsOf(standby));
				return lower.size === 0
					? {
							kind: 'nothing to do',
							why: `none of the settings of ${where} is too low: it has at least ${inWords(wanted)}`,
						}
					: byHand(`on ${where} these are lower: ${[...lower.keys()].join(', ')}`, where, lower);
			});
		} catch (error) {
			const problem = otherServerProblem(error);
			if (problem === null) throw error;
			return byHand(`the standby could not be asked (${problem})`, null, wanted);
		}
	},
};

/** What the primary has, or is about to have. */
async function wantedOn(session: PostgresSession, maxConnections: number): Promise<SettingsToMatch> {
	const settings = new Map(await settingsOf(session));
	settings.set('max_connections', Math.max(settings.get('max_connections') ?? 0, maxConnections));
	return settings;
}

function byHand(why: string, where: string | null, settings: SettingsToMatch): Prepared {
	const statements = [...settings].map(([name, value]) => `alter system set ${name} = ${value};`).join('\n');
	return {
		kind: 'by hand',
		why,
		instructions: [
			where === null
				? `On the standby none of these may be lower: ${inWords(settings)}. If it does not start, put them into its postgresql.auto.conf; if it runs, as a superuser:\n${statements}`
				: `On ${where}, as a superuser:\n${statements}`,
			'Restart the standby. If it only stands still, do not resume it (pg_wal_replay_resume) before that: it would shut down.',
			'From then on: raising, standby first; lowering, primary first.',
		],
	};
}
