/** The parts of an article, put together, and what is wrong between them. */
import { nearestName } from '../nearest-name.ts';
import type { Article, Cause, Check, Note, Solution, Verification } from './article.ts';
import { readCause } from './causes.ts';
import { readCheck } from './checks.ts';
import type { CompileContext } from './compile-context.ts';
import { reportDeadLinks } from './dead-links.ts';
import { readFence } from './fences.ts';
import { readFrontMatter } from './front-matter.ts';
import { type Block, isCode, isList, lexBlocks, rawText } from './markdown-blocks.ts';
import { type Outline, outlineOf, type Section, type SectionKind, sectionText } from './outline.ts';
import { plainInline, plainText } from './plain-text.ts';
import type { Report } from './problems.ts';
import { allCures, publishedCauses, publishedSolutions } from './published.ts';
import { readSolution } from './solutions.ts';
import { readSymptoms } from './symptoms.ts';
import { reportVersionRanges } from './version-ranges.ts';

/** @param text LF line ends, no BOM */
export function readArticle(text: string, path: string, sha256: string, report: Report): Article {
	const front = readFrontMatter(text, report);
	const blocks = lexBlocks(front.body, front.bodyLine);
	const outline = outlineOf(blocks);
	const context: CompileContext = { outline, report };
	reportSections(outline, report);
	reportDuplicateSlugs(outline, report);

	const of = (kind: SectionKind): Section[] => outline.sections.filter((section) => section.kind === kind);
	const checks = of('checks').flatMap(({ nodes }) => nodes.map((node) => readCheck(context, node)));
	const solutions = of('solutions').flatMap((section) =>
		section.nodes.length > 0
			? section.nodes.map((node) => readSolution(context, node))
			: publishedSolutions(context, section),
	);
	const causes = of('causes').flatMap((section) =>
		section.nodes.length > 0
			? section.nodes.map((node) => readCause(context, node))
			: publishedCauses(context, section, allCures(solutions)),
	);
	const symptoms = readSymptoms(
		context,
		of('symptoms').flatMap((section) => section.blocks),
	);
	const name = identity(front, outline, path);
	if (checks.length + causes.length + solutions.length + symptoms.length === 0) {
		report({
			line: 1,
			rule: 'no-article',
			message: 'there are no symptoms, checks, causes or solutions in it',
			expected: '## Symptoms, ## Checks, ## Causes and ## Solutions, or **Symptoms:** and so on',
		});
	}
	reportStrayFences(outline, report);
	reportVerifications(checks, causes, solutions, report);
	reportVersionRanges(checks, solutions, report);
	reportDeadLinks(context, blocks);
	const issue = [rawText(outline.preamble), ...of('issue').map(sectionText)]
		.filter((part) => part !== '')
		.join('\n\n');
	const article: Article = {
		...name,
		path,
		sha256,
		source: front.source,
		appliesTo:
			front.appliesTo.length > 0
				? front.appliesTo
				: of('applies-to').flatMap(({ blocks }) => listedText(blocks)),
		keywords: front.keywords,
		issue,
		symptoms,
		checks,
		causes,
		solutions,
		notes: notesOf(outline),
		text,
	};
	return article;
}

function identity(
	front: { readonly id: string | null; readonly title: string | null },
	outline: Outline,
	path: string,
): { readonly id: string; readonly title: string } {
	const heading = outline.heading?.title ?? null;
	const parts = /^([A-Za-z]{1,8}\d{1,6})\s*[-–—:]\s*(.+)$/.exec(heading ?? '');
	const file = (path.split(/[\\/]/).at(-1) ?? path).replace(/\.(?:md|markdown)$/i, '');
	const fromFile = /^([A-Za-z]{1,8}\d{1,6})(?:[-_. ]|$)/.exec(file)?.[1]?.toUpperCase();
	return {
		id: front.id ?? parts?.[1] ?? fromFile ?? (file === '' ? 'article' : file),
		title: plainInline(front.title ?? parts?.[2] ?? heading ?? file),
	};
}

function listedText(blocks: readonly Block[]): string[] {
	return blocks.flatMap(({ token }) => {
		const parts = isList(token) ? token.items.map((item) => plainText(item.text)) : [plainText(token.raw)];
		return parts.filter((part) => part !== '');
	});
}

function notesOf(outline: Outline): Note[] {
	return outline.sections.flatMap((section) => {
		const meaningless = section.kind === null || section.nodes.length > 0;
		const prose = sectionText(section);
		return meaningless && prose !== '' ? [{ title: section.title, line: section.line, prose }] : [];
	});
}

function reportSections(outline: Outline, report: Report): void {
	const seen = new Set<string>();
	const names = ['Issue', 'Applies To', 'Symptoms', 'Checks', 'Cause', 'Causes', 'Solution', 'Solutions'];
	const executable = outline.sections.some(({ nodes }) => nodes.length > 0);
	for (const { kind, title, line } of outline.sections) {
		if (kind !== null && kind !== 'issue' && seen.has(kind)) {
			report({
				line,
				rule: 'duplicate-section',
				message: `there is a second section ${title}`,
				expected: 'one',
			});
		}
		if (kind !== null) seen.add(kind);
		const meant = kind === null && executable && title.length > 3 ? nearestName(title, names) : null;
		if (meant !== null) {
			report({
				line,
				rule: 'unknown-section',
				message: `${title} means nothing to the wizard`,
				expected: names.join(', '),
				nearest: meant,
				severity: 'warning',
			});
		}
	}
}

function reportDuplicateSlugs(outline: Outline, report: Report): void {
	for (const { nodes } of outline.sections) {
		for (const { id, wanted, title, line } of nodes) {
			if (id === wanted && id !== '') continue;
			report({
				line,
				rule: 'duplicate-slug',
				message:
					id === ''
						? 'this heading has no anchor'
						: `#${wanted} is the anchor of two headings: ${title} stands here again`,
				expected: 'a heading of its own for every node',
			});
		}
	}
}

/** A fence with a role outside of a check or solution would silently do nothing. */
function reportStrayFences(outline: Outline, report: Report): void {
	const places = [outline.preamble, ...outline.sections.map(({ blocks }) => blocks)];
	for (const { token, line } of places.flat()) if (isCode(token)) readFence(token, line, 'elsewhere', report);
}

function reportVerifications(
	checks: readonly Check[],
	causes: readonly Cause[],
	solutions: readonly Solution[],
	report: Report,
): void {
	const all: Verification[] = [
		...causes.flatMap(({ cures }) => cures.flatMap(({ where }) => where ?? [])),
		...solutions.flatMap(({ verify, steps }) =>
			[verify, ...steps.map((step) => step.verify)].filter((each) => each !== null),
		),
	];
	for (const { check, verdicts, line } of all) {
		const known = checks.find(({ id }) => id === check)?.branches.map(({ verdict }) => verdict) ?? [];
		for (const verdict of verdicts) {
			if (known.includes(verdict) && verdict !== 'otherwise') continue;
			report({
				line,
				rule: 'unknown-verdict',
				message: `#${check} never answers ${verdict}`,
				expected: known.filter((each) => each !== 'otherwise').join(', '),
				nearest: nearestName(verdict, known),
			});
		}
	}
}
