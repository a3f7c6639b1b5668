/** The languages of an `apply` or `undo` fence: what a solution can do. */

export type Effect = {
	/** Attributes besides `min`, `max` and `timeout`. `on` is for those that act on another server than the one held. */
	readonly attributes: readonly string[];
	/** It changes something, so that a check must prove it. */
	readonly changes: boolean;
	/** It acts on the rows of the step's preview, and cannot do without. */
	readonly needsPreview: boolean;
	/** It changes files of the machine that the tool runs on, and nothing on the server. */
	readonly onHost?: true;
	/** That it came through is the proof of it: it has looked itself at what it is for. */
	readonly provesItself?: true;
	/** A person does it, elsewhere: the tool says what exactly, with the values filled in. */
	readonly spelledOut?: true;
};

function effect(attributes: readonly string[], needsPreview = false, changes = true): Effect {
	return { attributes, changes, needsPreview };
}

export const effects: Readonly<Record<string, Effect>> = {
	terminate: effect(['fence'], true),
	cancel: effect(['fence'], true),
	setting: effect(['name', 'value', 'system', 'database', 'role', 'at-least']),
	'connection-limit': effect(['database', 'role', 'limit']),
	'allow-connections': effect(['database']),
	openiz: {
		...effect([
			...['config', 'stm', 'max-requests'],
			...['max-pool-size', 'budget', 'instances', 'others'],
			...['readonly', 'host', 'port'],
		]),
		onHost: true,
	},
	/** Read back. */
	write: { ...effect(['path', 'mode', 'keep']), provesItself: true },
	restart: effect(['by', 'because']),
	/** The lines that a server cannot take, out of its files; it looks afterwards whether there are more. */
	'comment-out': { ...effect([]), provesItself: true },
	/** The order of a primary and its standbys: looks, and asks. */
	standbys: effect(['raised', 'on'], false, false),
	/** A look through the pooler that `on=` names. */
	pooler: { ...effect(['on'], false, false), provesItself: true },
	/** Somebody else does something, and it is waited for: changes nothing. */
	wait: effect(['until', 'of', 'for'], false, false),
	sql: effect(['database', 'if']),
	'replication-role': effect(['role', 'password']),
	'replication-slot': effect(['slot']),
	'replication-access': effect(['role', 'address']),
	'base-backup': { ...effect(['primary', 'role', 'slot']), spelledOut: true },
	'standby-proof': effect(['on', 'slot']),
	'standby-settings': { ...effect(['on', 'max-connections'], false, false), spelledOut: true },
	/** A person does it. */
	step: effect([], false, false),
};

export function isEffect(language: string): boolean {
	return Object.hasOwn(effects, language);
}
