/** Whether a report shows names: by itself never, and with them only if somebody says so twice. */
import { redactReport } from '../report/redact.ts';
import type { Report } from '../report/report.ts';
import { TokenBook, tokenKinds } from '../report/token-book.ts';
import { JournalError } from '../session/journal-error.ts';
import { stateDir } from '../session/state-dir.ts';
import { keepTokens, readTokenFile } from '../session/token-file.ts';
import type { OptionValues } from './arguments.ts';
import { usageError } from './errors.ts';
import type { World } from './world.ts';

/** What is typed to have a report with names in it. */
const word = 'unredacted';

/**
 * Whether names are to be shown, which `--no-redact` asks for and the word confirms: as `--confirm`, or typed.
 * @throws ExpectedError with status 64 where it is not confirmed
 */
export async function confirmUnredacted(options: OptionValues, world: World): Promise<boolean> {
	const given = options.one('confirm');
	if (!options.flag('no-redact')) {
		if (given !== null) throw usageError('--confirm is for a report with --no-redact', []);
		return false;
	}
	const needed = [
		'if they may leave this machine: --no-redact --confirm unredacted',
		'or leave --no-redact out',
	];
	const asks =
		given === null && world.terminal !== null && !options.flag('no-input') && !options.flag('json');
	if (asks)
		await world.stderr.write(
			'This report will show the names of hosts, roles, databases and persons, and addresses.\n',
		);
	const typed = asks ? await world.stdin.ask(`Type ${word} to go on: `) : given;
	if (typed === null) throw usageError('a report that is not redacted wants a confirmation', needed);
	if (typed.trim() !== word) throw usageError(`the confirmation is the word ${word}`, needed);
	return true;
}

/** Tries to keep the tokens; somebody else may be writing theirs. */
const tries = 10;

/**
 * The report with tokens, which are the same ones as in earlier reports; what they stand for is kept in the state folder.
 * @param say tells where that is, or why it could not be kept; default on standard error
 */
export async function redactedReport(
	report: Report,
	world: World,
	say: (text: string) => Promise<void> = (text) => world.stderr.write(`kbwizard: ${text}\n`),
): Promise<Report> {
	try {
		for (let attempt = 1; attempt <= tries; attempt += 1) {
			const file = readTokenFile(stateDir(world));
			const book = new TokenBook(file.entries);
			const redacted = redactReport(report, book);
			if (!keepTokens(file, book.entries)) continue;
			if (file.damage !== null) await say(`${file.damage}; as it was, it is beside it, ending in .damaged`);
			if (redacted.redactions.some(({ kind }) => tokenKinds.some((each) => each === kind)))
				await say(`what its tokens stand for: ${file.path}`);
			return redacted;
		}
		await say(
			'the tokens could not be kept: others are writing theirs; another report may number them otherwise',
		);
	} catch (error) {
		if (!(error instanceof JournalError)) throw error;
		await say(`${error.message}; in another report the tokens may be others`);
	}
	return redactReport(report);
}
