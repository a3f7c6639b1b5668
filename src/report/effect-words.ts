/** What an effect does, in a person's words: the journal names it by its kind. */
import type { FactValue } from '../machine/ports.ts';
import type { IntentEntry } from '../session/record.ts';

type Told = Pick<IntentEntry, 'effect' | 'object' | 'old' | 'set'>;

/** By the kind of an effect; the others say their kind as it is. */
const inWords: Readonly<Record<string, (object: string) => string>> = {
	fence: (object) => `fence ${object}`,
	terminate: (object) => `end ${object}`,
	'terminate processes': (object) => `end ${object}`,
	cancel: (object) => `cancel what is under way in ${object}`,
	'connection-limit': (object) => `the connection limit of ${object}`,
	'allow-connections': (object) => `connections to ${object} allowed`,
	setting: (object) => `set ${object}`,
	write: (object) => `write ${object}`,
	openiz: (object) => `edit ${object}`,
	'comment-out': (object) => `comment out in ${object}`,
	reload: (object) => `have ${object} read again`,
	restart: (object) => `restart ${object}`,
	sql: (object) => `run ${object}`,
	'replication-role': (object) => `create ${object}`,
	'replication-slot': (object) => `create ${object}`,
	'replication-access': (object) => `allow replication in ${object}`,
	'standby-proof': (object) => `try ${object}`,
	undo: (object) => `take back: ${object}`,
};

/** Those whose value is one that a reader knows; a file's is a hash. */
const limits: ReadonlySet<string> = new Set(['connection-limit']);
const told: ReadonlySet<string> = new Set(['connection-limit', 'allow-connections', 'setting']);

function shown(effect: string, value: FactValue): string {
	if (value === null) return 'not set';
	return limits.has(effect) && value === -1 ? 'no limit' : String(value);
}

/** `end 65 sessions`; `the connection limit of role ims: no limit → 11`. */
export function effectInWords({ effect, object, old, set }: Told): string {
	const what = inWords[effect]?.(object) ?? `${effect}: ${object}`;
	return set === undefined || !told.has(effect)
		? what
		: `${what}: ${shown(effect, old)} → ${shown(effect, set)}`;
}
