/** Which line of pg_hba.conf decides, and where the new one goes. */
import { describe, expect, test } from 'vitest';
import {
	type AccessRule,
	accessBy,
	accessLine,
	networkOf,
	withLine,
} from '../../src/fixes/replication/access-rules.ts';

function rule(line: number, method: string, applies: boolean | null): AccessRule {
	return { line, file: null, type: 'host', method, applies };
}

describe('who is let in', () => {
	test.each([
		[
			'the first line that applies',
			[rule(1, 'reject', false), rule(2, 'md5', true), rule(3, 'reject', true)],
			'open',
			2,
		],
		['a line that turns away', [rule(1, 'reject', true), rule(2, 'trust', true)], 'closed', 1],
		['one that may turn away comes first', [rule(1, 'reject', null), rule(2, 'trust', true)], 'closed', 1],
		['one that may let in is no promise', [rule(1, 'trust', null), rule(2, 'reject', true)], 'closed', 2],
		['a way that the password does not pass', [rule(1, 'cert', true)], 'closed', 1],
		['none', [], 'closed', null],
	] as const)('%s', (_, rules, kind, line) => {
		const access = accessBy(rules);
		const decides = access.kind === 'open' ? access.by : access.before;
		expect([access.kind, decides?.line ?? null]).toEqual([kind, line]);
	});
});

test('an address is a network of one', () => {
	expect(networkOf('10.0.0.2')).toBe('10.0.0.2/32');
	expect(networkOf(' 10.0.0.0/8 ')).toBe('10.0.0.0/8');
	expect(networkOf('fe80::1')).toBe('fe80::1/128');
	for (const wrong of ['db2', '10.0.0', '10.0.0.1/33', '10.0.0.1/', '10.0.0.1/8/8', '0.0.0.0/0 trust\n'])
		expect(networkOf(wrong)).toBeNull();
});

test('a role with a name of the file’s own, or with blanks, is quoted', () => {
	expect(accessLine('standby', '10.0.0.2/32', true)).toBe(
		'hostssl replication standby 10.0.0.2/32 scram-sha-256',
	);
	expect(accessLine('all', '::1/128', false)).toBe('host replication "all" ::1/128 scram-sha-256');
	expect(accessLine('a "b"', '::1/128', false)).toBe('host replication "a ""b""" ::1/128 scram-sha-256');
});

test.each([
	['above a line', '# one\nreject\n', 2, '# one\nNEW\nreject\n'],
	['above the first', 'reject', 1, 'NEW\nreject'],
	['at the end', 'one\n', null, 'one\nNEW\n'],
	['at the end of a line without its end', 'one', null, 'one\nNEW\n'],
	['in a file of Windows', 'one\r\ntwo\r\n', 2, 'one\r\nNEW\r\ntwo\r\n'],
	['in an empty file', '', null, 'NEW\n'],
] as const)('a line %s, and nothing else', (_, before, line, after) => {
	expect(withLine(Buffer.from(before), 'NEW', line).toString()).toBe(after);
});
