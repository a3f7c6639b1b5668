/** The commands: what each takes, and where it is. Nothing of a command is loaded before it is asked for. */
import type { Command } from './command.ts';
import { type OptionName, optionGroups } from './options.ts';

/** What stands where on the command line, in order. A server is known by its `://` or `=`, wherever it stands. */
export type Positional = {
	readonly name: 'ARTICLE' | 'SOLUTION' | 'SERVER' | 'SESSION' | 'SCENARIO' | 'TEXT' | 'PATH';
	readonly required: boolean;
	/** Takes all that follow. */
	readonly many?: true;
};

export type CommandSpec = {
	readonly summary: string;
	readonly positionals: readonly Positional[];
	readonly options: readonly OptionName[];
	/** Further lines of the help. */
	readonly notes: readonly string[];
	readonly load: () => Promise<Command>;
};

const article = { name: 'ARTICLE', required: false } as const;
const server = { name: 'SERVER', required: false } as const;
const session = { name: 'SESSION', required: false } as const;
const { connecting, evidence, anywhere } = optionGroups;

export const commands = {
	wizard: {
		summary: 'from symptom to cause to solution, step by step, in a terminal',
		positionals: [article, server],
		options: [...connecting, 'verify-as', ...evidence, 'set', 'save-plan', 'trust', ...anywhere],
		notes: ['It runs when no command is given.'],
		load: async () => (await import('./commands/wizard.ts')).wizard,
	},
	check: {
		summary: 'the same diagnosis with nobody there',
		positionals: [article, server],
		options: [...connecting, ...evidence, 'bundle', 'save-plan', ...anywhere],
		notes: [
			'With --bundle nothing is connected: it is read what a site without kbwizard sent.',
			'Exit status: 0 ok, 1 warning, 2 critical, 3 could not be determined.',
		],
		load: async () => (await import('./commands/check.ts')).check,
	},
	fix: {
		summary: 'plan, apply and verify one solution',
		positionals: [{ name: 'ARTICLE', required: true }, { name: 'SOLUTION', required: true }, server],
		options: [
			'dry-run',
			'yes',
			'confirm',
			'set',
			'verify-as',
			'trust',
			...connecting,
			...evidence,
			...anywhere,
		],
		notes: [
			'Mild and moderate changes want --yes, severe ones --confirm NAME.',
			'Exit status: 0 done and verified, 1 not verified or did not hold, 2 nothing changed, 3 partly done.',
		],
		load: async () => (await import('./commands/fix.ts')).fix,
	},
	undo: {
		summary: 'take back what a session changed',
		positionals: [session, server],
		options: ['yes', ...connecting, ...anywhere],
		notes: ['SESSION defaults to the latest one whose changes are still in force.'],
		load: async () => (await import('./commands/undo.ts')).undo,
	},
	resume: {
		summary: 'go on after a crash, or on another day',
		positionals: [session, server],
		options: ['yes', ...connecting, 'verify-as', ...evidence, 'set', 'trust', ...anywhere],
		notes: ['With --yes or --json it finishes or takes back an interrupted step.'],
		load: async () => (await import('./commands/resume.ts')).resume,
	},
	watch: {
		summary: 'keep measuring until it has held',
		positionals: [article, server],
		options: ['for', 'verify-as', ...connecting, ...evidence, ...anywhere],
		notes: [
			'It watches what the last fix of this server was proved by, else the whole article; --for is 60s.',
			'Exit status: 0 it held, 1 warning, 2 critical, 3 could not be determined.',
		],
		load: async () => (await import('./commands/watch.ts')).watch,
	},
	collect: {
		summary: 'a psql script of the article’s checks, for a site that has only psql',
		positionals: [article],
		options: ['format', 'output', ...anywhere],
		notes: [
			'--format is psql (default), or sh or powershell: a small script around it that also notes a refusal.',
		],
		load: async () => (await import('./commands/collect.ts')).collect,
	},
	open: {
		summary: 'the wizard on what such a script brought back, on another’s session, or on a plan',
		positionals: [{ name: 'PATH', required: true }, server],
		options: [...connecting, 'verify-as', ...evidence, 'set', 'save-plan', 'trust', ...anywhere],
		notes: [
			'PATH is a bundle, the text of a refusal, a session’s journal, what check --json or report --format json wrote, or a plan.',
			'Only a plan connects: everything is looked at again there, and each step asks for consent.',
		],
		load: async () => (await import('./commands/open.ts')).open,
	},
	report: {
		summary: 'a report of a session, for whoever was not there',
		positionals: [session],
		options: ['format', 'output', 'no-redact', 'confirm', ...anywhere],
		notes: [
			'--format is markdown (default), html or json; SESSION defaults to the latest.',
			'Names and addresses stand as tokens; --no-redact shows them, and wants --confirm unredacted.',
		],
		load: async () => (await import('./commands/report.ts')).report,
	},
	sessions: {
		summary: 'what was done here before, and what is still in force',
		positionals: [],
		options: ['stats', ...anywhere],
		notes: [],
		load: async () => (await import('./commands/sessions.ts')).sessions,
	},
	lab: {
		summary: 'a disposable PostgreSQL in real trouble, and the wizard on it',
		positionals: [{ name: 'SCENARIO', required: false }],
		options: ['list', 'major', ...anywhere],
		notes: ['Without a terminal: diagnosis, relief, verification and report, headless.'],
		load: async () => (await import('./commands/lab.ts')).lab,
	},
	articles: {
		summary: 'list the articles',
		positionals: [],
		options: [...anywhere],
		notes: [],
		load: async () => (await import('./commands/articles.ts')).articles,
	},
	search: {
		summary: 'find an article, also by a pasted error message',
		positionals: [{ name: 'TEXT', required: true, many: true }],
		options: [...anywhere],
		notes: [
			'TEXT may be a whole exception or a piece of a log; - reads it from standard input.',
			'It says which checks the text answers, and how to go on with those answers.',
		],
		load: async () => (await import('./commands/search.ts')).search,
	},
	lint: {
		summary: 'check articles against the format',
		positionals: [{ name: 'PATH', required: true, many: true }],
		options: [...anywhere],
		notes: ['Exit status: 0 (with warnings too), 65 with errors.'],
		load: async () => (await import('./commands/lint.ts')).lint,
	},
	graph: {
		summary: 'draw an article',
		positionals: [article],
		options: ['format', 'output', ...anywhere],
		notes: ['--format is mermaid (default), dot or json.'],
		load: async () => (await import('./commands/graph.ts')).graph,
	},
} as const satisfies Readonly<Record<string, CommandSpec>>;

export type CommandName = keyof typeof commands;

export function isCommandName(name: string): name is CommandName {
	return Object.hasOwn(commands, name);
}

export function commandSpec(name: CommandName): CommandSpec {
	return commands[name];
}
