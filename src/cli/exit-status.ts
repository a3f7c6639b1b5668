/** The exit status of every command: the only place that decides one. */
import type { Severity } from '../article/article.ts';

export const exitStatus = {
	done: 0,
	/** `check`, `watch` and the wizard, as monitoring plugins say it. */
	warning: 1,
	critical: 2,
	undetermined: 3,
	/** `fix`, `undo`, `resume`. */
	notVerified: 1,
	notDone: 2,
	partly: 3,
	/** Everywhere, as sysexits.h names them. */
	usage: 64,
	badData: 65,
	bug: 70,
	hangup: 129,
	interrupted: 130,
	terminated: 143,
} as const;

export type ExitStatus = (typeof exitStatus)[keyof typeof exitStatus];

/** What a diagnosis ends with: there is nothing between ok and warning in monitoring. */
export function statusOfSeverity(severity: Severity): ExitStatus {
	switch (severity) {
		case 'ok':
		case 'info':
			return exitStatus.done;
		case 'warning':
			return exitStatus.warning;
		case 'critical':
			return exitStatus.critical;
		case 'unknown':
			return exitStatus.undetermined;
	}
}

/** Signals that end the program in order. */
export type EndingSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

export function statusOfSignal(signal: EndingSignal): ExitStatus {
	switch (signal) {
		case 'SIGINT':
			return exitStatus.interrupted;
		case 'SIGHUP':
			return exitStatus.hangup;
		case 'SIGTERM':
			return exitStatus.terminated;
	}
}

/** What a command that could not be carried out ends with: nothing was changed, nothing was determined, bad data. */
export function failedStatus(args: readonly string[]): ExitStatus {
	if (args.some((word) => word === 'fix' || word === 'undo' || word === 'resume')) return exitStatus.notDone;
	if (args.some((word) => word === 'report' || word === 'sessions' || word === 'lint'))
		return exitStatus.badData;
	return exitStatus.undetermined;
}
