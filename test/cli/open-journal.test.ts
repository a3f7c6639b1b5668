/** Somebody else's session, as its journal came by mail: the same findings and causes, as far as the journal is good. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aBundle } from '../evidence/bundle/a-bundle.ts';
import { openTerminal } from '../helpers/terminal.ts';
import { bin, run } from './run-cli.ts';

let folder = '';
let bundle = '';
let lines: readonly string[] = [];

/** A supporter walks through a bundle in the wizard, and leaves. */
beforeAll(async () => {
	folder = await mkdtemp(join(tmpdir(), 'kbwizard-journal-'));
	bundle = await file('bundle.txt', aBundle());
	const terminal = openTerminal({
		command: process.execPath,
		args: [bin, 'open', bundle],
		env: { XDG_STATE_HOME: join(folder, 'state'), NO_COLOR: '1', CI: undefined },
	});
	await terminal.waitFor('Enter begin', 60_000);
	terminal.type('R');
	await terminal.waitFor('Solutions, the best first', 60_000);
	terminal.type('\x03');
	await terminal.exit;
	const sessions = join(folder, 'state', 'kbwizard', 'sessions');
	const [name = ''] = (await readdir(sessions)).filter((each) => each.endsWith('.jsonl'));
	lines = (await readFile(join(sessions, name), 'utf8')).trimEnd().split('\n');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function file(name: string, text: string): Promise<string> {
	const path = join(folder, name);
	await writeFile(path, text);
	return path;
}

type Finding = { readonly check: string; readonly verdict: string; readonly severity: string };

/** In a state folder of its own: nothing is known there of the session. */
async function opened(path: string) {
	const { status, stdout, stderr } = await run(['check', '--bundle', path, '--json'], {
		env: { XDG_STATE_HOME: join(folder, 'elsewhere') },
	});
	return { status, stderr, found: stdout === '' ? null : JSON.parse(stdout) };
}

const told = (findings: readonly Finding[]) =>
	findings.map(({ check, verdict, severity }) => `${check}: ${verdict} (${severity})`).sort();

describe('the journal of another one’s session', () => {
	it('says what the session found: findings, causes and severity', async () => {
		const before = await opened(bundle);
		const { status, stderr, found } = await opened(await file('whole.jsonl', `${lines.join('\n')}\n`));
		expect({ status, stderr }).toEqual({ status: 2, stderr: '' });
		expect(told(found.findings)).toEqual(told(before.found.findings));
		expect(found.causes).toEqual(before.found.causes);
		expect(found.severity).toBe(before.found.severity);
		expect(found.server).toEqual(before.found.server);
	});

	it('is good up to where it was edited, and that is said', async () => {
		const at = lines.findIndex((line) => line.includes('"kind":"finding"')) + 1;
		const edited = lines.with(at, (lines[at] ?? '').replace(/"severity":"\w+"/, '"severity":"ok"'));
		const { stderr, found } = await opened(await file('edited.jsonl', `${edited.join('\n')}\n`));
		expect(stderr).toContain(`the journal is good up to line ${at}`);
		expect(found.findings.length).toBeLessThanOrEqual(at);
	});

	it('is good as far as it goes where it was cut in the middle of a line', async () => {
		const half = lines.join('\n').slice(0, Math.floor(lines.join('\n').length / 2));
		const { stderr, found } = await opened(await file('cut.jsonl', half));
		expect(stderr).toContain('the journal is good up to line');
		expect(found.findings.length).toBeGreaterThan(0);
	});

	it('is refused where not even its first line is one', async () => {
		const { status, stderr } = await opened(await file('none.jsonl', lines.slice(1).join('\n')));
		expect(status).toBe(65);
		expect(stderr).toMatch(/\S/);
		expect(stderr).not.toMatch(/\n\s+at /);
	});
});
