/** The scene → the lines of the terminal, never more and never longer than it has. */
import type { Block } from './block.ts';
import { heading, prose as proseBlocks, text } from './block.ts';
import { footerKeys } from './dispatch-key.ts';
import { headerLines } from './header.ts';
import { helpBlocks } from './help.ts';
import { type Line, layOut } from './lay-out.ts';
import { besideFromColumns, type Looks, smallestSize } from './looks.ts';
import { overlayOf } from './overlays/overlay-of.ts';
import type { Field, Page } from './page.ts';
import { pageOf } from './pages/page-of.ts';
import type { Scene } from './scene.ts';
import { drawn, faint, plain, type Span, strong, toned } from './span.ts';

export type Frame = {
	readonly header: readonly Line[];
	readonly body: readonly Line[];
	/** Beside the body; empty where there is nothing or no room. */
	readonly aside: readonly Line[];
	readonly bodyWidth: number;
	readonly pinned: readonly Line[];
	readonly footer: readonly Line[];
	/** First line of the body that is in sight. */
	readonly scroll: number;
	/** The furthest it can be scrolled. */
	readonly maxScroll: number;
	/** Lines of the body that fit. */
	readonly room: number;
	/** What the keys refer to; the page itself, whatever lies over it. */
	readonly page: Page;
};

const blank: Line = { spans: [], choice: null };

function fieldBlock(field: Field, draft: string, { glyphs }: Looks): Block {
	const shown = field.secret ? '*'.repeat([...draft].length) : draft;
	return text(strong(`${field.prompt}: `), plain(shown), drawn(glyphs.caret, 'chosen'));
}

const fromArticle = (aside: string | null): readonly Block[] =>
	aside === null || aside.trim() === '' ? [] : [...heading('From the article'), ...proseBlocks(aside)];

/** Whatever the page is about: a change that is not written down could not be taken back. */
function unwrittenBlocks({ snapshot }: Scene): readonly Block[] {
	const { journalFailure } = snapshot.context;
	if (journalFailure === null) return [];
	return [
		text(
			toned('Not written down: ', 'critical'),
			plain(`${journalFailure.message}. You can go on looking; nothing is changed until it can be written.`),
		),
	];
}

function pinnedBlocks(page: Page, scene: Scene): readonly Block[] {
	const { view, looks } = scene;
	return [
		...unwrittenBlocks(scene),
		...page.pinned,
		...(page.field === null ? [] : [fieldBlock(page.field, view.draft, looks)]),
		...(view.notice === null ? [] : [text(toned(view.notice, 'warning'))]),
	];
}

const breakable = (span: Span): Span => ({ ...span, text: span.text.replaceAll('\u00a0', ' ') });

function footerBlock(scene: Scene, page: Page): Block {
	const keys = footerKeys({ ...scene, page });
	const auto = scene.view.auto === 'off' ? [] : [toned('running on by itself, Esc stops it  ', 'info')];
	const spans: readonly Span[] = keys.flatMap(({ shown, label }, index) => [
		...(index === 0 ? [] : [plain('  ')]),
		{ text: shown, tone: 'key' as const },
		// Unbreakable, so that a key and its word stay on one line.
		faint(`\u00a0${label.replaceAll(' ', '\u00a0')}`),
	]);
	return text(...auto, ...spans);
}

function tooSmall(scene: Scene, page: Page): Frame {
	const { columns, rows } = scene.looks;
	const words = `Too small: ${columns} by ${rows}. At least ${smallestSize.columns} by ${smallestSize.rows} is needed; nothing is lost.`;
	const lines = layOut([text(words)], { ...scene, width: Math.max(8, columns), selected: null });
	return {
		header: [],
		body: lines.slice(0, Math.max(1, rows - 1)),
		aside: [],
		bodyWidth: columns,
		pinned: [],
		footer: [],
		scroll: 0,
		maxScroll: 0,
		room: 1,
		page,
	};
}

