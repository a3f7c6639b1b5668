/** What lies over a page: it scrolls, and Esc closes it. */
import { plansInForce } from '../../machine/plans.ts';
import { type Block, gap, heading, item, text, verbatim } from '../block.ts';
import { cellInWords, columnTitle, tellingColumns } from '../column-words.ts';
import { inlineSpans } from '../inline.ts';
import { type Page, page } from '../page.ts';
import { shownFinding } from '../pages/finding.ts';
import type { Scene } from '../scene.ts';
import { code, drawn, faint, plain, strong, toned } from '../span.ts';
import type { OverlayName } from '../view-store.ts';
import { checkTitle, counted, solutionTitle, valueInWords } from '../words.ts';

const findingOf = ({ screen, snapshot }: Scene) =>
	screen.name === 'finding'
		? shownFinding(snapshot.context.findings, screen.check, screen.verdict)
		: undefined;

/** What the check compares with, as the article says it. */
function threshold(scene: Scene): readonly Block[] {
	const check = findingOf(scene)?.check;
	const told = scene.snapshot.context.article.checks.find(({ id }) => id === check)?.threshold;
	return told === undefined ? [] : [text(strong('Threshold: '), ...inlineSpans(told))];
}

function evidence(scene: Scene): Page {
	const finding = findingOf(scene);
	const rows = finding?.rows ?? [];
	const columns = tellingColumns(rows);
	const facts = Object.entries(finding?.facts ?? {});
	return page(`Evidence: ${counted(rows.length, 'row')}`, {
		blocks: [
			// Where a query decided, it stands beside that.
			...((finding?.sql ?? null) === null && threshold(scene).length > 0 ? [...threshold(scene), gap] : []),
			...facts.map(([name, value]) => item([faint(`${name.padEnd(16)} `)], [plain(valueInWords(value))])),
			gap,
			...(rows.length === 0
				? [text('No rows were asked for, or none were there.')]
				: [
						{
							kind: 'table' as const,
							titles: columns.map(columnTitle),
							rows: rows.map((row) => columns.map((column) => plain(cellInWords(column, row[column])))),
						},
					]),
		],
	});
}

function query(scene: Scene): Page {
	const sql = findingOf(scene)?.sql ?? null;
	return page('The query that decided', {
		blocks:
			sql === null
				? [text('No query decided this.')]
				: [
						text(faint('One read-only statement; it can be pasted into psql.')),
						...threshold(scene),
						gap,
						verbatim(sql),
					],
	});
}

/** The part of the article that the screen is about, as it was written. */
function articleText({ screen, snapshot, article }: Scene): Page {
	const { context } = snapshot;
	if ('check' in screen) {
		const check = context.article.checks.find(({ id }) => id === screen.check);
		return page(`${article.id}: ${checkTitle(context.article, screen.check)}`, {
			blocks: [
				{ kind: 'prose', markdown: check?.prose ?? '' },
				...(check?.byHand ? [...heading('By hand'), { kind: 'prose' as const, markdown: check.byHand }] : []),
				...heading('The issue'),
				{ kind: 'prose', markdown: article.issue },
			],
		});
	}
	if ('solution' in screen) {
		const solution = context.article.solutions.find(({ id }) => id === screen.solution);
		return page(`${article.id}: ${solutionTitle(context.article, screen.solution)}`, {
			blocks: [
				{ kind: 'prose', markdown: solution?.prose ?? '' },
				...(solution?.steps ?? []).flatMap((step): readonly Block[] => [
					...(step.title === solution?.title ? [gap] : [gap, text(...inlineSpans(step.title, 'strong'))]),
					...(step.prose === solution?.prose ? [] : [{ kind: 'prose' as const, markdown: step.prose }]),
				]),
			],
		});
	}
	return page(`${article.id}, the whole article`, { blocks: [{ kind: 'prose', markdown: article.text }] });
}

/** Lines of a pasted message that are shown, so that one sees that it came. */
const shownLines = 6;

/** Where an error message is pasted. What it is made of goes into no journal and no report. */
function paste({ view, looks }: Scene): Page {
	const lines = view.pasted.trimEnd().split('\n');
	return page('Paste an error message', {
		blocks: [
			text(
				'Paste it whole, as it is: an error message in any language, an exception with its stack, or a piece of a log. ',
				strong('Enter'),
				' looks at it then.',
			),
			text(faint('It is looked at here and forgotten: only which checks it answers, and how, is kept.')),
			gap,
			...(view.pasted === ''
				? [text(drawn(looks.glyphs.caret, 'chosen'))]
				: [
						verbatim(
							lines
								.slice(0, shownLines)
								.map((line) => line.slice(0, 200))
								.join('\n'),
						),
						...(lines.length > shownLines
							? [text(faint(`and ${counted(lines.length - shownLines, 'more line')}`))]
							: []),
					]),
			...(view.notice === null ? [] : [gap, text(toned(view.notice, 'warning'))]),
		],
	});
}

function note({ view, looks }: Scene): Page {
	return page('Write a note', {
		blocks: [
			text(
				'It stands in the report, with your name and the time: what the caller said, what you did elsewhere. ',
				strong('Nothing about patients.'),
			),
			gap,
			text(strong('Note: '), plain(view.note), drawn(looks.glyphs.caret, 'chosen')),
		],
	});
}

function report({ view }: Scene): Page {
	return page('The report so far', {
		blocks:
			view.report === null
				? [text(faint('It is being made.'))]
				: [
						text(
							faint('Names and addresses stand as tokens. To keep it: '),
							code('kbwizard report --format html --output FILE'),
						),
						gap,
						{ kind: 'prose', markdown: view.report },
					],
	});
}

/** Asked when leaving would leave something behind. */
function quit({ screen, snapshot, looks }: Scene): Page {
	const inForce = plansInForce(snapshot.context);
	const working = screen.name === 'applying' || screen.name === 'undoing';
	return page('Leave?', {
		blocks: [
			...(working
				? [text('A change is being made, which cannot be left half way: it ends by itself, then leave.')]
				: snapshot.hasTag('busy')
					? [text('Something is under way and would be given up.')]
					: []),
			...(inForce.length === 0
				? []
				: [
						text('Still in force when you leave:'),
						...inForce.flatMap(({ undoable }) =>
							undoable.map((what) => item([plain(`${looks.glyphs.bullet} `)], inlineSpans(what))),
						),
						text('u takes it back where it is offered, or later: kbwizard undo.'),
					]),
			gap,
			...(working ? [] : [text(strong('y'), ' leaves. ', strong('Esc'), ' stays.')]),
		],
	});
}

/** @param help made of the key table, so it cannot say anything else than the keys do */
export function overlayOf(scene: Scene, name: OverlayName, help: readonly Block[]): Page {
	switch (name) {
		case 'help':
			return page(`Keys of kbwizard ${scene.version}`, { blocks: help });
		case 'evidence':
			return evidence(scene);
		case 'query':
			return query(scene);
		case 'article':
			return articleText(scene);
		case 'paste':
			return paste(scene);
		case 'note':
			return note(scene);
		case 'report':
			return report(scene);
		case 'quit':
			return quit(scene);
	}
}
