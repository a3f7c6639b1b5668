/** The help, made from the tables that also parse. */
import { type CommandName, type CommandSpec, commandSpec, commands, isCommandName } from './commands.ts';
import { type OptionName, optionGroups, specOf } from './options.ts';

function inColumns(rows: readonly (readonly [string, string])[]): readonly string[] {
	const width = Math.max(...rows.map(([name]) => name.length));
	return rows.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`);
}

function optionLine(name: OptionName): readonly [string, string] {
	const { short, value, help, multiple } = specOf(name);
	const long = `--${name}${value === undefined ? '' : ` ${value}`}`;
	return [
		`${short === undefined ? '    ' : `-${short}, `}${long}`,
		`${help}${multiple ? ' (repeatable)' : ''}`,
	];
}

function usage(name: CommandName, { positionals }: CommandSpec): string {
	const words = positionals.map(({ name, required, many }) => {
		const word = many ? `${name}…` : name;
		return required ? word : `[${word}]`;
	});
	return ['kbwizard', ...(name === 'wizard' ? [] : [name]), '[OPTION…]', ...words].join(' ');
}

/** @param command null: of the whole program */
export function helpText(command: CommandName | null, version: string): string {
	return command === null ? programHelp(version) : commandHelp(command);
}

function programHelp(version: string): string {
	const names = Object.keys(commands).filter(isCommandName);
	return [
		`kbwizard ${version}: a knowledge-base article as a wizard that diagnoses, fixes, verifies and can undo`,
		'',
		'Usage: kbwizard [ARTICLE] [SERVER]',
		'       kbwizard COMMAND …',
		'',
		...inColumns(names.map((name) => [name, commandSpec(name).summary])),
		'',
		'ARTICLE is an id (KB008) or a Markdown file; SERVER is postgresql://… or host=… dbname=…',
		'',
		'Connecting, as with psql (-h is the host, so help is --help or -?):',
		...inColumns(optionGroups.connecting.map(optionLine)),
		'',
		'kbwizard COMMAND --help explains one. To begin with: kbwizard lab',
		'',
	].join('\n');
}

function commandHelp(command: CommandName): string {
	const spec = commandSpec(command);
	const grouped: ReadonlySet<OptionName> = new Set(Object.values(optionGroups).flat());
	const groups: readonly (readonly [string, readonly OptionName[]])[] = [
		['Options:', spec.options.filter((name) => !grouped.has(name))],
		['Connecting, as with psql:', optionGroups.connecting.filter((name) => spec.options.includes(name))],
		['Evidence:', optionGroups.evidence.filter((name) => spec.options.includes(name))],
		['Everywhere:', optionGroups.anywhere],
	];
	return [
		`kbwizard ${command}: ${spec.summary}`,
		'',
		`Usage: ${usage(command, spec)}`,
		...spec.notes.map((note) => `       ${note}`),
		...groups.flatMap(([title, names]) =>
			names.length === 0 ? [] : ['', title, ...inColumns(names.map(optionLine))],
		),
		'',
	].join('\n');
}
