/** What the article promises to those who name its parts, and to those who only read it. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { lintArticle } from '../../src/article/lint.ts';
import { articlePath, articleText, kb008, weigh } from './kb008.ts';

const causes = `pools-larger-than-the-server a-connection-leak sessions-idle-in-transaction a-lock-pile-up
a-forgotten-prepared-transaction an-advisory-lock-held-by-an-idle-session a-lost-synchronous-standby abandoned-queries
an-overloaded-server a-role-connection-limit a-database-connection-limit too-few-walsenders
a-database-closed-to-connections sessions-stalled-in-authentication a-connection-storm max-connections-too-low
misconfigured-reserved-slots another-application-holds-the-slots a-pooler-limit a-name-that-does-not-resolve
nothing-listens-there a-network-that-swallows-packets a-server-that-accepts-but-does-not-answer rejected-credentials
a-tls-mismatch a-server-starting-or-stopping an-operating-system-limit idle-connections-dropped-by-the-network
a-crashed-backend an-exhausted-client-pool a-standby-with-lower-settings a-setting-not-applied`.split(/\s+/);

const solutions = `increase-the-number-of-connections disconnect-all-clients disable-multi-threaded-fetches
reduce-the-ims-instances add-read-only-nodes disconnect-idle-clients end-the-blocking-session cancel-abandoned-queries
shrink-the-pools set-timeouts make-room-on-the-servers-own-host finish-the-prepared-transaction release-waiting-commits lift-the-connection-limit
allow-connections correct-the-reserved-slots limit-the-other-application give-the-ims-its-own-role
apply-the-edited-setting correct-the-configuration-file put-a-pooler-in-front make-room-for-walsenders
end-stalled-logins raise-the-pooler-limit raise-the-operating-system-limit raise-the-standby-first relieve-the-server
agree-on-tls find-what-ended-the-backend enable-keepalives restore-the-network-path correct-the-credentials
correct-the-address start-the-server wait-for-the-server restart-the-ims`.split(/\s+/);

test('lint finds nothing to say', async () => {
	expect(await lintArticle(articleText, { path: articlePath })).toEqual([]);
});

test('causes and solutions have the ids that scripts name', () => {
	const article = kb008();
	expect(article.causes.map(({ id }) => id)).toEqual(causes);
	expect(article.solutions.map(({ id }) => id).toSorted()).toEqual(solutions.toSorted());
});

test('the published symptoms are there, each error tied to the check that looks for it', () => {
	const { symptoms } = kb008();
	expect(symptoms.map(({ id, check }) => [id, check])).toEqual([
		['synchronizations-or-applications-no-longer-work-or-are-very-slow', null],
		['you-find-one-of-the-following-errors-in-your-log-files-multiple-times', null],
		['you-are-unable-to-connect-to-the-server-via-administration-tools', 'can-we-connect'],
	]);
	expect(symptoms.flatMap(({ children }) => children.map(({ check }) => check))).toEqual([
		'does-the-application-log-refusals',
		'does-the-application-log-read-timeouts',
	]);
});

test('the solutions that are applied in this version are these; every other one is a guided one with steps', () => {
	const article = kb008();
	expect(article.solutions.filter(({ how }) => how === 'applied').map(({ id }) => id)).toEqual([
		'increase-the-number-of-connections',
		'disconnect-all-clients',
		'disable-multi-threaded-fetches',
		'disconnect-idle-clients',
		'make-room-on-the-servers-own-host',
		'end-the-blocking-session',
		'cancel-abandoned-queries',
		'shrink-the-pools',
		'set-timeouts',
		'finish-the-prepared-transaction',
		'release-waiting-commits',
		'lift-the-connection-limit',
		'allow-connections',
		'correct-the-reserved-slots',
		'limit-the-other-application',
		'apply-the-edited-setting',
	]);
	for (const { id, how, steps, verify } of article.solutions) {
		expect(verify, id).not.toBeNull();
		if (how === 'guided') expect(steps.length, id).toBeGreaterThan(1);
	}
});

test('a severe solution wants something typed', () => {
	for (const { id, risk, confirm } of kb008().solutions) expect(confirm !== null, id).toBe(risk === 'severe');
});

test('every verdict that says an application suffers leads to a cause or to the next check', () => {
	for (const { id, branches } of kb008().checks)
		for (const { verdict, severity, causes: links, next } of branches)
			if (severity === 'critical') expect(links.length > 0 || next !== null, `${id}: ${verdict}`).toBe(true);
});

test('pools that are larger than a server with room are named, and are no alarm', () => {
	const larger = {
		'are-the-connection-slots-used-up': 'free',
		'does-the-configuration-ask-for-more-than-there-is': 'larger',
	};
	expect(weigh(larger)).toMatchObject([
		{ id: 'pools-larger-than-the-server', standing: 'suspected', severity: 'info' },
	]);
	const [first] = weigh({ ...larger, 'are-there-walsenders-to-spare': 'none to spare' });
	expect(first?.id).toBe('too-few-walsenders');
});

test('where only the processes can be looked at, what they do comes before the pools', () => {
	const seen = (processes: string) =>
		weigh({ 'can-we-connect': 'ordinary slots gone', 'what-do-the-processes-show': processes }).map(
			({ id }) => id,
		);
	expect(seen('slots held')).toEqual(['pools-larger-than-the-server']);
	expect(seen('idle in transaction')).toEqual(['sessions-idle-in-transaction']);
	expect(seen('waiting for a standby')).toEqual(['a-lost-synchronous-standby']);
	expect(seen('at work')).toEqual(['an-overloaded-server', 'max-connections-too-low']);
	expect(seen('blocked')[0]).toBe('a-lock-pile-up');
});

test('its source and licence are named, in the article and beside it', () => {
	const { source } = kb008();
	expect(source?.licence).toBe('Apache-2.0');
	const notice = readFileSync(new URL('../../NOTICE', import.meta.url), 'utf8');
	expect(notice).toContain('Apache License, Version 2.0');
	expect(notice).toContain(source?.url ?? 'no address');
});
