/** A report in Markdown, for the person who was not there: five lines to begin with, then the evidence, then what follows. */
import { codeSpan, escapeMarkdown } from './escape-markdown.ts';
import { triedInWords } from './held-change.ts';
import { changeSection, undoSection } from './markdown-changes.ts';
import { pathSection, serverSection, symptomSection, timelineSection } from './markdown-circumstances.ts';
import { causeLines, findingSections, notSeenLines } from './markdown-findings.ts';
import { neverKept, redactionsInWords, tokensAreKept } from './redactions.ts';
import type { Report } from './report.ts';
import { count, titlesOf, traitsInWords } from './words.ts';

function list(title: string, lines: readonly string[], empty: string): readonly string[] {
	return [`## ${title}`, '', ...(lines.length === 0 ? [empty] : lines), ''];
}

/** Only where there is something to say. */
function section(title: string, lines: readonly string[]): readonly string[] {
	return lines.length === 0 ? [] : list(title, lines, '');
}

function nextSteps({ diagnosis: { solutions }, changes }: Report): readonly string[] {
	return solutions.map((solution, index) => {
		const { id, title, available, why } = solution;
		const tried = triedInWords(id, changes);
		return [
			`${index + 1}. ${escapeMarkdown(title)} (${traitsInWords(solution).join(', ')})`,
			...(available ? [] : [`not here, ${escapeMarkdown(why ?? 'the reason is not known')}`]),
			...(tried === null ? [] : [`tried: ${escapeMarkdown(tried)}`]),
		].join('; ');
	});
}

/** The whole report. Redact it first where it leaves the house. */
export function toMarkdown(report: Report): string {
	const { diagnosis } = report;
	const titleOf = titlesOf(report.titles);
	const lines = [
		...(report.redacted ? [] : [notRedacted, '']),
		`# ${escapeMarkdown(`${diagnosis.article.id} ${diagnosis.article.title}`)}`,
		'',
		...report.summary.map(({ label, text }) => `- **${label}**: ${escapeMarkdown(text)}`),
		'',
		...report.caveats.flatMap((caveat) => [`> ${escapeMarkdown(caveat)}`, '']),
		...serverSection(report),
		...symptomSection(report),
		...timelineSection(report),
		...findingSections(diagnosis, titleOf, report.thresholds),
		...list('Causes', causeLines(diagnosis.causes, titleOf), 'No cause was found.'),
		...list('What was changed', report.changes.flatMap(changeSection), 'Nothing was changed.'),
		...section(
			'What was done outside the tool',
			report.outside.map(
				({ at, solution, what, outcome }) =>
					`- ${escapeMarkdown(at)}, ${escapeMarkdown(solution)}: ${escapeMarkdown(what)}: ${outcome}`,
			),
		),
		...list(
			'What could not be seen',
			notSeenLines(diagnosis, titleOf),
			diagnosis.findings.length === 0 ? 'Nothing was looked at.' : 'Everything was seen.',
		),
		...list('How to undo it', undoSection(report), 'There is nothing to take back.'),
		...list('Next steps', nextSteps(report), 'None is advised.'),
		...section(
			'Notes',
			report.notes.map(
				({ at, by, text }) => `- ${escapeMarkdown(at)}, ${escapeMarkdown(by)}: ${escapeMarkdown(text)}`,
			),
		),
		...pathSection(report),
		...takenOutSection(report),
		footer(report),
	];
	return `${lines
		.join('\n')
		.replaceAll(/\n{3,}/g, '\n\n')
		.trimEnd()}\n`;
}

/** The first thing in a report that must not leave the building. */
const notRedacted =
	'> **Not redacted**: names and addresses are shown as they are. Keep it where they may be known.';

/** The log of the redaction: how much was taken out, and never what. */
function takenOutSection({ redacted, redactions }: Report): readonly string[] {
	const taken = redactionsInWords(redactions);
	const where = redacted ? [tokensAreKept, ''] : [];
	return ['## Taken out', '', `Taken out: ${taken ?? 'nothing had to be'}.`, '', ...where, neverKept, ''];
}

function footer({ redacted, session, writtenAt, diagnosis, changes }: Report): string {
	const names = redacted
		? 'Names and addresses stand as tokens; one name is one token, in every report of this installation.'
		: '**Not redacted**: names and addresses are shown as they are.';
	const kept = session === null ? '' : ` Session ${codeSpan(session)}.`;
	return `---\n\nWritten ${writtenAt} from ${count(diagnosis.findings.length, 'finding')} and ${count(changes.length, 'change')}.${kept} ${names}`;
}
