import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { parseBundle } from '../../../src/evidence/bundle/bundle.ts';
import { bundledServer, bundleSources } from '../../../src/evidence/bundle/bundle-sources.ts';
import { kb008 } from '../../helpers/bundle.ts';
import { aBundle, answered, digestOf, record, slots } from './a-bundle.ts';

const bytes = (text: string) => Buffer.from(text, 'utf8');

async function observed(text: string | Buffer, id: string) {
	const bundle = parseBundle(typeof text === 'string' ? bytes(text) : text);
	const check = kb008().checks.find((candidate) => candidate.id === id);
	if (check === undefined) throw new Error(`there is no check ${id}`);
	const source = bundleSources({ bundle, at: '2026-01-01T00:00:00Z' })[check.checks[0]?.language ?? ''];
	return source?.({ check, facts: {} }, new AbortController().signal);
}

const slotsCheck = 'are-the-connection-slots-used-up';
const full = {
	kind: 'verdict',
	verdict: 'full',
	source: 'bundle',
	at: '2026-11-22T14:00:00.123456Z',
	facts: { used: 97, counted: '97' },
};

describe('a bundle', () => {
	it('answers with its verdict and facts, at its own time', async () => {
		expect(await observed(aBundle(), slotsCheck)).toMatchObject(full);
	});

	it('takes no row for the verdict none', async () => {
		expect(await observed(aBundle(), 'is-a-role-at-its-connection-limit')).toMatchObject({
			verdict: 'none',
			facts: {},
		});
	});

	it('has a denied privilege as evidence, with the GRANT', async () => {
		expect(await observed(aBundle(), 'does-the-number-in-the-file-count')).toMatchObject({
			kind: 'failed',
			source: 'bundle',
			failure: {
				code: '42501',
				next: [expect.stringMatching(/^GRANT pg_read_all_stats/), expect.any(String)],
			},
		});
	});

	it('says that psql got in, and who answered', async () => {
		expect(await observed(aBundle(), 'can-we-connect')).toMatchObject({
			verdict: 'connected',
			failure: null,
		});
		expect(bundledServer(parseBundle(bytes(aBundle())))).toMatchObject({
			version: '15.18',
			provider: 'rds',
			slot: 'ordinary',
		});
	});

	it('has a refusal beside what another way in saw', async () => {
		const refusal =
			'psql: error: connection to server at "db1" (10.0.0.7), port 5432 failed: FATAL:  sorry, too many clients already';
		const both = `${refusal}\n${aBundle()}`;
		const connect = await observed(both, 'can-we-connect');
		expect(connect).toMatchObject({ verdict: 'no slot at all', facts: { code: '53300', host: 'db1' } });
		// How to come in is no advice to somebody who was in.
		expect(JSON.stringify(connect)).not.toContain('Come in by');
		expect(await observed(both, slotsCheck)).toMatchObject(full);
	});

	it('leaves what it does not have to a person', async () => {
		expect(await observed(aBundle(), 'who-holds-the-slots')).toMatchObject({
			kind: 'absent',
			why: expect.stringContaining('no answer to this query'),
		});
		expect(await observed(aBundle(), 'does-the-application-log-refusals')).toMatchObject({
			kind: 'absent',
			why: expect.stringContaining('no log'),
		});
	});
});

