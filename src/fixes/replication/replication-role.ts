/** `replication-role apply role=:replication_role password=:replication_password`: a role that a standby logs in as, and nobody else. */
import { quoteIdentifier } from '../../article/parameters.ts';
import type { PostgresSession } from '../../evidence/postgres/postgres.ts';
import type { Inverse } from '../../session/record.ts';
import { attributeValue, parameterOf } from '../attribute.ts';
import type { Effect, Standing, WayBack } from '../effect.ts';
import { named } from '../parameters.ts';
import { droppedAgain, preparedCreation } from './creation.ts';
import { passwordProblem, scramVerifier } from './scram-verifier.ts';
import {
	createReplicationRole,
	dropRole,
	mayCreateReplicationRole,
	replicationRole as roleQuery,
} from './sql.ts';

/** What a role is like that was made here and that nobody has changed since. */
const asMade = 'login, replication';

export const replicationRole: Effect = {
	language: 'replication-role',
	async prepare({ session, fence, values }) {
		if (session === null) return { kind: 'unavailable', why: 'there is no session', next: ['connect first'] };
		const ask = (attribute: 'role' | 'password', problem: string) => ({
			kind: 'parameter' as const,
			name: parameterOf(fence, attribute) ?? attribute,
			problem,
			choices: [],
		});
		const given = attributeValue(fence, 'role', values);
		if (given === null) return ask('role', 'which role shall the standby log in as?');
		const name = String(given);
		const there = await roleState(session, name);
		if (there?.mayReplicate === true)
			return {
				kind: 'nothing to do',
				why: `${named('role', name)} is there and may replicate; it keeps its password`,
			};
		if (there !== null)
			return ask(
				'role',
				`${named('role', name)} is there already (${there.manner || 'no login'}) and may not replicate; another name leaves it as it is`,
			);
		const { rows } = await session.read(mayCreateReplicationRole);
		if (rows[0]?.may !== true)
			return {
				kind: 'by hand',
				why: `${session.server.user ?? 'this role'} may not create a role that replicates`,
				instructions: [
					`Ask a superuser to run, in psql, which asks for the password and keeps it out of the log:\ncreate role ${quoteIdentifier(name)} login replication;\n\\password ${quoteIdentifier(name)}`,
				],
			};
		const password = attributeValue(fence, 'password', values);
		if (password === null)
			return ask('password', 'the standby logs in with one: choose it, and keep it for the standby');
		const problem = passwordProblem(String(password));
		if (problem !== null) return ask('password', problem);
		return {
			kind: 'ready',
			effect: preparedCreation(
				{
					what: named('role', name),
					manner: asMade,
					statement: createReplicationRole(name, '(a SCRAM-SHA-256 verifier, made here)'),
					sent: createReplicationRole(name, scramVerifier(String(password))),
					back: dropRole(name),
					inverse: { effect: 'replication-role', name },
					look: (looking) => look(looking, name),
				},
				['The server is sent a verifier of the password, not the password: it stands in no log.'],
			),
		};
	},
};

export function replicationRoleBack({ name }: Extract<Inverse, { effect: 'replication-role' }>): WayBack {
	return droppedAgain({
		back: dropRole(name),
		look: (session) => look(session, name),
		async whyNot(session) {
			const state = await roleState(session, name);
			return state === null || state.sessions === 0
				? null
				: `a standby is connected as ${named('role', name)}: stop it first`;
		},
	});
}

type RoleState = { readonly mayReplicate: boolean; readonly manner: string; readonly sessions: number };

/** Null: there is no such role. @throws QueryError */
async function roleState(session: PostgresSession, name: string): Promise<RoleState | null> {
	const { rows } = await session.read(roleQuery, [name]);
	const row = rows[0];
	if (row === undefined) return null;
	return {
		mayReplicate: row.may_replicate === true,
		manner: String(row.manner ?? ''),
		sessions: Number(row.sessions),
	};
}

async function look(session: PostgresSession, name: string): Promise<Standing> {
	const state = await roleState(session, name);
	return { is: 'there', what: named('role', name), now: state?.manner ?? null };
}
