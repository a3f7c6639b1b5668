/**
 * Build step: the programs in one file each, and what not every run needs in files beside them.
 *
 * Every file on the way to the first frame costs about half a millisecond to find and link, so what is needed for it
 * goes into one; the screens stay apart, because without a terminal nobody loads them.
 */
import { fileURLToPath } from 'node:url';
import { type ChunkingContext, rolldown } from 'rolldown';

const root = fileURLToPath(new URL('../../', import.meta.url));
const source = fileURLToPath(new URL('../', import.meta.url));
const screens = fileURLToPath(new URL('../ui/', import.meta.url));
const firstFrame = [
	'cli/main.ts',
	'cli/commands/wizard.ts',
	'machine/pending-wizard.ts',
	'ui/run-wizard.tsx',
];

/** These and all that they import before they run. */
function reachedFrom(entries: readonly string[], context: ChunkingContext): ReadonlySet<string> {
	const reached = new Set(entries);
	// A set is walked to its end, also where it grows meanwhile.
	for (const id of reached)
		for (const imported of context.getModuleInfo(id)?.importedIds ?? []) reached.add(imported);
	return reached;
}

let onTheWay: ReadonlySet<string> | null = null;

const bundle = await rolldown({
	cwd: root,
	input: {
		kbwizard: 'src/cli/main.ts',
		guardian: 'src/fixes/guardian.ts',
		restarter: 'src/fixes/restart/restarter.ts',
		keeper: 'src/lab/keeper.ts',
		crowd: 'src/lab/crowd.ts',
	},
	platform: 'node',
	// The parser brings its WebAssembly; the others are asked for by their libraries only where somebody installed them.
	external: ['libpg-query', 'pg-native', 'react-devtools-core'],
	resolve: {
		alias: { 'string-width': fileURLToPath(new URL('../ui/fast-string-width.ts', import.meta.url)) },
	},
	transform: {
		target: 'node22.12',
		// Looking at the global `fetch` would load all of undici.
		define: { 'process.env.NODE_ENV': '"production"', fetch: 'undefined' },
	},
	preserveEntrySignatures: 'allow-extension',
	onLog(level, log, handler) {
		// Ours or not, a warning is a mistake in what ships.
		if (level === 'warn') throw new Error(log.message);
		handler(level, log);
	},
});
await bundle.write({
	dir: fileURLToPath(new URL('../../dist', import.meta.url)),
	cleanDir: true,
	format: 'esm',
	minify: true,
	codeSplitting: {
		includeDependenciesRecursively: false,
		groups: [
			{
				debugName: 'first-frame',
				name(id, context) {
					onTheWay ??= reachedFrom(
						firstFrame.map((path) => `${source}${path}`),
						context,
					);
					const shared = id.startsWith(source) && !id.startsWith(screens);
					return shared && onTheWay.has(id) ? 'first-frame' : null;
				},
			},
		],
	},
});
await bundle.close();
