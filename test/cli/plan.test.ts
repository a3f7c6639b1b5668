/** From a supporter to an administrator: a plan is saved, opened where the server is, and does nothing by itself. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LabRun, startScenario } from '../../src/lab/lab-run.ts';
import { readSavedPlan } from '../../src/report/read-saved-plan.ts';
import { openTerminal } from '../helpers/terminal.ts';
import { bin, run } from './run-cli.ts';

let folder = '';
beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), 'kbwizard-plan-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const told = ['check', 'KB008', '--answer', 'can-we-connect=role limit'];

test('what we would do is saved for somebody else, and never over what is there', async () => {
	const file = join(folder, 'advised.md');
	const saved = await run([...told, '--save-plan', file]);
	expect(saved.status).toBe(2);
	expect(saved.stderr).toContain(`kbwizard open ${file}`);
	const { plan, edited } = readSavedPlan(await readFile(file, 'utf8'));
	expect(edited).toBe(false);
	expect(plan).toMatchObject({
		article: { id: 'KB008' },
		source: 'person',
		causes: [{ id: 'a-role-connection-limit' }],
		steps: [{ solution: 'lift-the-connection-limit', parameters: {} }],
	});
	const before = await readFile(file, 'utf8');
	const again = await run([...told, '--save-plan', file]);
	expect(again.status).toBe(64);
	expect(again.stderr).toContain('it is there already');
	expect(await readFile(file, 'utf8')).toBe(before);
});

test('without a terminal it is not followed, and the commands that would are said', async () => {
	const file = join(folder, 'read.md');
	await run([...told, '--save-plan', file]);
	const { status, stderr } = await run(['open', file, '-h', '127.0.0.1']);
	expect(status).toBe(64);
	expect(stderr).toContain('kbwizard fix KB008 lift-the-connection-limit');
	expect(stderr).toContain('--dry-run');
});

test.each([
	[
		'made with another text of the article',
		/"sha256": "[0-9a-f]{64}"/,
		`"sha256": "${'0'.repeat(64)}"`,
		'another text',
	],
	[
		'with a solution that the article does not have',
		/"solution": "lift[a-z-]+"/,
		'"solution": "drop-it-all"',
		'no solution drop-it-all',
	],
	[
		'with a value that no plan may carry',
		'"parameters": {}',
		'"parameters": {"password": "x"}',
		'takes no value',
	],
] as const)('one %s is refused, and nothing is connected', async (_, from, to, words) => {
	const file = join(folder, `${words.replaceAll(' ', '-')}.md`);
	await run([...told, '--save-plan', file]);
	await writeFile(file, (await readFile(file, 'utf8')).replace(from, to));
	// Nobody listens there: a connection that is tried would be told.
	const { status, stderr } = await run(['open', file, '-h', '127.0.0.1', '-p', '1']);
	expect(status).toBe(65);
	expect(stderr).toContain(words);
	expect(stderr).not.toContain('refused');
});

test('in the wizard: chosen here, looked at again there, and its result comes back', async () => {
	const lab: LabRun = await startScenario('role-limit', { major: 18 });
	const state = join(folder, 'state');
	const file = join(folder, 'chosen.md');
	const env = { XDG_STATE_HOME: state };
	try {
		const making = openTerminal({
			command: process.execPath,
			args: [bin, 'KB008', lab.conninfo, '--rescue', lab.server.superuser, '--save-plan', file],
			env,
		});
		try {
			await making.waitFor('You may see');
			making.type('R');
			await making.waitFor('Solutions, the best first', 60_000);
			making.type('+');
			await making.waitFor('planned');
			making.type('q');
			await making.waitFor('the plan is in');
		} finally {
			making.kill();
		}
		const { plan } = readSavedPlan(await readFile(file, 'utf8'));
		expect(plan.steps[0]?.solution).toBe('lift-the-connection-limit');
		// The role that is at its limit has a name, which leaves as a token.
		expect(await readFile(file, 'utf8')).not.toMatch(/\bims\b/);

		const following = openTerminal({
			command: process.execPath,
			args: [bin, 'open', file, lab.conninfo, '--rescue', lab.server.superuser],
			env,
		});
		try {
			await following.waitFor('Nothing of it is done by itself');
			following.type('R');
			await following.waitFor('still applies', 60_000);
			following.type('q');
			await following.waitFor('the result for whoever sent the plan');
		} finally {
			following.kill();
		}
		const result = join(folder, 'result.json');
		await run(['report', '--format', 'json', '--output', result], { env });
		const back = await run(['check', '--bundle', result, '--json'], { env });
		expect(JSON.parse(back.stdout)).toMatchObject({ causes: [{ id: 'a-role-connection-limit' }] });
	} finally {
		await lab.stop();
	}
}, 180_000);
