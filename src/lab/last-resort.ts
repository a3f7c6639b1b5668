/** Ends a server whose keeper is gone: killed, not asked to go. */
import { spawn } from 'node:child_process';

/**
 * Waits for the end of its input, which comes with the keeper's own end; then does in a few words of shell what the
 * keeper would have done. After an ordinary end there is nothing left to find, and it does nothing. `-QUIT` is
 * PostgreSQL's immediate shutdown: the postmaster takes its sessions with it, as nothing else does.
 */
const script = `
cat > /dev/null
[ -d "$1" ] || exit 0
if pid=$(head -n 1 "$1/data/postmaster.pid" 2> /dev/null) && [ "$pid" -gt 1 ]; then
	kill -CONT "$pid"
	kill -QUIT "$pid"
	left=100
	while [ $left -gt 0 ] && kill -0 "$pid"; do
		sleep 0.1
		left=$((left - 1))
	done
	kill -KILL "$pid"
fi 2> /dev/null
rm -rf "$1"`;

/**
 * Starts it beside the calling process. It is a shell of its own session, so that neither a Ctrl-C nor whatever
 * ends every Node reaches it. Not to be had on Windows, which has no such shell.
 */
export function watchOver(folder: string, environment: Readonly<Record<string, string | undefined>>): void {
	const child = spawn('/bin/sh', ['-c', script, 'kbwizard-lab', folder], {
		cwd: '/',
		detached: true,
		env: environment,
		stdio: ['pipe', 'ignore', 'ignore'],
	});
	// Without it the keeper does what it always does; only its violent end then leaves something behind.
	child.on('error', () => undefined);
	child.stdin.on('error', () => undefined);
	child.unref();
}
