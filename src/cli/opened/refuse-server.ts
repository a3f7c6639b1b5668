import type { Invocation } from '../arguments.ts';
import { usageError } from '../errors.ts';

const connecting = ['host', 'port', 'username', 'dbname', 'server', 'rescue', 'wait'] as const;

/** A bundle never says where to connect to, and nothing is connected beside it. @throws ExpectedError with status 64 */
export function refuseServer({ options, positionals }: Invocation): void {
	const given = connecting.find((name) => options.one(name) !== null);
	if (given === undefined && positionals.SERVER?.[0] === undefined && !options.flag('password')) return;
	throw usageError('what was collected earlier is read without a server, and a server is given', [
		'leave the server away to read the file',
		'or look at the server itself: kbwizard check SERVER',
	]);
}
