#!/usr/bin/env node
// Finds a Node that will do, hides what `ps` must not show, and runs the program. No logic of the program is here, and
// no syntax that an old Node cannot read.
import module from 'node:module';
import { fileURLToPath } from 'node:url';

const oldest = [22, 12];
const root = new URL('../', import.meta.url);
const entry = new URL('dist/kbwizard.js', root);
/** As a script gets them: an import would set up all that these modules have, before the first frame. */
const { existsSync } = module.createRequire(import.meta.url)('fs');
/** Tells the child that its arguments come by the channel; it is no secret, and removed at once. */
const marker = 'KBWIZARD_ARGUMENTS_BY_CHANNEL';
const endings = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'];

function newEnough(version) {
	const [major, minor] = version.split('.').map(Number);
	return major > oldest[0] || (major === oldest[0] && minor >= oldest[1]);
}

/** The argument with the password of a URI or conninfo string blanked. */
function blanked(argument) {
	return argument
		.replace(/(:\/\/[^\s:/@?#]*):\S*@/g, '$1:***@')
		.replace(/((?:^|[\s?&;=])[\w%]*(?:pass|secret|%)[\w%]*\s*=\s*)(?:'(?:[^'\\]|\\.)*'?|[^\s&]*)/gi, '$1***');
}

function giveUp(line) {
	process.stderr.write(`kbwizard: ${line}\n`);
	process.exitCode = 70;
}

/** Runs this same file under a newer Node: the arguments go by the channel, and the channel's end is its end. */
async function runUnder(node, args) {
	const [{ spawn }, { constants }] = await Promise.all([import('node:child_process'), import('node:os')]);
	const child = spawn(node, [fileURLToPath(import.meta.url), ...args.map(blanked)], {
		env: { ...process.env, [marker]: '1' },
		stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
	});
	for (const signal of endings) process.on(signal, () => child.kill(signal));
	child.on('error', (error) => giveUp(`could not start ${node}: ${error.message}`));
	child.on('exit', (code, signal) => process.exit(code === null ? 128 + constants.signals[signal] : code));
	// A child that ended before it took them is told by its exit.
	child.send({ arguments: args }, () => {});
}

async function run(args) {
	if (!existsSync(entry)) return giveUp('it is not built yet: run `npm run build`');
	if (args.some((argument) => blanked(argument) !== argument)) {
		process.title = ['kbwizard', ...args.map(blanked)].join(' ');
	}
	if (module.enableCompileCache !== undefined) module.enableCompileCache();
	const { main } = await import(entry.href);
	await main(args, root);
}

if (process.env[marker] !== undefined && process.send !== undefined) {
	delete process.env[marker];
	process.once('message', (message) => {
		// The channel stays open to notice the parent's end, but does not keep this process from its own.
		process.once('disconnect', () => process.kill(process.pid, 'SIGHUP'));
		process.channel.unref();
		run(message.arguments);
	});
} else if (newEnough(process.versions.node)) {
	await run(process.argv.slice(2));
} else {
	const args = process.argv.slice(2);
	const pinned = fileURLToPath(
		new URL(`node_modules/node/bin/node${process.platform === 'win32' ? '.exe' : ''}`, root),
	);
	if (existsSync(pinned)) {
		process.title = ['kbwizard', ...args.map(blanked)].join(' ');
		await runUnder(pinned, args);
	} else {
		giveUp(
			`Node ${oldest.join('.')} or newer is needed, and this is ${process.versions.node}: https://nodejs.org`,
		);
	}
}