/** The first line in sight: where it was scrolled to, or so that the selected choice is in sight. */
function firstLine(lines: readonly Line[], scroll: number | null, selected: number, room: number): number {
	const last = Math.max(0, lines.length - room);
	if (scroll !== null) return Math.min(last, Math.max(0, scroll));
	const from = lines.findIndex(({ choice }) => choice === selected);
	const to = lines.findLastIndex(({ choice }) => choice === selected);
	if (from < 0) return 0;
	// The first choice brings what stands above it into sight again.
	const above = selected === 0 ? Math.max(0, to + 2 - room) : Math.max(0, Math.min(from, to + 2 - room));
	return Math.min(last, above);
}

/** How much of the text is out of sight; one line, only where something is. */
function position(lines: number, scroll: number, room: number, { reader, glyphs }: Looks): readonly Span[] {
	const last = Math.min(lines, scroll + room);
	const words = `lines ${scroll + 1} to ${last} of ${lines}`;
	return [
		faint(reader ? words : `${glyphs.rule.repeat(2)} ${words}${last < lines ? ', PgDn for more' : ''} `),
	];
}

export function frameOf(scene: Scene): Frame {
	const { looks, view, prose } = scene;
	const { columns, rows } = looks;
	const page = pageOf(scene);
	if (columns < smallestSize.columns || rows < smallestSize.rows) return tooSmall(scene, page);
	const { overlay } = view;
	const shown = overlay === null ? page : overlayOf(scene, overlay.name, helpBlocks({ ...scene, page }));
	const beside =
		shown.aside !== null && shown.aside.trim() !== '' && columns >= besideFromColumns && !looks.reader;
	const bodyWidth = beside ? Math.floor(columns * 0.55) : columns;
	const options = { looks, prose, width: columns, selected: null };

	const rule: Line = {
		spans: looks.reader ? [] : [drawn(looks.glyphs.rule.repeat(columns), 'faint')],
		choice: null,
	};
	const header: Line[] = [
		// A long host must not push the role out of sight, nor the header the page.
		...headerLines(scene).flatMap((spans) => layOut([text(...spans)], options).slice(0, rows < 16 ? 1 : 2)),
		...(looks.reader || rows < 16 ? [] : [rule]),
		...layOut([text(strong(shown.title))], options).slice(0, 1),
		...(rows < 16 ? [] : [blank]),
	];
	const footer = [
		...(rows < 16 ? [] : [blank]),
		...layOut([footerBlock(scene, page)], options)
			.slice(0, Math.max(1, Math.floor(rows / 6)))
			.map((line) => ({ ...line, spans: line.spans.map(breakable) })),
	];
	const pinnedAll = overlay === null ? layOut(pinnedBlocks(page, scene), options) : [];
	// One row stays free: a frame as high as the terminal makes it scroll. One more says how much is out of sight.
	const available = Math.max(3, rows - 1 - header.length - footer.length);
	const pinnedLines = pinnedAll.slice(-Math.max(1, available - 3));
	const pinned = pinnedLines.length === 0 || rows < 16 ? pinnedLines : [blank, ...pinnedLines];

	const lines = layOut([...shown.blocks, ...(beside ? [] : fromArticle(shown.aside))], {
		...options,
		width: bodyWidth,
		selected: overlay === null && shown.choices.length > 0 ? view.selected : null,
	});
	const full = Math.max(1, available - pinned.length);
	const fits = lines.length <= full;
	const room = fits ? full : Math.max(1, full - 1);
	const scroll = firstLine(lines, overlay === null ? view.scroll : overlay.scroll, view.selected, room);
	const body = lines.slice(scroll, scroll + room);
	const aside = beside
		? layOut(fromArticle(shown.aside), { ...options, width: columns - bodyWidth - 3 }).slice(0, full)
		: [];
	return {
		header,
		body: fits ? body : [...body, { spans: position(lines.length, scroll, room, looks), choice: null }],
		aside,
		bodyWidth,
		pinned,
		footer,
		scroll,
		maxScroll: Math.max(0, lines.length - room),
		room,
		page,
	};
}
