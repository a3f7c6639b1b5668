/** The blocks that the sections of a report are made of. */
import { type Content, type Html, h, join } from './markup.ts';

/** A chapter with its anchor; what has nothing to say is null instead. */
export type Section = { readonly id: string; readonly title: string; readonly body: Html };

export function section(id: string, title: string, ...body: readonly Content[]): Section {
	return { id, title, body: join(...body) };
}

export function renderSection({ id, title, body }: Section): Html {
	return h('section', { id, 'aria-labelledby': `${id}-title` }, h('h2', { id: `${id}-title` }, title), body);
}

/** Names and what they stand for; a null is left out. */
export function definitions(entries: readonly (readonly [string, Content])[]): Html {
	const known = entries.filter(([, value]) => value !== null);
	return h(
		'dl',
		{ class: 'facts' },
		known.map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value))),
	);
}

/** A list; null without items. */
export function list(items: readonly Content[], kind: 'ul' | 'ol' = 'ul'): Html | null {
	return items.length === 0
		? null
		: h(
				kind,
				{},
				items.map((item) => h('li', {}, item)),
			);
}

/** Long evidence behind a line of our own, which a reader opens; on paper it is open. */
export function folded(summary: Content, ...content: readonly Content[]): Html {
	return h('details', {}, h('summary', {}, summary), h('div', { class: 'fold' }, ...content));
}

/** Text to the letter; long lines are broken, so that none is hidden. */
export function codeBlock(text: string): Html {
	return h('pre', {}, h('code', {}, text.trimEnd()));
}

export function code(text: string): Html {
	return h('code', {}, text);
}

export function nothing(text: string): Html {
	return h('p', { class: 'quiet' }, text);
}
