/** `write`: a file with values in it. That it is written whole, journalled and taken back: `files.test.ts`. */
import {
	chmodSync,
	existsSync,
	lchownSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Fence, Parameter, Solution } from '../../src/article/article.ts';
import type { EffectOutcome, Prepared, PreparedEffect } from '../../src/fixes/effect.ts';
import { write } from '../../src/fixes/write.ts';
import type { Facts, Row } from '../../src/machine/ports.ts';
import { fixArticle, solutionOf } from './article.ts';
import { applyingTo, journalIn, undo } from './changing-file.ts';

const root = userInfo().uid === 0;
const body = `[databases]\n:"database" = host=:'host'\n[pgbouncer]\nsize = :size`;
const values = { database: 'openiz', host: "o'host", size: 5 };
const written = `[databases]\n"openiz" = host='o''host'\n[pgbouncer]\nsize = 5\n`;
const password: Parameter = {
	line: 1,
	name: 'password',
	type: { kind: 'secret' },
	question: '',
	default: null,
	open: null,
};

function setUp() {
	const folder = mkdtempSync(join(tmpdir(), 'kbwizard-write-'));
	const journal = journalIn(join(folder, 'state'));
	onTestFinished(() => {
		journal.close();
		rmSync(folder, { recursive: true, force: true });
	});
	const path = join(folder, 'pgbouncer.ini');
	const prepare = (
		text: string,
		given: Facts,
		{
			rows = null,
			parameters = [],
			mode = '0640',
			keep = null,
		}: { rows?: Row[] | null; parameters?: Parameter[]; mode?: string; keep?: 'entries' | null } = {},
	): Promise<Prepared> => {
		const base = solutionOf(fixArticle(), 'limit');
		const solution: Solution = { ...base, parameters };
		const [step] = base.steps;
		if (step === undefined) throw new Error('no step');
		const fence: Fence = {
			line: 1,
			language: 'write',
			role: 'apply',
			attributes: { path: ':path', mode, ...(keep === null ? {} : { keep }) },
			body: text,
			min: null,
			max: null,
			timeoutMs: null,
			againMs: null,
		};
		const preview = rows === null ? null : { sql: '', rows, sessions: [], rowCount: rows.length };
		const nobody = {
			session: null,
			canGuard: false,
			attended: false,
			waitMs: 0,
			connectTo: null,
			lookThrough: null,
		};
		const unasked = {
			checks: [],
			observe: () => Promise.reject(new Error('nothing is observed')),
			gate: () => Promise.reject(new Error('no query is sent')),
		};
		const context = { ...nobody, ...unasked, solution, step, fence, preview };
		return write.prepare({ ...context, values: { path, ...given } });
	};
	const apply = (effect: PreparedEffect): Promise<EffectOutcome> => effect.apply(applyingTo(journal));
	return { folder, journal, path, prepare, apply };
}

function effectOf(prepared: Prepared): PreparedEffect {
	if (prepared.kind !== 'ready') throw new Error(JSON.stringify(prepared));
	return prepared.effect;
}

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

test('writes a new file as the plan shows it, and removes it again', async () => {
	const { path, prepare, apply, journal } = setUp();
	const effect = effectOf(await prepare(body, values));
	expect(effect.diff?.split('\n').slice(3)).toEqual(
		written
			.trimEnd()
			.split('\n')
			.map((line) => `+${line}`),
	);
	expect(existsSync(path)).toBe(false);
	expect(await apply(effect)).toMatchObject({ failure: null, done: [{ status: 'done' }] });
	expect(readFileSync(path, 'utf8')).toBe(written);
	expect(modeOf(path)).toBe('640');
	expect(await prepare(body, values)).toMatchObject({ kind: 'nothing to do' });
	expect(await undo(journal)).toMatchObject({ undone: [expect.stringContaining(path)], skipped: [] });
	expect(existsSync(path)).toBe(false);
});

test('replaces a file, keeping its mode, and puts it back byte for byte', async () => {
	const { path, prepare, apply, journal } = setUp();
	const old = '\ufeff; mine\r\nhost=a password=topsecret\r\n';
	writeFileSync(path, old, { mode: 0o600 });
	const effect = effectOf(await prepare(body, values));
	expect(effect.diff).toContain('-host=a password=***');
	expect(effect.diff).not.toContain('topsecret');
	await apply(effect);
	expect(readFileSync(path, 'utf8')).toBe(written);
	expect(modeOf(path)).toBe('600');
	await undo(journal);
	expect(readFileSync(path, 'utf8')).toBe(old);
});

test('a line is written for each row of the preview', async () => {
	const { path, prepare, apply } = setUp();
	const rows = ['a', 'b'].map((database) => ({ database, size: 3 }));
	await apply(effectOf(await prepare(body, values, { rows })));
	expect(readFileSync(path, 'utf8')).toBe(
		`[databases]\n"a" = host='o''host'\n"b" = host='o''host'\n[pgbouncer]\nsize = 3\n`,
	);
});

