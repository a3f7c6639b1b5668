import { BundleError } from '../../evidence/bundle/bundle-error.ts';
import type { Finding } from '../../machine/finding.ts';
import type { Observation } from '../../machine/ports.ts';
import { knownFindings } from '../../report/session-report.ts';
import { type Damage, parseJournal } from '../../session/read-journal.ts';
import { articleOfSession } from '../session-article.ts';
import type { World } from '../world.ts';
import type { FileToOpen } from './open-file.ts';
import { inMinutes, type Opened } from './opened.ts';

/** Another's session: what it knew, as of then. @throws BundleError, ExpectedError where its article is not there */
export async function openJournalFile(file: FileToOpen, world: World): Promise<Opened> {
	const { records: read, damage } = parseJournal(file.bytes);
	const records = damage?.lineBeforeChanged === true ? read.slice(0, -1) : read;
	const [first] = records;
	if (first === undefined || first.kind !== 'opened') {
		throw new BundleError(
			'no-bundle',
			'it is neither a bundle, nor a session’s journal, nor a saved diagnosis',
			[
				'a session’s journal is the .jsonl file of kbwizard sessions; a diagnosis is what check --json prints',
			],
		);
	}
	const session = first.session;
	const { loaded, changed } = await articleOfSession({ opened: first, records, session }, world, file.trust);
	const checks = new Set(loaded.article.checks.map(({ id }) => id));
	const findings = knownFindings(records).filter(({ check }) => checks.has(check));
	const server = records.findLast((record) => record.kind === 'server')?.server ?? null;
	const finishedAt = records.at(-1)?.at ?? first.at;
	return {
		loaded,
		what: `session ${session} of ${inMinutes(first.at)}`,
		sources: {},
		answers: new Map(
			findings
				.filter(({ source }) => source !== 'person')
				.map((finding): [string, Observation] => [finding.check, observationOf(finding)]),
		),
		said: findings.filter(({ source }) => source === 'person'),
		server,
		refusal: null,
		major: server?.versionNum == null ? null : Math.floor(server.versionNum / 10_000),
		startedAt: first.at,
		finishedAt,
		warnings: [...(changed === null ? [] : [changed]), ...(damage === null ? [] : [howFarGood(damage)])],
	};
}

function howFarGood({ line, what, lineBeforeChanged }: Damage): string {
	return lineBeforeChanged
		? `the journal is good up to line ${line - 2}: line ${line - 1} was changed after it was written`
		: `the journal is good up to line ${line - 1}: ${what}`;
}

/** As it was observed: its source and its time are kept. */
function observationOf(finding: Finding): Observation {
	const { verdict, facts, rows, source, sql, durationMs, at, error, grant } = finding;
	return { kind: 'verdict', verdict, facts, rows, source, sql, durationMs, at, failure: error, grant };
}
