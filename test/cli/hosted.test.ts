/** A server as providers run them: known by their settings, counted with their reserve, spared what cannot work there. */
import { beforeAll, expect, test } from 'vitest';
import { attemptSession } from '../../src/evidence/postgres/attempt.ts';
import { resolveSettings } from '../../src/evidence/postgres/connection-settings.ts';
import { measureSlots } from '../../src/evidence/postgres/gauge.ts';
import { machine } from '../evidence/postgres/surroundings.ts';
import { connect, describeOn, holdSlots, type LabServer } from '../helpers/postgres.ts';
import { run } from './run-cli.ts';

/** Settings that only the provider's servers have; of roles, session.test.ts tells. */
const marks: Readonly<Record<string, Readonly<Record<string, string>>>> = {
	rds: { 'rds.extensions': 'pg_stat_statements', 'rds.rds_superuser_reserved_connections': '2' },
	aurora: { 'rds.extensions': 'aurora_stat_utils, pg_cron' },
	'cloud-sql': { 'cloudsql.iam_authentication': 'off' },
	alloydb: { 'alloydb.iam_authentication': 'off' },
	azure: { 'azure.extensions': '' },
	neon: { 'neon.tenant_id': '1f' },
	managed: { 'cnpg.config_sha256': 'ab' },
};

/** A database for each provider, dressed up as on its servers. */
async function dressUp(server: LabServer): Promise<void> {
	const admin = await connect(server.superuser);
	try {
		for (const [provider, settings] of Object.entries(marks))
			for (const [name, value] of Object.entries(settings))
				await admin.query(`ALTER DATABASE "${provider}" SET ${name} = '${value}'`);
	} finally {
		await admin.end();
	}
}

const server = {
	databases: Object.keys(marks),
	roles: [{ name: 'ims' }],
	settings: { max_connections: 30, superuser_reserved_connections: 3 },
};

type Offered = {
	readonly id: string;
	readonly available: boolean;
	readonly how: string;
	readonly why: string | null;
};

/** Applications' slots where nothing but PostgreSQL's own reserve is kept back. */
const usable = 27;

describeOn([10, 18], 'a hosted server', server, (lab) => {
	beforeAll(() => dressUp(lab()));

	const at = (provider: string, user = 'ims') => lab().uri({ user, database: provider });

	test('is known by its settings, and what its provider keeps back is not for applications', async () => {
		for (const provider of Object.keys(marks)) {
			const settings = resolveSettings({ conninfo: at(provider, 'postgres') }, machine());
			const { session } = await attemptSession(settings, { clock: () => new Date() });
			if (session === null) throw new Error('not connected');
			try {
				expect(session.server.provider).toBe(provider);
				const kept = provider === 'rds' ? 2 : provider === 'azure' ? 12 : 0;
				expect(await measureSlots(session), provider).toMatchObject({ usable: usable - kept });
			} finally {
				await session.close();
			}
		}
	});

	test('full by its own reckoning: what cannot work there is told apart, with the reason', async () => {
		const held = await holdSlots(25, at('rds'), '');
		try {
			const { stdout } = await run(['check', 'KB008', at('rds'), '--json']);
			const { server: about, findings, causes, solutions } = JSON.parse(stdout);
			expect(about.provider).toBe('rds');
			expect(findings).toContainEqual(
				expect.objectContaining({ check: 'are-the-connection-slots-used-up', verdict: 'full' }),
			);
			expect(causes[0]).toMatchObject({ id: 'pools-larger-than-the-server' });
			const offered = new Map(solutions.map((each: Offered) => [each.id, each]));
			expect(offered.get('shrink-the-pools')).toMatchObject({ available: true });
			// By the provider's own way, told step by step.
			expect(offered.get('increase-the-number-of-connections')).toMatchObject({
				available: true,
				how: 'guided',
			});
		} finally {
			await held.release();
		}
	});
});
