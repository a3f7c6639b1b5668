import { expect, test } from 'vitest';
import { run } from './run-cli.ts';

test('the version and the help are results, and fail nothing', async () => {
	expect(await run(['--version'])).toMatchObject({
		status: 0,
		stdout: expect.stringMatching(/^kbwizard \d+\.\d+\.\d+\n$/),
		stderr: '',
	});
	for (const args of [['--help'], ['-?'], ['help']]) {
		const { status, stdout, stderr } = await run(args);
		expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
		expect(stdout).toContain('-h, --host HOST');
		expect(stdout).toMatch(/\bcollect\b/);
	}
	expect((await run(['fix', '--help'])).stdout).toContain('--confirm NAME');
	expect((await run(['help', 'fix'])).stdout).toContain('--confirm NAME');
});

test.each([
	[['chekc'], 'there is no command "chekc"', 'kbwizard check'],
	[['check', '--hsot', 'x'], 'unknown option --hsot', '--host'],
	[['check', '--yes'], 'check has no option --yes', 'fix'],
	[['check', '--port'], '--port wants a value', 'PORT'],
	[['check', '--password=secret'], 'no value goes with --password', 'can be read by everyone'],
	[['check', 'KB0008'], 'there is no article "KB0008"', 'KB008'],
	[['check', 'KB008', 'host=a', 'host=b'], 'two servers', 'one URI'],
	[['check', 'KB008', 'surplus'], 'does not know what to do with "surplus"', '--help'],
	[['check', '--timeout', 'soon'], '--timeout wants a duration', '10s'],
	[['check', '--answer', 'can-we-conect=connected'], 'no check "can-we-conect"', 'can-we-connect'],
	[['check', '--answer', 'can-we-connect=conected'], 'no verdict "conected"', 'connected'],
	[['check', '--answer', 'since=now'], 'no check "since"', 'since-when-does-it-happen=now'],
	[['check', '-h', 'db1', '--bundle', 'site.txt'], 'what was collected earlier', 'leave the server away'],
	[['fix', 'KB008', 'disconnect-al'], 'no solution "disconnect-al"', 'did you mean: disconnect-all-clients'],
	[['fix', 'KB008'], 'fix wants SOLUTION', '--help'],
	[
		['fix', 'KB008', 'disconect-all-clients'],
		'no solution "disconect-all-clients"',
		'disconnect-all-clients',
	],
	[['fix', 'KB008', 'disconnect-all-clients', '--set', 'databse=x'], 'no parameter "databse"', 'database'],
	[['watch', '--for', '10ms'], '--for wants at least a second', '--for 60s'],
	[
		['watch', './test/fixtures/articles/published.md'],
		'nothing of it can be measured',
		'kbwizard check KB008',
	],
	[['graph', '--format', 'png'], '--format is one of mermaid, dot, json', 'png'],
	[['report', 'nonsense'], 'there is no session "nonsense"', 'kbwizard sessions'],
	[['check', 'host=a nonsense=b'], 'nonsense', ''],
	[['KB008'], 'the wizard needs a terminal', 'kbwizard check KB008'],
])('%j is wrong usage, and says what was meant', async (args, message, hint) => {
	const { status, stdout, stderr } = await run(args);
	expect({ status, stdout }).toEqual({ status: 64, stdout: '' });
	expect(stderr).toContain(message);
	expect(stderr).toContain(hint);
	expect(stderr).not.toMatch(/\n\s+at /);
});

test('with --json a failure is one document on standard error', async () => {
	const { status, stdout, stderr } = await run(['check', 'KB0008', '--json']);
	expect({ status, stdout }).toEqual({ status: 64, stdout: '' });
	expect(JSON.parse(stderr)).toEqual({
		error: {
			code: 'usage',
			message: 'there is no article "KB0008"',
			next: expect.arrayContaining(['did you mean: KB008']),
		},
	});
});

test('a secret of the command line is not repeated', async () => {
	const { stderr } = await run(['check', 'KB008', 'postgresql://app:s3cr3t@db/x', 'password=s3cr3t']);
	expect(stderr).toContain('two servers');
	expect(stderr).not.toContain('s3cr3t');
	const unknown = await run(['check', 'KB008', 'passwrd=s3cr3t host=x']);
	expect(unknown.status).toBe(64);
	expect(unknown.stderr).not.toContain('s3cr3t');
});
