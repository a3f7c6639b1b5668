/** A password is asked for when the server turns out to want one, as psql does. */
import type { ConnectionSettings } from '../evidence/postgres/connection-settings.ts';
import { Secret } from '../evidence/postgres/secret.ts';
import type { OptionValues } from './arguments.ts';
import { untilCancelled } from './until-cancelled.ts';
import type { World } from './world.ts';

/** A server that says nothing is looked at by the wizard, where it can be seen; in milliseconds. */
const longestLook = 3_000;

/**
 * Looks once, where nothing gives a password, whether the server wants one, and asks. All else that may go wrong
 * then is the wizard's to find.
 * @throws CancelledError
 */
export async function withWantedPassword(
	settings: ConnectionSettings,
	options: OptionValues,
	{ stdin, signal, now }: World,
): Promise<ConnectionSettings> {
	const mayAsk = stdin.isTerminal && !options.flag('no-password') && !options.flag('no-input');
	if (!mayAsk || settings.hosts.some(({ password }) => password !== null)) return settings;
	const { attemptSession } = await import('../evidence/postgres/attempt.ts');
	const connectTimeoutMs = Math.min(settings.connectTimeoutMs, longestLook);
	const { attempt, session } = await untilCancelled(
		attemptSession({ ...settings, connectTimeoutMs }, { clock: now, signal }),
		signal,
	);
	await session?.close();
	if (attempt.failure?.code !== 'no-password') return settings;
	const password = new Secret(await stdin.askSecret(`Password for user ${settings.user}: `));
	return { ...settings, hosts: settings.hosts.map((host) => ({ ...host, password })) };
}
