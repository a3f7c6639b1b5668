/** Command line → what was asked for, or an error that names what was probably meant. */
import { parseArgs } from 'node:util';
import { nearestName } from '../nearest-name.ts';
import { type CommandName, commandSpec, commands, isCommandName, type Positional } from './commands.ts';
import { usageError } from './errors.ts';
import { type FlagName, isOptionName, type OptionName, options, specOf, type ValueName } from './options.ts';

/** The options that were given, by name. */
export class OptionValues {
	readonly #flags: ReadonlySet<string>;
	readonly #values: ReadonlyMap<string, readonly string[]>;
	constructor(flags: ReadonlySet<string>, values: ReadonlyMap<string, readonly string[]>) {
		this.#flags = flags;
		this.#values = values;
	}

	flag(name: FlagName): boolean {
		return this.#flags.has(name);
	}

	/** The last value given; null: none was. */
	one(name: ValueName): string | null {
		return this.#values.get(name)?.at(-1) ?? null;
	}

	many(name: ValueName): readonly string[] {
		return this.#values.get(name) ?? [];
	}

	/** `NAME=VALUE` of a repeatable option; a name given twice has its last value. */
	pairs(name: ValueName): ReadonlyMap<string, string> {
		return new Map(
			this.many(name).map((pair) => {
				const at = pair.indexOf('=');
				if (at < 1) throw usageError(`--${name} wants ${specOf(name).value ?? 'NAME=VALUE'}, not "${pair}"`);
				return [pair.slice(0, at), pair.slice(at + 1)];
			}),
		);
	}
}

export type Invocation = {
	readonly command: CommandName;
	/** What stands where, by the names of the command's table; a server is under `SERVER`. */
	readonly positionals: Readonly<Partial<Record<Positional['name'], readonly string[]>>>;
	readonly options: OptionValues;
};

export type Request =
	| { readonly kind: 'help'; readonly command: CommandName | null }
	| { readonly kind: 'version' }
	| { readonly kind: 'command'; readonly invocation: Invocation };

type Given = {
	readonly name: string;
	readonly raw: string;
	readonly value: string | undefined;
	readonly inline: boolean;
};

/** Splits words by the table of all options; what is wrong with them is said later, with the command known. */
function split(args: readonly string[]): {
	readonly given: readonly Given[];
	readonly words: readonly string[];
} {
	const { tokens } = parseArgs({
		args: [...args],
		options,
		strict: false,
		allowPositionals: true,
		tokens: true,
	});
	return {
		given: tokens.flatMap((token) =>
			token.kind === 'option'
				? [{ name: token.name, raw: token.rawName, value: token.value, inline: token.inlineValue === true }]
				: [],
		),
		words: tokens.flatMap((token) => (token.kind === 'positional' ? [token.value] : [])),
	};
}

/** A URI or a conninfo string. */
export function isServer(word: string): boolean {
	return word.includes('://') || word.includes('=');
}

/** What can only be an article: its file, or an id such as KB008. */
function isArticle(word: string): boolean {
	return /\.md$/i.test(word) || /[\\/]/.test(word) || /^[a-z]{1,6}-?\d+$/i.test(word);
}

function commandOf(words: readonly string[]): {
	readonly command: CommandName;
	readonly rest: readonly string[];
} {
	const [first, ...rest] = words;
	if (first === undefined || isServer(first)) return { command: 'wizard', rest: words };
	if (isCommandName(first)) return { command: first, rest };
	if (isArticle(first)) return { command: 'wizard', rest: words };
	const nearest = nearestName(first, Object.keys(commands));
	throw usageError(`there is no command "${first}"`, [
		...(nearest === null ? [] : [`did you mean: kbwizard ${nearest}`]),
		'kbwizard --help lists what there is',
	]);
}

/** Says what is wrong with an option that the command does not take. */
function unknownOption(raw: string, name: string, command: CommandName): never {
	const known = commandSpec(command).options;
	const takers = Object.keys(commands).filter(
		(other) => isCommandName(other) && isOptionName(name) && commandSpec(other).options.includes(name),
	);
	if (takers.length > 0) {
		throw usageError(`${command} has no option ${raw}; it belongs to ${takers.join(', ')}`, [
			`kbwizard ${command} --help lists its options`,
		]);
	}
	const nearest = nearestName(name, known);
	throw usageError(`unknown option ${raw}`, [
		...(nearest === null ? [] : [`did you mean: --${nearest}`]),
		`kbwizard ${command} --help lists its options`,
	]);
}

function optionValues(given: readonly Given[], command: CommandName): OptionValues {
	const flags = new Set<string>();
	const values = new Map<string, readonly string[]>();
	const allowed: readonly OptionName[] = commandSpec(command).options;
	for (const { name, raw, value, inline } of given) {
		if (!isOptionName(name) || !allowed.includes(name)) return unknownOption(raw, name, command);
		const spec = specOf(name);
		if (spec.type === 'boolean') {
			if (value !== undefined) {
				const why =
					name === 'password'
						? ', for what stands in a command line can be read by everyone on this host'
						: '';
				throw usageError(`no value goes with ${raw}${why}`);
			}
			flags.add(name);
			continue;
		}
		// A value that looks like an option is one that was forgotten; `--name=-value` says that it is meant.
		if (value === undefined || (!inline && /^-./.test(value) && !/^-\d/.test(value))) {
			throw usageError(`${raw} wants a value: ${raw} ${spec.value ?? 'VALUE'}`);
		}
		const before = values.get(name);
		if (before !== undefined && spec.multiple !== true) throw usageError(`${raw} is given twice`);
		values.set(name, [...(before ?? []), value]);
	}
	return new OptionValues(flags, values);
}

function place(words: readonly string[], command: CommandName): Invocation['positionals'] {
	const { positionals } = commandSpec(command);
	const taken: Partial<Record<Positional['name'], readonly string[]>> = {};
	const takesServer = positionals.some(({ name }) => name === 'SERVER');
	const servers = takesServer ? words.filter(isServer) : [];
	if (servers.length > 1) throw usageError('two servers are given: one URI or conninfo string, please');
	if (servers.length > 0) taken.SERVER = servers;
	let rest = takesServer ? words.filter((word) => !isServer(word)) : words;
	for (const { name, required, many } of positionals) {
		if (name === 'SERVER') continue;
		const here = many ? rest : rest.slice(0, 1);
		rest = rest.slice(here.length);
		if (here.length > 0) taken[name] = here;
		else if (required)
			throw usageError(`${command} wants ${name}`, [`kbwizard ${command} --help explains it`]);
	}
	if (rest.length > 0) {
		throw usageError(`${command} does not know what to do with "${rest[0]}"`, [
			...(takesServer
				? ['a server is a URI (postgresql://…) or a conninfo string (host=…), or -h HOST -d DBNAME']
				: []),
			`kbwizard ${command} --help explains it`,
		]);
	}
	return taken;
}

/**
 * @param args without the program's own name
 * @throws ExpectedError with status 64
 */
export function parseRequest(args: readonly string[]): Request {
	const { given, words } = split(args);
	const has = (name: OptionName): boolean => given.some((option) => option.name === name);
	if (words[0] === 'help') {
		const [, about] = words;
		return { kind: 'help', command: about === undefined ? null : commandOf([about]).command };
	}
	if (has('help')) return { kind: 'help', command: words.length === 0 ? null : commandOf(words).command };
	if (has('version')) return { kind: 'version' };
	const { command, rest } = commandOf(words);
	return {
		kind: 'command',
		invocation: { command, options: optionValues(given, command), positionals: place(rest, command) },
	};
}
