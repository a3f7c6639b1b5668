import { expect, test } from 'vitest';
import { compileArticle } from '../../src/article/compile.ts';
import { statusLine } from '../../src/report/status-line.ts';
import { toText } from '../../src/report/text.ts';
import { aDiagnosis, anArticle, aServer, full } from './a-diagnosis.ts';

test('the document says what was found, what follows, and what was not seen', () => {
	const diagnosis = aDiagnosis();
	expect(diagnosis).toMatchObject({
		schema: 'kbwizard.diagnosis/1',
		article: { id: 'KB900', title: 'Slots are gone' },
		source: 'live',
		severity: 'critical',
		server: { host: 'db1.example.org', slot: 'reserved' },
		symptoms: [{ observed: true }, { text: 'The telephone rings', observed: null }],
		causes: [{ id: 'big-pools', standing: 'suspected', score: 4 }],
		solutions: [{ id: 'shrink-them', risk: 'moderate', how: 'guided', available: true, why: null }],
		notSeen: [{ check: 'who-is-it', grant: null }],
	});
	expect(diagnosis.server).not.toHaveProperty('superuser');
});

test('sources of several kinds are mixed', () => {
	const said = {
		...full,
		check: 'who-is-it',
		verdict: 'the pools',
		source: 'person' as const,
		answeredBy: 'ops',
	};
	expect(aDiagnosis({ findings: [full, said] }).source).toBe('mixed');
});

test('the server is null only where nothing answered', () => {
	const refusal = { code: '53300', routine: 'InitPostgres', message: 'no slot', next: [] };
	const unseen = { ...aServer, slot: null, version: null, versionNum: null };
	const after = (layer: 'tcp' | 'startup') =>
		aDiagnosis({ server: unseen, findings: [{ ...full, error: { ...refusal, layer } }] }).server;
	expect(after('tcp')).toBeNull();
	expect(after('startup')).toMatchObject({ host: 'db1.example.org', version: null, slot: null });
});

test('a grant that would show more is listed as not seen', () => {
	const partly = { ...full, grant: 'GRANT pg_read_all_stats TO ims_app' };
	expect(aDiagnosis({ findings: [partly] }).notSeen).toContainEqual({
		check: full.check,
		why: 'this role could see only a part of it',
		grant: 'GRANT pg_read_all_stats TO ims_app',
	});
});

test('a published article without checks lists its causes and solutions', () => {
	const text =
		'# KB901 - It hurts\n\n**Symptoms:**\n\n* Pain\n\n**Cause:** A stone in the shoe.\n\n**Solution:**\n\n* Take it out\n';
	const { article } = compileArticle(text, { path: 'kb901.md' });
	if (article === null) throw new Error('it did not compile');
	const diagnosis = aDiagnosis({ article, findings: [], server: null, notSeen: [] });
	expect(diagnosis.severity).toBe('unknown');
	expect(diagnosis.symptoms).toMatchObject([{ text: 'Pain', observed: null }]);
	expect(diagnosis.causes).toHaveLength(1);
	expect(diagnosis.solutions).toMatchObject([{ title: 'Take it out', how: 'guided', available: true }]);
});

test('the monitoring line carries the numbers', () => {
	expect(statusLine(aDiagnosis())).toBe('CRITICAL - 97 of 97 slots are taken | used=97;77;92;0;97');
});

test('a finding cannot forge numbers or a second line', () => {
	const forged = { ...full, facts: {}, text: 'a | used=0;0;0;0;0\nOK - all is well' };
	expect(statusLine(aDiagnosis({ findings: [forged] }))).toBe(
		'CRITICAL - a / used=0;0;0;0;0 OK - all is well',
	);
});

test('without a finding the state is unknown', () => {
	expect(statusLine(aDiagnosis({ findings: [] }))).toMatch(/^UNKNOWN - /);
});

test('the text leads from the line to the solution', () => {
	const titles = new Map(anArticle().checks.map(({ id, title }) => [id, title]));
	const text = toText(aDiagnosis(), (check) => titles.get(check) ?? check);
	const lines = text.split('\n');
	expect(lines[0]).toBe('CRITICAL - 97 of 97 slots are taken | used=97;77;92;0;97');
	expect(text).toContain('openiz on db1.example.org:5432 as ims_app, PostgreSQL 15.18');
	expect(text).toContain('Are the slots used up?');
	expect(text).toContain('only a person can say:\n    Who is it?\n');
	expect(text).toContain('1. Big pools (suspected)');
	expect(text).toContain('1. Shrink them (moderate risk, guided steps)');
	expect(text).not.toContain('\u001b');
});

test('the text says a reason once, trouble before what is in order, and what the server itself said', () => {
	const refused = {
		...full,
		check: 'who-is-it',
		verdict: 'otherwise',
		severity: 'unknown' as const,
		text: 'the attempt failed',
		facts: {},
		error: {
			code: '3D000',
			routine: 'InitPostgres',
			layer: 'startup' as const,
			message: 'db1:5432 has no database openzi.',
			next: ['See which there are: -d postgres.'],
		},
	};
	const fine = { ...full, severity: 'ok' as const, text: '2 of 97 slots are taken' };
	const why = 'no session: db1:5432 has no database openzi.';
	const notSeen = ['who-is-it', 'are-the-slots-used-up'].map((check) => ({ check, why, grant: null }));
	const diagnosis = aDiagnosis({ findings: [fine, refused], notSeen });
	const text = toText(diagnosis, (check) => check);
	expect(text.split(why)).toHaveLength(2);
	expect(text).toContain('  who-is-it; are-the-slots-used-up\n');
	expect(text.indexOf('the attempt failed')).toBeLessThan(text.lastIndexOf('2 of 97 slots'));
	const alone = aDiagnosis({ findings: [refused] });
	expect(statusLine(alone)).toBe('UNKNOWN - db1:5432 has no database openzi.');
});

test('the command that plans a fix goes to the server that was looked at', () => {
	const server = { ...aServer, database: "o'z" };
	const applied = { ...aDiagnosis({ server }) };
	const [solution] = applied.solutions;
	if (solution === undefined) throw new Error('no solution');
	const text = toText({ ...applied, solutions: [{ ...solution, how: 'applied' }] }, (check) => check);
	expect(text).toContain(
		"kbwizard fix KB900 shrink-them -h db1.example.org -p 5432 -U ims_app -d 'o'\\''z' --dry-run",
	);
});