test('a secret is in the file alone, which is its owner’s alone', async () => {
	const { path, prepare, apply, journal } = setUp();
	const secret = { parameters: [password] };
	writeFileSync(path, '"old" "oldsecret"\n', { mode: 0o640 });
	const existing = effectOf(
		await prepare(':"role" :"password"', { role: 'ims', password: 'news"ecret' }, secret),
	);
	expect(JSON.stringify(existing)).not.toMatch(/oldsecret|news/);
	expect(existing.diff).toMatch(/-\*\*\*\n\+"ims" "\*\*\*"/);
	expect(existing.consequences.join()).toContain('chmod 600');
	chmodSync(path, 0o644);
	const open = await prepare(':"role" :"password"', { role: 'ims', password: 'news"ecret' }, secret);
	expect(open).toMatchObject({ kind: 'unavailable', next: [expect.stringContaining(`chmod 600 ${path}`)] });
	rmSync(path);
	const effect = effectOf(
		await prepare(':"role" :"password"', { role: 'ims', password: 'news"ecret' }, secret),
	);
	await apply(effect);
	expect(readFileSync(path, 'utf8')).toBe('"ims" "news""ecret"\n');
	expect(modeOf(path)).toBe('600');
	expect(JSON.stringify([effect, journal.records])).not.toContain('news');
});

test('an entry of a list goes among those that are there, whose secrets are not shown', async () => {
	const { path, prepare, apply, journal } = setUp();
	const old = '; users\r\n"a""b" "old\xe9"\nc "d"';
	writeFileSync(path, old, { mode: 0o600 });
	const list = (role: string) =>
		prepare(':"role" :"password"', { role, password: 'new' }, { parameters: [password], keep: 'entries' });
	const added = effectOf(await list('ims'));
	expect(added.diff?.split('\n').slice(3)).toEqual([' ***', ' "a""b" ***', ' "c" ***', '+"ims" ***']);
	expect(added.consequences).toContainEqual(expect.stringContaining('its other entries stay'));
	await apply(added);
	await apply(effectOf(await list('a"b')));
	await apply(effectOf(await list('c')));
	expect(readFileSync(path, 'utf8')).toBe('; users\r\n"a""b" "new"\n"c" "new"\n"ims" "new"\n');
	expect((await list('ims')).kind).toBe('nothing to do');
	await undo(journal);
	expect(readFileSync(path, 'utf8')).toBe(old);
	writeFileSync(path, Buffer.from([0xff, 0xfe, 0x61, 0x00]));
	expect(await list('ims')).toMatchObject({ kind: 'unavailable', why: expect.stringContaining('UTF-8') });
});

test('what cannot be is asked for by the name of the parameter that is meant', async () => {
	const { folder, prepare } = setUp();
	expect(await prepare(body, { ...values, path: null })).toMatchObject({ kind: 'parameter', name: 'path' });
	expect(await prepare(body, { ...values, path: 'pgbouncer.ini' })).toMatchObject({
		kind: 'parameter',
		problem: expect.stringContaining('whole path'),
	});
	expect(await prepare(body, { ...values, path: join(folder, 'no', 'file') })).toMatchObject({
		kind: 'parameter',
		name: 'path',
		problem: expect.stringContaining('not a folder that is there'),
	});
	expect(await prepare(body, { ...values, size: 'a b' })).toMatchObject({ kind: 'parameter', name: 'size' });
	expect(await prepare(body, { ...values, host: null })).toMatchObject({ kind: 'parameter', name: 'host' });
	expect(await prepare(body, { ...values, path: folder })).toMatchObject({ kind: 'unavailable' });
});

test('where a link leads is said, and another user’s link is not followed', async () => {
	const { folder, path, prepare, apply } = setUp();
	const other = join(folder, 'other.ini');
	writeFileSync(other, 'old\n');
	symlinkSync(other, path);
	const effect = effectOf(await prepare(body, values));
	expect(effect.consequences.join('\n')).toContain(`leads by a symbolic link to ${other}`);
	await apply(effect);
	expect(readFileSync(other, 'utf8')).toBe(written);
	if (!root) {
		console.error('SKIPPED: another user’s link needs root to make.');
		return;
	}
	lchownSync(path, 65_534, 65_534);
	expect(await prepare(body, values)).toMatchObject({
		kind: 'unavailable',
		why: expect.stringContaining('another user made'),
	});
});

test('root’s new file belongs to whom its folder belongs to', async () => {
	const { folder, path, prepare, apply } = setUp();
	if (!root) {
		console.error('SKIPPED: only root can give a file away.');
		return;
	}
	lchownSync(folder, 65_534, 65_534);
	const effect = effectOf(await prepare(body, values));
	expect(effect.consequences.join('\n')).toContain('belongs to another user (number 65534)');
	await apply(effect);
	expect(statSync(path).uid).toBe(65_534);
});
