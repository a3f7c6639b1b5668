/** Which service manager looks after a process, as the system itself tells. */

/**
 * The systemd service that a process belongs to, from `/proc/PID/cgroup`. A login's session or a user's own manager is
 * none: what runs there was started by hand.
 * @returns null where there is none
 */
export function systemdUnitOf(cgroup: string): string | null {
	for (const line of cgroup.split('\n')) {
		const [, controllers = '', path = ''] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
		if (controllers !== '' && controllers !== 'name=systemd') continue;
		const parts = path.split('/');
		const last = parts.findLast((part) => part.endsWith('.service'));
		if (last === undefined || parts.some((part) => /^user@\d+\.service$/.test(part))) continue;
		if (/^[\w@.:\\-]+$/.test(last) && !last.startsWith('-')) return last;
	}
	return null;
}

/**
 * The Windows service whose process is `pid`, from `sc queryex type= service state= all`. Its labels are translated,
 * its values and their order are not: a block begins with the name, and its last number but one is the process.
 * @returns null where none is
 */
export function windowsServiceOf(answer: string, pid: number): string | null {
	const blocks = answer.split(/\r?\n\s*\r?\n/);
	for (const block of blocks) {
		const values = block
			.split(/\r?\n/)
			.map((line) => /^\s*\S[^:]*:\s*(.*?)\s*$/.exec(line)?.[1] ?? null)
			.filter((value) => value !== null);
		const name = values[0];
		const process = values.at(-2);
		if (name !== undefined && name !== '' && process === String(pid)) return name;
	}
	return null;
}