describe('on its way it', () => {
	const html = (text: string) =>
		text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('>', '&gt;').replaceAll('<', '&lt;');
	/** As a mail program breaks what is longer than it likes. */
	const wrapped = (text: string) =>
		text.replaceAll(
			/^(\[.{50,}?[ ,:])(.{4,}\])$/gm,
			(_, one: string, two: string) => `${one.trimEnd() === one ? one : one.trimEnd()}\n${two}`,
		);
	it.each<[string, string | Buffer]>([
		['is given line ends of Windows', aBundle().replaceAll('\n', '\r\n')],
		['is quoted', aBundle().replaceAll(/^/gm, '> ')],
		['is quoted twice, with bars', aBundle().replaceAll(/^/gm, '>> | ')],
		['is indented, with blanks at the ends', aBundle().replaceAll(/^/gm, '   ').replaceAll(/$/gm, '  \t')],
		['is written with a line between', aBundle().replaceAll('\n', '\n\n')],
		['gets words around it', `Hello,\nhere it is.\n\n${aBundle()}\n-- \nMary`],
		['stands in a fence', `\`\`\`\n${aBundle()}\`\`\`\n`],
		[
			'becomes HTML',
			`<html><body><div>${html(aBundle()).replaceAll('\n', '</div>\n<div>')}</div></body></html>`,
		],
		['is escaped', html(aBundle())],
		['gets typographic quotes', aBundle().replaceAll(/"([^"\n]*)"/g, '“$1”')],
		['gets blanks that do not break', aBundle().replaceAll(' ', '\u00a0')],
		['gets a byte order mark', `\ufeff${aBundle()}`],
		['becomes UTF-16', Buffer.from(`\ufeff${aBundle()}`, 'utf16le')],
		['becomes UTF-16 without its mark', Buffer.from(aBundle(), 'utf16le')],
		['is broken into shorter lines', wrapped(aBundle())],
	])('%s, and says the same', async (_, text) => {
		expect(await observed(text, slotsCheck)).toMatchObject(full);
		const bundle = parseBundle(typeof text === 'string' ? bytes(text) : text);
		expect(bundle.damaged.size).toBe(0);
		expect(bundle.finishedAt).toBe('2026-11-22T14:00:00.123456Z');
	});

	it.each([
		['a number was changed', (text: string) => text.replace('"counted":"97"', '"counted":"17"')],
		['a line was lost', (text: string) => text.replace(/\n\[[^\n]*"verdict":"full[^\n]*/, '')],
		['a letter was added', (text: string) => text.replace('"full"', '"fully"')],
	])('is not believed where %s: that check is not seen, the others are', async (_, damage) => {
		const damaged = damage(aBundle());
		expect(damaged).not.toBe(aBundle());
		expect(await observed(damaged, slotsCheck)).toEqual({
			kind: 'absent',
			why: 'the bundle’s record of it was damaged on its way',
			grant: null,
		});
		expect(await observed(damaged, 'is-a-role-at-its-connection-limit')).toMatchObject({ verdict: 'none' });
		expect([...parseBundle(bytes(damaged)).damaged]).toEqual([digestOf(slotsCheck)]);
	});

	it('is cut off, and says so of what is missing', async () => {
		const cut = aBundle({ tail: false });
		expect(await observed(cut, 'who-holds-the-slots')).toMatchObject({
			why: 'the bundle ends before it: it was cut off',
		});
		expect(await observed(cut, slotsCheck)).toMatchObject(full);
	});
});

describe('a file that is none', () => {
	it.each<[string, Buffer, RegExp]>([
		['empty', Buffer.alloc(0), /empty/],
		['gzip', gzipSync('x'), /gzip/],
		['binary', Buffer.from([1, 2, 3, 0, 0, 0, 5, 9, 200, 201, 0, 1]), /not a text/],
		['a letter', bytes('Dear all,\nplease find enclosed nothing.\n'), /no bundle/],
		['of another format', bytes(aBundle({ format: 2 })), /another version/],
		['a head that is damaged', bytes(aBundle().replace('"15.18"', '"16.18"')), /beginning of the bundle/],
	])('is refused: %s', (_, content, words) => {
		expect(() => parseBundle(content)).toThrow(words);
	});
});

it('does not obey what it reads', async () => {
	const evil = aBundle({
		more: [
			record(
				'check',
				digestOf('who-holds-the-slots'),
				answered([{ verdict: 'idle', spread: '\u001b[31mred\u0007 password=geheim', __proto__: 1 }]),
			),
		],
	});
	const seen = JSON.stringify(await observed(evil, 'who-holds-the-slots'));
	expect(seen).toContain('red');
	expect(seen).not.toMatch(/\\u001b|geheim/);
	expect(slots.verdict).toBe('full');
});
