/** A fix of several changes, killed in each of them: every value is the old one or the planned one, and goes back. */
import { expect, onTestFinished, test } from 'vitest';
import { changesInForce } from '../../src/session/in-force.ts';
import { connect, describeOn, type HeldSlots, holdSlots, query, until } from '../helpers/postgres.ts';
import { killed, recordsIn, runUntil, stateFolder } from './broken-off.ts';
import { run } from './run-cli.ts';

const roles = ['anna', 'berta', 'clara'] as const;
const before = { anna: 1, berta: 2, clara: 3 };
const planned = -1;

const options = {
	databases: ['clinic'],
	roles: roles.map((name) => ({ name, attributes: `CONNECTION LIMIT ${before[name]}` })),
};

/** How far it had come, and what became of the statement that was under way. */
const points = roles.flatMap((role, index) =>
	(['done unseen', 'not done'] as const).map((fate) => ({ role, index, fate })),
);

// Where it is killed is the program's own; what a server does then is shown on two versions by resume.test.ts.
describeOn([18], 'killed between the steps', options, (server) => {
	const admin = () => server().uri({ database: 'clinic' });
	const lift = () => ['fix', 'KB008', 'lift-the-connection-limit', admin(), '--yes', '--json'];
	const limits = async () =>
		Object.fromEntries(
			(
				await query(admin(), 'select rolname, rolconnlimit from pg_roles where rolname = any ($1)', [
					[...roles],
				])
			).map(({ rolname, rolconnlimit }) => [rolname, rolconnlimit]),
		);
	const underWay = async () =>
		(
			await query(
				admin(),
				"select pid from pg_stat_activity where application_name = 'kbwizard' and wait_event_type = 'Lock'",
			)
		)[0]?.pid;

	/** Every role is at its limit, so all of them are in the plan. */
	async function atTheLimit(): Promise<void> {
		const held: HeldSlots[] = [];
		onTestFinished(async () => {
			for (const { release } of held) await release();
		});
		for (const name of roles) {
			await query(admin(), `alter role ${name} connection limit ${before[name]}`);
			held.push(await holdSlots(before[name], server().uri({ user: name, database: 'clinic' })));
		}
	}

	/** Stands still in the statement about `role`, because another transaction is changing it; then it is killed. */
	async function killedAt(role: string, fate: 'done unseen' | 'not done'): Promise<string> {
		const other = await connect(admin());
		onTestFinished(() => other.end().catch(() => undefined));
		await other.query(`begin; alter role ${role} valid until 'infinity'`);
		const state = stateFolder({ onTestFinished });
		const child = await runUntil({ onTestFinished }, lift(), state, (records) =>
			records.some((record) => record.kind === 'intent' && record.object === `role ${role}`),
		);
		const pid = await until(underWay, { what: 'the statement to wait' });
		await killed(child);
		if (fate === 'not done') await query(admin(), 'select pg_terminate_backend($1)', [pid]);
		await other.query('rollback');
		await until(async () => (await underWay()) === undefined, { what: 'the statement to end' });
		if (fate === 'done unseen')
			await until(async () => (await limits())[role] === planned, {
				what: 'the statement to have been done',
			});
		return state;
	}

	test.each(points)('at $role, $fate: old or as planned, and undo brings all of it back', async (point) => {
		await atTheLimit();
		const state = await killedAt(point.role, point.fate);
		const reached = point.index + (point.fate === 'done unseen' ? 1 : 0);
		expect(await limits()).toEqual(
			Object.fromEntries(roles.map((role, index) => [role, index < reached ? planned : before[role]])),
		);
		const env = { XDG_STATE_HOME: state };
		const undo = await run(['undo', '--yes', '--json'], { env });
		expect(undo.status, undo.stderr + undo.stdout).toBe(0);
		expect(JSON.parse(undo.stdout).undone).toHaveLength(reached);
		expect(await limits()).toEqual(before);
		expect(changesInForce(recordsIn(state))).toEqual([]);
		expect(await run(['undo', '--yes'], { env })).toMatchObject({
			status: 0,
			stdout: 'nothing to take back\n',
		});
	});

	test('resume finishes nothing that was not begun, and what it keeps can be taken back', async () => {
		await atTheLimit();
		const state = await killedAt('berta', 'not done');
		const env = { XDG_STATE_HOME: state };
		const resumed = await run(['resume', '--yes', '--json'], { env });
		expect([0, 1], resumed.stderr + resumed.stdout).toContain(resumed.status);
		expect(JSON.parse(resumed.stdout).skipped).toMatchObject([
			{ why: 'it was never done, and is not done now: make a new plan' },
		]);
		const { anna, ...others } = await limits();
		expect([before.anna, planned]).toContain(anna);
		expect(others).toEqual({ berta: before.berta, clara: before.clara });
		expect((await run(['undo', '--yes'], { env })).status).toBe(0);
		expect(await limits()).toEqual(before);
	});
});
