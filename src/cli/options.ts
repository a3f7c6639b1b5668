/** Every option there is: one table that parses, explains and suggests. A command lists the names that it takes. */

export type OptionSpec = {
	readonly type: 'boolean' | 'string';
	readonly short?: string;
	/** May be given more than once. */
	readonly multiple?: true;
	/** How its value is called in the help. */
	readonly value?: string;
	readonly help: string;
};

export const options = {
	host: { type: 'string', short: 'h', value: 'HOST', help: 'server host, or the folder of its Unix socket' },
	port: { type: 'string', short: 'p', value: 'PORT', help: 'server port' },
	username: { type: 'string', short: 'U', value: 'NAME', help: 'role to connect as' },
	dbname: { type: 'string', short: 'd', value: 'DBNAME', help: 'database to connect to' },
	'no-password': { type: 'boolean', short: 'w', help: 'never ask for a password' },
	password: { type: 'boolean', short: 'W', help: 'ask for the password before connecting' },
	server: { type: 'string', value: 'SERVER', help: 'the server as a URI or conninfo string' },
	rescue: {
		type: 'string',
		value: 'CONNINFO',
		help: 'a role with reserved slots, tried when the ordinary ones are gone',
	},
	'verify-as': { type: 'string', value: 'CONNINFO', help: 'the login that proves a cure' },
	wait: { type: 'string', value: 'DURATION', help: 'wait for a slot, or a restart, at most this long' },
	timeout: { type: 'string', value: 'DURATION', help: 'give up a statement or an attempt after this long' },
	for: { type: 'string', value: 'DURATION', help: 'how long it must have held (60s)' },
	log: {
		type: 'string',
		multiple: true,
		value: 'PATH',
		help: 'log of the application or server: file, glob (** too) or folder; .gz too',
	},
	config: {
		type: 'string',
		multiple: true,
		value: 'PATH',
		help: 'openiz.exe.config of an IMS instance; one for each instance',
	},
	bundle: { type: 'string', value: 'FILE', help: 'what the script of kbwizard collect brought back' },
	'save-plan': { type: 'string', value: 'FILE', help: 'write what is advised into a plan for somebody else' },
	answer: {
		type: 'string',
		multiple: true,
		value: 'CHECK=VERDICT',
		help: 'what a person would answer to a check',
	},
	set: {
		type: 'string',
		multiple: true,
		value: 'NAME=VALUE',
		help: 'a parameter, or step=ID; NAME=@FILE reads it from a file',
	},
	max: { type: 'string', value: 'N', help: 'rows of evidence that are kept' },
	trust: { type: 'string', multiple: true, value: 'FILE', help: 'let this article apply its fixes' },
	'dry-run': { type: 'boolean', help: 'show the plan, change nothing' },
	yes: { type: 'boolean', help: 'consent to a mild or moderate change' },
	confirm: { type: 'string', value: 'NAME', help: "consent to a severe change: the thing's name, typed out" },
	format: { type: 'string', value: 'FORMAT', help: 'how it is written' },
	output: { type: 'string', short: 'o', value: 'FILE', help: 'write to this file' },
	redact: { type: 'boolean', help: 'names and addresses as tokens' },
	'no-redact': { type: 'boolean', help: 'names and addresses as they are' },
	stats: { type: 'boolean', help: 'which causes and solutions this site had' },
	list: { type: 'boolean', help: 'list what there is' },
	major: { type: 'string', value: 'N', help: 'major version of the PostgreSQL to start' },
	'no-input': { type: 'boolean', help: 'never ask' },
	'no-color': { type: 'boolean', help: 'no colour' },
	json: { type: 'boolean', help: 'one JSON document on standard output' },
	help: { type: 'boolean', short: '?', help: 'this help' },
	version: { type: 'boolean', help: 'the version' },
} as const satisfies Readonly<Record<string, OptionSpec>>;

export type OptionName = keyof typeof options;

type NamesOfType<Type extends OptionSpec['type']> = {
	[Name in OptionName]: (typeof options)[Name]['type'] extends Type ? Name : never;
}[OptionName];

export type FlagName = NamesOfType<'boolean'>;
export type ValueName = NamesOfType<'string'>;

export function isOptionName(name: string): name is OptionName {
	return Object.hasOwn(options, name);
}

export function specOf(name: OptionName): OptionSpec {
	return options[name];
}

/** How each group of options is headed in the help. */
export const optionGroups = {
	connecting: [
		'host',
		'port',
		'username',
		'dbname',
		'no-password',
		'password',
		'server',
		'rescue',
		'wait',
		'timeout',
	],
	evidence: ['log', 'config', 'answer', 'max'],
	anywhere: ['no-input', 'no-color', 'json', 'help', 'version'],
} as const satisfies Readonly<Record<string, readonly OptionName[]>>;
