/** The configuration of an IMS, read and changed from the command line. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { configuration } from '../evidence/openiz/configurations.ts';
import { describeOn, testMajors } from '../helpers/postgres.ts';
import { run } from './run-cli.ts';

const text = configuration({ bom: true, newline: '\r\n', spread: true });
const unreachable = 'postgres://nobody@127.0.0.1:1/none';

function imsFile() {
	const folder = mkdtempSync(join(tmpdir(), 'kbwizard-ims-'));
	onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
	const path = join(folder, 'openiz.exe.config');
	writeFileSync(path, text);
	return { path, folder, read: () => readFileSync(path, 'utf8') };
}

describeOn(testMajors, 'shrink-the-pools', { settings: { max_connections: 40 } }, (server) => {
	test('is applied to the file of --config, verified, and undone without a server', async () => {
		const { path, folder, read } = imsFile();
		const args = ['fix', 'KB008', 'shrink-the-pools', server().uri(), '--config', path, '--yes', '--json'];
		const { status, stdout, stderr } = await run(args);
		expect(status, stderr).toBe(0);
		const document = JSON.parse(stdout);
		expect(document).toMatchObject({
			plan: {
				statements: [],
				consequences: [
					expect.stringContaining('that is MaxPoolSize=14'),
					...Array(3).fill(expect.any(String)),
				],
			},
			applied: { outcome: 'done' },
			verified: { verdict: 'fits', held: true },
		});
		expect(stdout).not.toMatch(/S3cret|-pass&/);
		expect(read()).toBe(text.replaceAll('MaxPoolSize=30', 'MaxPoolSize=14'));
		const undone = await run(['undo', document.session, unreachable, '--yes', '--json']);
		expect(undone.status, undone.stderr).toBe(0);
		expect(JSON.parse(undone.stdout)).toMatchObject({
			undone: [expect.stringContaining('restart the IMS')],
			skipped: [],
		});
		expect(read()).toBe(text);
		expect(readdirSync(folder)).toEqual(['openiz.exe.config']);
	});
});

test('what the configuration says is known without a server, and a dry run leaves the file alone', async () => {
	const { path, folder, read } = imsFile();
	const other = imsFile().path;
	const checked = await run(['check', 'KB008', unreachable, '--config', path, '--config', other, '--json']);
	const { findings } = JSON.parse(checked.stdout);
	const found = (check: string) => findings.find((finding: { check: string }) => finding.check === check);
	expect(found('does-the-configuration-ask-for-more-than-there-is')).toMatchObject({
		verdict: 'otherwise',
		source: 'config',
		error: { message: expect.stringContaining('120 connections from 4 pools of 2 instances') },
	});
	expect(found('does-the-ims-fetch-with-several-threads')).toMatchObject({
		verdict: 'off',
		source: 'config',
		rows: [{ file: path, stm: false }, { file: other }],
	});
	const args = ['fix', 'KB008', 'disable-multi-threaded-fetches', unreachable, '--config', path];
	const planned = await run([...args, '--dry-run']);
	expect(planned.status, planned.stderr).toBe(0);
	expect(planned.stdout).toContain('stm="true"');
	expect(read()).toBe(text);
	expect(readdirSync(folder)).toEqual(['openiz.exe.config']);
});

test('a file that is not there, and none given, are told with what to do', async () => {
	const missing = join(tmpdir(), 'kbwizard-no-such-folder', 'openiz.exe.config');
	const fix = ['fix', 'KB008', 'disable-multi-threaded-fetches', unreachable, '--dry-run'];
	const nowhere = await run([...fix, '--config', missing]);
	expect(nowhere.status).toBe(2);
	expect(nowhere.stdout).toContain('there is no such file');
	const none = await run(fix);
	expect(none).toMatchObject({ status: 64, stdout: '' });
	expect(none.stderr).toContain('--config');
	const elsewhere = await run([...fix, '--set', 'config=none']);
	expect(elsewhere.stdout).toContain('add stm="true" beside the attributes that are there');
});
