import { execFileSync, spawnSync } from 'node:child_process';
import {
	chmodSync,
	chownSync,
	existsSync,
	linkSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	readlinkSync,
	rmSync,
	statSync,
	symlinkSync,
	utimesSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { fileBack } from '../../src/fixes/files/file-back.ts';
import { planFileChange, preparedFileChanges } from '../../src/fixes/files/file-change.ts';
import { fileState, hostFiles } from '../../src/fixes/files/file-state.ts';
import { createFile, replaceFile } from '../../src/fixes/files/replace-file.ts';
import { unifiedDiff } from '../../src/fixes/files/unified-diff.ts';
import { recoverStep } from '../../src/fixes/recover.ts';
import { changesInForce } from '../../src/session/in-force.ts';
import { change, journalIn, undo } from './changing-file.ts';
import { counted } from './counted-files.ts';

const old = '\ufeffone\r\ntwo; password=secret\r\n';
const fresh = '\ufeffone\r\n2; password=secret\r\n';
const root = userInfo().uid === 0;

function setUp(content: string | null = old) {
	const folder = mkdtempSync(join(tmpdir(), 'kbwizard-files-'));
	const stateDir = join(folder, 'state');
	const site = join(folder, 'site');
	mkdirSync(site);
	const path = join(site, 'openiz.exe.config');
	if (content !== null) writeFileSync(path, content, { mode: 0o640 });
	const journal = journalIn(stateDir);
	onTestFinished(() => {
		journal.close();
		rmSync(folder, { recursive: true, force: true });
	});
	return { folder, stateDir, site, path, journal, read: () => readFileSync(path, 'utf8') };
}

/** Runs a process that is killed at that step of the change. */
function changeElsewhere(path: string, text: string, stateDir: string, step: number, shell = '') {
	const program = fileURLToPath(new URL('file-process.ts', import.meta.url));
	const run = ['exec "$0" "$@"', process.execPath, program, path, text, stateDir, String(step)];
	return spawnSync('bash', ['-c', `${shell} ${run[0]}`, ...run.slice(1)], { encoding: 'utf8' });
}

test('content is replaced, owner and mode stay, what it was lies beside it, and undo restores every byte', async () => {
	const { path, site, journal, read } = setUp();
	if (root) chownSync(path, 65_534, 65_534);
	chmodSync(path, 0o640);
	const before = statSync(path);
	const { done, failure } = await change(path, fresh, journal);
	expect(failure).toBeNull();
	const backup = `${path}.kbwizard-${journal.session}.bak`;
	expect(done).toEqual([
		{ what: `the file ${path}: written; what it was is kept as ${backup}`, status: 'done', why: null },
	]);
	expect(read()).toBe(fresh);
	expect(readFileSync(backup, 'utf8')).toBe(old);
	for (const file of [path, backup]) {
		const { mode, uid, gid } = statSync(file);
		expect({ mode, uid, gid }).toEqual({ mode: before.mode, uid: before.uid, gid: before.gid });
	}
	const { undone, skipped } = await undo(journal);
	expect(skipped).toEqual([]);
	expect(undone).toEqual([
		expect.stringMatching(/^the file .*: content [0-9a-f]{12}… → content [0-9a-f]{12}…$/),
	]);
	expect(read()).toBe(old);
	expect(statSync(path).mode).toBe(before.mode);
	expect(readdirSync(site)).toEqual(['openiz.exe.config']);
});

test('a file that was not there is created, and removed again', async () => {
	const { path, site, journal, read } = setUp(null);
	const { failure } = await change(path, fresh, journal);
	expect(failure).toBeNull();
	expect(read()).toBe(fresh);
	expect(statSync(path).mode & 0o777).toBe(0o640);
	expect((await undo(journal)).skipped).toEqual([]);
	expect(readdirSync(site)).toEqual([]);
});

test('two changes of one session are taken back in reverse order', async () => {
	const { path, site, journal, read } = setUp();
	await change(path, fresh, journal);
	await change(path, 'third', journal);
	expect(readdirSync(site)).toHaveLength(3);
	expect((await undo(journal)).undone).toHaveLength(2);
	expect(read()).toBe(old);
	expect(readdirSync(site)).toHaveLength(1);
});

test('a symbolic link is followed and stays, and that is said before', async () => {
	const { path, site, journal } = setUp();
	const link = join(site, 'link.config');
	symlinkSync('openiz.exe.config', link);
	expect(planFileChange(link, () => Buffer.from(fresh))).toMatchObject({
		path,
		notes: [
			`${link} leads by a symbolic link to ${path}: that file is changed, the link stays.`,
			expect.stringContaining('A copy of'),
		],
	});
	await change(link, fresh, journal);
	expect(readlinkSync(link)).toBe('openiz.exe.config');
	expect(readFileSync(path, 'utf8')).toBe(fresh);
});

test('other names of the file, and copies that lie there already, are told', () => {
	const { path, site } = setUp();
	linkSync(path, join(site, 'other'));
	writeFileSync(`${path}.kbwizard-20261122-140502-qkzm.bak`, '');
	expect(planFileChange(path, () => Buffer.from(fresh))?.notes).toEqual([
		expect.stringContaining('has 1 other name'),
		expect.stringContaining('is kept beside it'),
		expect.stringContaining('openiz.exe.config.kbwizard-20261122-140502-qkzm.bak'),
	]);
});

test.each([
	['a link to nowhere', (path: string) => symlinkSync('nowhere', path), 'dangling-link'],
	['a folder', (path: string) => mkdirSync(path), 'EISDIR'],
	[
		'a file that is read-only, also for root',
		(path: string) => writeFileSync(path, old, { mode: 0o440 }),
		'read-only',
	],
	['a path through a file', (path: string) => writeFileSync(dirname(path), ''), 'ENOTDIR'],
	['a folder that is not there', (path: string) => rmSync(dirname(path), { recursive: true }), 'ENOENT'],
	[
		'a file that is far too large',
		(path: string) => writeFileSync(path, Buffer.alloc(17 << 20)),
		'too-large',
	],
])('%s is refused before anything is asked', (_, make, code) => {
	const { site } = setUp(null);
	const path = join(site, 'sub', 'openiz.exe.config');
	if (code !== 'ENOTDIR') mkdirSync(dirname(path));
	make(path);
	expect(() => planFileChange(path, () => Buffer.from(fresh))).toThrow(
		expect.objectContaining({ failure: expect.objectContaining({ code, next: [expect.any(String)] }) }),
	);
});

test('what somebody writes between plan and apply stays, and nothing else is left', async () => {
	const { path, site, journal, read } = setUp();
	const { failure } = await change(path, fresh, journal, undefined, () => writeFileSync(path, 'theirs'));
	expect(failure).toMatchObject({ code: 'file-changed', next: ['make a new plan'] });
	expect(read()).toBe('theirs');
	expect(readdirSync(site)).toHaveLength(1);
});

test('what does not stay as it was written is said, with where the old content is', async () => {
	const { path, journal } = setUp();
	const meddling = {
		...hostFiles,
		renameSync(...[from, to]: Parameters<typeof hostFiles.renameSync>) {
			hostFiles.renameSync(from, to);
			if (to === path) writeFileSync(path, 'theirs');
		},
	};
	const { failure } = await change(path, fresh, journal, meddling);
	expect(failure?.next.join()).toContain(`${path}.kbwizard-${journal.session}.bak`);
	expect(readFileSync(`${path}.kbwizard-${journal.session}.bak`, 'utf8')).toBe(old);
	// Undo leaves what somebody else has written, so it is not promised.
	expect((await undo(journal)).undone).toEqual([]);
	expect(failure?.next.join()).not.toContain('undo');
});

test.each([
	['changed since', (path: string) => writeFileSync(path, 'theirs'), 'somebody else has set it to content'],
	['gone', (path: string) => rmSync(path), 'it is not there any more'],
	['as it was again', (path: string) => writeFileSync(path, old), 'again already'],
])('a file that is %s is left by undo, and told', async (_, meddle, why) => {
	const { path, journal } = setUp();
	await change(path, fresh, journal);
	meddle(path);
	const found = existsSync(path) ? readFileSync(path, 'utf8') : null;
	const { undone, skipped } = await undo(journal);
	expect(undone).toEqual([]);
	expect(skipped).toEqual([{ what: `the file ${path}`, why: expect.stringContaining(why) }]);
	expect(existsSync(path) ? readFileSync(path, 'utf8') : null).toBe(found);
});

test('a backup that is gone or meddled with restores nothing', async () => {
	const { path, journal, read } = setUp();
	await change(path, fresh, journal);
	writeFileSync(`${path}.kbwizard-${journal.session}.bak`, 'rubbish');
	expect((await undo(journal)).skipped).toEqual([
		{ what: `file ${path}`, why: expect.stringContaining('is not what was kept there'), plan: 'plan-1' },
	]);
	expect(read()).toBe(fresh);
});

test('what somebody saves at the very moment of the undo is left', async () => {
	const { path, journal, read } = setUp();
	await change(path, fresh, journal);
	const inverse = changesInForce(journal.records)[0]?.inverse;
	if (inverse?.effect !== 'file') throw new Error('a file can be taken back');
	const back = fileBack(inverse);
	if (back.on !== 'host') throw new Error('a file is on a host');
	await back.look();
	writeFileSync(path, 'theirs');
	await expect(back.restore()).rejects.toThrow(/was changed by somebody else/);
	expect(read()).toBe('theirs');
});

test('on another machine the same path is another file', async () => {
	const { path } = setUp();
	const back = fileBack({ effect: 'file', path, host: 'ims2', before: 'x', backup: 'y', afterUndo: null });
	if (back.on !== 'host') throw new Error('a file is on a host');
	await expect(back.look()).rejects.toThrow(/was changed on ims2, and this is /);
	await expect(back.restore()).rejects.toThrow(/was changed on ims2/);
	expect(back.byHand).toBe(`on ims2, copy y over ${path}`);
});

test('whenever it is killed, the file is the old one or the new one, and what became of it can be told', async () => {
	const counting = counted(Number.POSITIVE_INFINITY, () => undefined);
	const whole = setUp();
	await change(whole.path, fresh, whole.journal, counting.fs);
	expect(counting.steps()).toBeGreaterThan(25);
	const seen = new Set<string>();
	for (let step = 1; step <= counting.steps(); step += 1) {
		const { path, journal, read, folder } = setUp();
		// Dead: from here on nothing reaches the disk, the journal neither.
		const dead = (): never => {
			journal.close();
			throw new Error('killed');
		};
		await change(path, fresh, journal, counted(step, dead).fs).catch(() => null);
		expect([old, fresh]).toContain(read());
		expect(statSync(path).mode & 0o777).toBe(0o640);
		const recovery = await recoverStep(null, journal.records);
		const told = journal.records.some(({ kind }) => kind === 'outcome');
		const state = recovery?.parts[0]?.state ?? (told ? 'done' : 'not begun');
		expect(state, `killed at step ${step}`).toBe(
			read() === fresh ? 'done' : journal.records.length === 0 ? 'not begun' : 'not done',
		);
		seen.add(state);
		rmSync(folder, { recursive: true });
	}
	expect([...seen].sort()).toEqual(['done', 'not begun', 'not done']);
});

test('after a kill -9 the next run removes what was left half-written, and its own change is whole', async () => {
	const { path, site, stateDir, journal, read } = setUp();
	const counting = counted(Number.POSITIVE_INFINITY, () => undefined);
	const other = setUp();
	await change(other.path, fresh, other.journal, counting.fs);
	const temporaries = () => readdirSync(site).filter((name) => name.endsWith('.tmp'));
	const readBack = counted(Number.POSITIVE_INFINITY, () => undefined);
	fileState(other.path, readBack.fs);
	// The second temporary file is the new content, the first the backup: back from the end until both were met.
	for (let step = counting.steps() - readBack.steps() - 5; temporaries().length < 2; step -= 6) {
		expect(changeElsewhere(path, fresh, stateDir, step).signal).toBe('SIGKILL');
		expect(read()).toBe(old);
	}
	const long = new Date(Date.now() - 120_000);
	for (const name of readdirSync(site)) utimesSync(join(site, name), long, long);
	const { failure } = await change(path, fresh, journal);
	expect(failure).toBeNull();
	expect(read()).toBe(fresh);
	expect(temporaries()).toEqual([]);
});

test('content that was read before somebody wrote is not put in the place of theirs', () => {
	const { path, site, read } = setUp();
	const stale = fileState(path);
	if (stale === null) throw new Error('it is there');
	writeFileSync(path, 'theirs');
	expect(() => replaceFile(stale, Buffer.from(fresh))).toThrow(/has been changed since it was read/);
	expect(() => createFile(path, Buffer.from(fresh), 0o600)).toThrow(/is there already/);
	expect(read()).toBe('theirs');
	expect(readdirSync(site)).toHaveLength(1);
});

test.each([
	['with hard links', {}],
	[
		'on a file system without them',
		{
			linkSync() {
				throw Object.assign(new Error('no links here'), { code: 'EPERM' });
			},
		},
	],
])('a file that somebody makes at any moment of ours being made stays theirs, %s', (_, operations) => {
	const { path, site, read } = setUp(null);
	const files = { ...hostFiles, ...operations };
	createFile(path, Buffer.from(fresh), 0o640, files);
	expect([read(), statSync(path).mode & 0o777]).toEqual([fresh, 0o640]);
	const { fs, steps } = counted(1e9, () => undefined, files);
	rmSync(path);
	createFile(path, Buffer.from(fresh), 0o640, fs);
	for (let at = 1; at <= steps(); at += 1) {
		rmSync(path);
		let made = false;
		const busy = counted(
			at,
			() => {
				if (made || existsSync(path)) return;
				writeFileSync(path, 'theirs', { flag: 'wx' });
				made = true;
			},
			files,
		);
		try {
			createFile(path, Buffer.from(fresh), 0o640, busy.fs);
		} catch (error) {
			expect(error).toMatchObject({ failure: { code: 'EEXIST' } });
		}
		expect(read()).toBe(made ? 'theirs' : fresh);
		expect(readdirSync(site)).toEqual(['openiz.exe.config']);
	}
});

test('undo leaves nothing of a new file whose maker was killed before its first name was gone', async () => {
	const { path, site, journal } = setUp(null);
	await change(path, fresh, journal);
	linkSync(path, join(site, '.openiz.exe.config.kbwizard-0123456789ab.tmp'));
	expect(await undo(journal)).toMatchObject({ skipped: [] });
	expect(readdirSync(site)).toEqual([]);
});

test('a disk that is full leaves the file as it was and says so', async () => {
	const { path, site, stateDir, read } = setUp();
	const large = 'x'.repeat(100_000);
	const mounted = root && mount(site);
	if (mounted) writeFileSync(path, old);
	const { stdout } = changeElsewhere(path, large, stateDir, 1e9, mounted ? '' : 'ulimit -f 32;');
	expect(stdout).toBe(mounted ? 'ENOSPC' : 'EFBIG');
	expect(read()).toBe(old);
	expect(readdirSync(site)).toEqual(['openiz.exe.config']);
});

/** A file system of 64 kB, where this machine lets us. */
function mount(folder: string): boolean {
	const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder]);
	if (status !== 0) return false;
	onTestFinished(() => void execFileSync('umount', [folder]));
	return true;
}

