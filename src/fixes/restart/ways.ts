/** By whom the server can be restarted from here, and by which programs. */
import { join } from 'node:path';
import type { Located, Postmaster, Self } from '../../evidence/host/postmaster.ts';
import type { RestartOrders } from './orders.ts';
import { asTyped, type Program, shellWord } from './program.ts';

export type Way = 'pg_ctl' | 'service' | 'somebody else';

export type Ways = {
	/** What is possible here; the last is always `somebody else`. */
	readonly possible: readonly Way[];
	/** Why the tool itself cannot; null: it can. */
	readonly whyNot: string | null;
	/** What a person types on the server's machine. */
	readonly byHand: string;
};

/** How long `pg_ctl` waits, in seconds: a checkpoint or a recovery takes what it takes, and a failure ends it at once. */
const patienceSeconds = '3600';

/** A server that is not managed by anybody known to us is restarted by its own program. */
export function waysOf(located: Located): Ways {
	if (!located.here)
		return {
			possible: ['somebody else'],
			whyNot: located.why,
			byHand:
				'systemctl restart postgresql, or pg_ctl restart -D DATA_DIRECTORY as its user; on Windows, restart its service',
		};
	const { postmaster, self } = located;
	const { manager, pid } = postmaster;
	const not = (whyNot: string, byHand: string): Ways => ({ possible: ['somebody else'], whyNot, byHand });
	const can = (way: Way, byHand: string): Ways => ({
		possible: [way, 'somebody else'],
		whyNot: null,
		byHand,
	});
	switch (manager.kind) {
		case 'systemd': {
			const command = `systemctl restart ${shellWord(manager.unit)}`;
			return self.uid === 0
				? can('service', command)
				: not(`it is the service ${manager.unit}, which root restarts`, `sudo ${command}`);
		}
		case 'windows':
			return can('service', `net stop "${manager.service}" & net start "${manager.service}"`);
		case 'nobody': {
			const command = `${shellWord(join(postmaster.binDir, 'pg_ctl'))} restart -D ${shellWord(postmaster.dataDir)} -m fast`;
			const why = whyNotByControl(postmaster, self);
			return why === null
				? can('pg_ctl', command)
				: not(`${why} (process ${pid})`, `${command}, as the server's own user`);
		}
	}
}

/** Why `pg_ctl` would not start it again as it is; null: it would. */
function whyNotByControl({ owner, groups, output }: Postmaster, { uid }: Self): string | null {
	if (owner === null) return 'it is no service, and was started by hand';
	if (uid !== 0 && uid !== owner.uid) return 'it is another user’s server';
	if (uid === 0 && uid !== owner.uid && groups.length > 0)
		return 'it runs with further groups, which it would lose';
	if (output === null || output.kind === 'other')
		return 'what it says goes to whoever started it, who must start it again';
	return null;
}

export type Settings = readonly { readonly name: string; readonly value: string }[];

/**
 * What the restarting process is told.
 * @param before the values that it runs with now, of the settings that would change
 * @param canBeAsked it is 15 or later: its program computes what it would need before it starts
 */
export function ordersFor(
	way: Exclude<Way, 'somebody else'>,
	{ postmaster, self }: Extract<Located, { readonly here: true }>,
	before: Settings,
	canBeAsked: boolean,
): RestartOrders {
	const { manager, binDir, dataDir, options, output, environment, owner } = postmaster;
	const user = self.uid === 0 && owner !== null && owner.uid !== 0 ? owner : null;
	const program = (name: string, args: readonly string[], says: boolean): Program => ({
		file: join(binDir, name),
		args,
		user,
		environment,
		says,
	});
	const log =
		output === null
			? null
			: output.kind === 'collector' || output.kind === 'other'
				? { path: join(dataDir, 'kbwizard-restart.log'), ours: true }
				: { path: output.path, ours: false };
	const control = (settings: Settings): Program => {
		const all = [...options, ...settings.flatMap(({ name, value }) => ['-c', `${name}=${value}`])];
		const args = ['start', '-D', dataDir, '-w', '-t', patienceSeconds];
		if (log !== null) args.push('-l', log.path);
		if (all.length > 0) args.push('-o', all.map(shellWord).join(' '));
		return program('pg_ctl', args, false);
	};
	const controlStop = program(
		'pg_ctl',
		['stop', '-D', dataDir, '-m', 'fast', '-w', '-t', patienceSeconds],
		true,
	);
	// On Windows there is no way back by the command line: what is stopped there is started, whatever the program says.
	const check =
		canBeAsked && self.platform !== 'win32'
			? program('postgres', ['-D', dataDir, ...options, '-C', 'shared_memory_size'], true)
			: null;
	const asBefore = before.length === 0 || self.platform === 'win32' ? null : control(before);
	const service = (action: 'stop' | 'start'): Program => {
		const common = { user: null, environment: null, says: true };
		return manager.kind === 'systemd'
			? { file: 'systemctl', args: ['--no-ask-password', action, manager.unit], ...common }
			: { file: 'net', args: [action, manager.kind === 'windows' ? manager.service : ''], ...common };
	};
	return {
		pidFile: join(dataDir, 'postmaster.pid'),
		stop: way === 'service' ? service('stop') : controlStop,
		check,
		start: way === 'service' ? service('start') : control([]),
		asBefore,
		log,
	};
}

/** After a start with the values from before: stopped by its own program, and started the ordinary way. */
export function ordersOnceMore(
	orders: RestartOrders,
	located: Extract<Located, { readonly here: true }>,
): RestartOrders {
	const { stop } = ordersFor('pg_ctl', located, [], false);
	return { ...orders, stop, check: null };
}

/** The commands, in the order in which they run while all goes well. */
export function commandsOf({ stop, check, start }: RestartOrders): readonly string[] {
	return [stop, ...(check === null ? [] : [check]), start].map(asTyped);
}
