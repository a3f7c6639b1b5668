import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, posix, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

type Room = {
	/** Folders and files of `src/` that it may import, itself apart. */
	readonly own: readonly string[];
	/** From npm. */
	readonly packages: readonly string[];
};

/** What a database, a log or a file says is made harmless by all who handle it; it depends on nothing. */
const untrusted = 'evidence/untrusted.ts';

/** Who may know of whom: cli → ui → machine → article; evidence, fixes and report are reached through the ports. */
const rooms: Readonly<Record<string, Room>> = {
	article: {
		own: ['nearest-name.ts'],
		packages: ['github-slugger', 'libpg-query', 'marked', 're2js', 'yaml'],
	},
	machine: { own: ['article'], packages: ['xstate'] },
	evidence: {
		own: ['machine', 'article', 'nearest-name.ts', 'own-user.ts', 'system-code.ts'],
		packages: ['pg', 're2js'],
	},
	session: { own: ['machine', 'article', untrusted, 'system-code.ts'], packages: [] },
	fixes: {
		own: [
			'evidence',
			'machine',
			'article',
			'session',
			'child-entry.ts',
			'nearest-name.ts',
			'own-user.ts',
			'system-code.ts',
		],
		packages: ['pg'],
	},
	report: { own: ['machine', 'article', 'session', untrusted], packages: [] },
	lab: { own: ['article', 'child-entry.ts', 'own-user.ts'], packages: ['pg'] },
	ui: {
		own: ['machine', 'article', untrusted],
		packages: ['ink', 'marked', 'marked-terminal', 'react', 'string-width'],
	},
	cli: {
		own: [
			'ui',
			'machine',
			'article',
			'evidence',
			'fixes',
			'report',
			'session',
			'lab',
			'child-entry.ts',
			'nearest-name.ts',
			'own-user.ts',
			'system-code.ts',
		],
		packages: [],
	},
	build: { own: ['article', 'cli'], packages: ['rolldown'] },
	'child-entry.ts': { own: [], packages: [] },
	'nearest-name.ts': { own: [], packages: [] },
	'own-user.ts': { own: [], packages: [] },
	'system-code.ts': { own: [], packages: [] },
};

/** Programs of their own: they have a process to read, as the command line has. */
const childEntries = ['fixes/guardian.ts', 'fixes/restart/restarter.ts', 'lab/crowd.ts', 'lab/keeper.ts'];

type Source = { readonly path: string; readonly code: string };

async function sources(): Promise<readonly Source[]> {
	const entries = await readdir(join(root, 'src'), { recursive: true, withFileTypes: true });
	const files = entries.filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name));
	return Promise.all(
		files.map(async ({ parentPath, name }) => {
			const file = join(parentPath, name);
			const text = await readFile(file, 'utf8');
			return {
				path: relative(join(root, 'src'), file).split(sep).join('/'),
				code: text.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, ''),
			};
		}),
	);
}

const imported = /(?:^(?:import|export)\b[^;']*?from\s+|^import\s+|\bimport\(\s*)'([^']+)'/gm;

/** What a file imports, types too: a path below `src/`, or a package. */
function importsOf({ path, code }: Source): readonly { readonly own: boolean; readonly name: string }[] {
	return [...code.matchAll(imported)].flatMap(([, name = '']) => {
		if (name.startsWith('node:')) return [];
		const own = name.startsWith('.');
		return [{ own, name: own ? posix.join(dirname(path), name) : name }];
	});
}

const roomOf = (path: string): string => path.split('/')[0] ?? path;
const all = await sources();

describe('the layers', () => {
	test('every file is in a room that is known', () => {
		expect(all.map(({ path }) => roomOf(path)).filter((room) => !(room in rooms))).toEqual([]);
		expect(all.length).toBeGreaterThan(200);
	});

	test('nobody imports what is above or beside it', () => {
		const wrong = all.flatMap((source) => {
			const room = roomOf(source.path);
			const own = rooms[room]?.own ?? [];
			return importsOf(source)
				.filter((to) => to.own && roomOf(to.name) !== room)
				.filter(({ name }) => !own.some((allowed) => name === allowed || name.startsWith(`${allowed}/`)))
				.map(({ name }) => `${source.path} imports ${name}`);
		});
		expect(wrong).toEqual([]);
	});

	test('a package is known where it is needed, and nowhere else', () => {
		const wrong = all.flatMap((source) =>
			importsOf(source)
				.filter(({ own, name }) => !own && !rooms[roomOf(source.path)]?.packages.includes(name))
				.map(({ name }) => `${source.path} imports ${name}`),
		);
		expect(wrong).toEqual([]);
	});

	test('every package that is named is in use', () => {
		const used = new Set(all.flatMap((source) => importsOf(source).map(({ name }) => name)));
		expect(
			Object.values(rooms).flatMap(({ packages }) => packages.filter((name) => !used.has(name))),
		).toEqual([]);
	});

	test('only the command line, the build and the child programs touch the process', () => {
		const touching = all.filter(({ code }) => /\bprocess\.[a-z]/.test(code)).map(({ path }) => path);
		const programs = ['cli', 'build'];
		expect(
			touching.filter((path) => !programs.includes(roomOf(path)) && !childEntries.includes(path)),
		).toEqual([]);
	});

	test('only the screens know colours', () => {
		const colour = /\\(?:x1b|u001b|e)\[[0-9;]*m|\bstyleText\b|\bchalk\b|\bcolor=/i;
		const coloured = all.filter(({ code }) => colour.test(code)).map(({ path }) => path);
		expect(coloured.filter((path) => roomOf(path) !== 'ui')).toEqual([]);
	});
});