test('a diff shows the lines that change with their surroundings, and no secret', () => {
	const lines = Array.from({ length: 20 }, (_, index) => `line ${index + 1}`);
	const after = lines
		.with(2, '\tpassword=hidden; size=3')
		.with(17, 'eighteen\x1b[2J')
		.toSpliced(10, 0, 'new');
	expect(unifiedDiff('/etc/x', `${lines.join('\r\n')}\r\n`, `${after.join('\r\n')}\r\n`)).toBe(
		[
			...['--- /etc/x', '+++ /etc/x', '@@ -1,6 +1,6 @@', ' line 1', ' line 2', '-line 3'],
			...['+    password=***; size=3', ' line 4', ' line 5', ' line 6'],
			...['@@ -8,6 +8,7 @@', ' line 8', ' line 9', ' line 10', '+new', ' line 11', ' line 12', ' line 13'],
			...[
				'@@ -15,6 +16,6 @@',
				' line 15',
				' line 16',
				' line 17',
				'-line 18',
				'+eighteen',
				' line 19',
				' line 20',
			],
		].join('\n'),
	);
	expect(unifiedDiff('/etc/x', null, 'a\nb\n')).toBe('--- /dev/null\n+++ /etc/x\n@@ -1,0 +1,2 @@\n+a\n+b');
});

test('the plan shows the diff and says what can be taken back', () => {
	const { path } = setUp();
	const planned = planFileChange(path, () => Buffer.from(fresh));
	if (planned === null) throw new Error('nothing to change');
	expect(preparedFileChanges([planned], { effect: 'write', consequences: ['first'] })).toMatchObject({
		diff: `--- ${path}\n+++ ${path}\n@@ -1,2 +1,2 @@\n one\n-two; password=***\n+2; password=***`,
		consequences: ['first', expect.stringContaining('is kept beside it')],
		undoable: [`the file ${path}, byte for byte as it was`],
	});
	expect(planFileChange(path, () => Buffer.from(old))).toBeNull();
});
