/** A bundle made by hand, in the form that the script prints. */
import { createHash } from 'node:crypto';
import { fenceDigest, firstLine, lastLine, lineLength } from '../../../src/evidence/bundle/format.ts';
import { kb008 } from '../../helpers/bundle.ts';

export const at = '2026-11-22T14:00:00.123456+00:00';

export function record(kind: string, name: string, content: unknown): string {
	const json = JSON.stringify(content);
	const digest = createHash('sha256').update(json).digest('hex').slice(0, 8);
	const pieces = json.match(new RegExp(`.{1,${lineLength}}`, 'g')) ?? [];
	return [`record ${kind} ${name} ${json.length} ${digest}`, ...pieces.map((piece) => `[${piece}]`)].join(
		'\n',
	);
}

export const answered = (rows: readonly unknown[], about: unknown = {}) => ({
	said: 'answered',
	code: '00000',
	at,
	ms: 1.5,
	about,
	rows,
});

const server = {
	pid: 4711,
	version: '15.18',
	version_num: 150018,
	database: 'database-0a1b2c3d',
	role: 'role-4e5f6071',
	host: 'address-8293a4b5',
	port: 5432,
	superuser: false,
	monitor: true,
	may_use_reserve: false,
	provider: 'rds',
	used: 97,
	usable: 97,
	slot_limit: 100,
};

/** The digest of a check's first query. */
export function digestOf(check: string): string {
	const fence = kb008().checks.find(({ id }) => id === check)?.checks[0];
	if (fence === undefined) throw new Error(`there is no check ${check}`);
	return fenceDigest(fence);
}

export const slots = {
	verdict: 'full',
	used: 97,
	usable: 97,
	limit: 100,
	reserved: 3,
	hidden: 0,
	counted: '97',
	at_most: 97,
	free: 0,
	surely_free: '0',
};

export type BundleParts = {
	readonly article?: string;
	readonly sha256?: string;
	readonly format?: number;
	readonly more?: readonly string[];
	readonly tail?: boolean;
};

export function aBundle({
	article = 'KB008',
	sha256 = kb008().sha256,
	format = 1,
	more = [],
	tail = true,
}: BundleParts = {}): string {
	const about = { format, article, sha256, tool: '0.1.0', psql: '10.23' };
	return `${[
		firstLine,
		record('head', 'begin', answered([server], about)),
		record('check', digestOf('are-the-connection-slots-used-up'), answered([slots])),
		record('check', digestOf('is-a-role-at-its-connection-limit'), answered([])),
		record('check', digestOf('does-the-number-in-the-file-count'), {
			...answered([]),
			said: 'missing',
			code: '42501',
		}),
		...more,
		...(tail ? [record('tail', 'end', answered([])), lastLine] : []),
	].join('\n')}\n`;
}
