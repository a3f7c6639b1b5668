/** A password is asked for when the server turns out to want one, as psql does. */
import type { ConnectionSettings } from '../evidence/postgres/connection-settings.ts';
import { Secret } from '../evidence/postgres/secret.ts';
import type { OptionValues } from './arguments.ts';
import { untilCancelled } from './until-cancelled.ts';
import type { World } from './world.ts';

/** A server that says nothing is looked at by the wizard, where it can be seen; in milliseconds. */
const longestLook = 3_000;

/** Whether a password would be asked for: nothing gives one, and somebody may be asked. */
export function mayAskPassword(
	{ hosts }: ConnectionSettings,
	options: OptionValues,
	{ stdin }: World,
): boolean {
	const somebody = stdin.isTerminal && !options.flag('no-password') && !options.flag('no-input');
	return somebody && hosts.every(({ password }) => password === null);
}

export type PasswordLook = {
	/** Aborted: it is not wanted any more. */
	readonly signal: AbortSignal;
	readonly now: World['now'];
	readonly askSecret: (prompt: string) => Promise<string>;
};

/**
 * Looks once whether the server wants a password, and asks. All else that may go wrong then is the wizard's to find.
 * @throws CancelledError, or the signal's reason
 */
export async function withWantedPassword(
	settings: ConnectionSettings,
	{ signal, now, askSecret }: PasswordLook,
): Promise<ConnectionSettings> {
	const { attemptSession } = await import('../evidence/postgres/attempt.ts');
	const connectTimeoutMs = Math.min(settings.connectTimeoutMs, longestLook);
	const { attempt, session } = await untilCancelled(
		attemptSession({ ...settings, connectTimeoutMs }, { clock: now, signal }),
		signal,
	);
	await session?.close();
	if (attempt.failure?.code !== 'no-password') return settings;
	const password = new Secret(
		await untilCancelled(askSecret(`Password for user ${settings.user}: `), signal),
	);
	return { ...settings, hosts: settings.hosts.map((host) => ({ ...host, password })) };
}
