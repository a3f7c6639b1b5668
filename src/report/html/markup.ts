/**
 * HTML that cannot be injected into. An element is made here and nowhere else; every string that it is given is text,
 * cleaned and escaped. There is no tag for a script, no attribute that acts, no link that leads out of the page.
 */
import { cleanText, printable } from '../../evidence/untrusted.ts';
import { beginsFormula } from '../formula.ts';

const inline = [
	'a',
	'abbr',
	'code',
	'em',
	'span',
	'strong',
	'time',
	// Of drawings.
	'desc',
	'g',
	'line',
	'path',
	'rect',
	'svg',
	'text',
	'title',
] as const;

const blocks = [
	'article',
	'caption',
	'dd',
	'details',
	'div',
	'dl',
	'dt',
	'figcaption',
	'figure',
	'footer',
	'h1',
	'h2',
	'h3',
	'h4',
	'header',
	'li',
	'main',
	'nav',
	'ol',
	'p',
	'pre',
	'section',
	'summary',
	'table',
	'tbody',
	'td',
	'th',
	'thead',
	'tr',
	'ul',
] as const;

/** What begins here becomes a cell of its own where it is pasted into a spreadsheet. A query or a diff stays as it is. */
const cells: ReadonlySet<string> = new Set(blocks.filter((tag) => tag !== 'pre'));

export type Tag = (typeof inline)[number] | (typeof blocks)[number];

type AttributeName =
	| 'aria-hidden'
	| 'aria-label'
	| 'aria-labelledby'
	| 'class'
	| 'd'
	| 'datetime'
	| 'dx'
	| 'dy'
	| 'focusable'
	| 'height'
	| 'id'
	| 'lang'
	| 'preserveAspectRatio'
	| 'role'
	| 'rx'
	| 'scope'
	| 'tabindex'
	| 'text-anchor'
	| 'viewBox'
	| 'width'
	| 'x'
	| 'x1'
	| 'x2'
	| 'y'
	| 'y1'
	| 'y2';

export type Attributes = { readonly [Name in AttributeName]?: string | number | null } & {
	/** Within the page only. */
	readonly href?: `#${string}`;
};

const markup = Symbol('markup');
const lead = Symbol('lead');

/** Made by {@link h} only: nobody else has the keys. */
export type Html = { readonly [markup]: string; readonly [lead]: string };

/** What an element may hold; null is nothing. */
export type Content = Html | string | number | null | readonly Content[];

const entities: Readonly<Record<string, string>> = {
	'&': '&amp;',
	'<': '&lt;',
	'>': '&gt;',
	'"': '&quot;',
	"'": '&#39;',
};

function escapeText(text: string): string {
	return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? '');
}

function isList(content: Content): content is readonly Content[] {
	return Array.isArray(content);
}

/** Text, elements and lists of them, as one piece without an element around it. */
export function join(...content: readonly Content[]): Html {
	const parts = content.map((part): Html => {
		if (part === null) return { [markup]: '', [lead]: '' };
		if (isList(part)) return join(...part);
		if (typeof part === 'number') return { [markup]: String(part), [lead]: String(part) };
		if (typeof part !== 'string') return part;
		const text = printable(part);
		return { [markup]: escapeText(text), [lead]: text.slice(0, 100) };
	});
	return {
		[markup]: parts.map((part) => part[markup]).join(''),
		[lead]: parts.find((part) => part[lead].trim() !== '')?.[lead] ?? '',
	};
}

function attributeText(attributes: Attributes): string {
	return Object.entries(attributes)
		.filter(([, value]) => value !== null && value !== undefined)
		.map(([name, value]) => ` ${name}="${escapeText(cleanText(String(value)))}"`)
		.join('');
}

/** One element. */
export function h(tag: Tag, attributes: Attributes, ...content: readonly Content[]): Html {
	const inner = join(...content);
	const guard = cells.has(tag) && beginsFormula(inner[lead]) ? '&#39;' : '';
	return {
		[markup]: `<${tag}${attributeText(attributes)}>${guard}${inner[markup]}</${tag}>`,
		[lead]: guard === '' ? inner[lead] : `'${inner[lead]}`,
	};
}

const rules = Symbol('rules');

/** Made by {@link css} only. */
export type Stylesheet = { readonly [rules]: string };

/** Rules as they are written in our own source: nothing can be put into them. */
export function css({ raw }: TemplateStringsArray): Stylesheet {
	return { [rules]: raw.join('') };
}

export type Page = {
	/** An IETF language tag. */
	readonly lang: string;
	readonly title: string;
	readonly styles: readonly Stylesheet[];
	readonly body: Content;
};

/** Nothing is fetched, nothing is run, nothing is sent: also where somebody edits the file. */
const policy =
	"default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/** The whole file. */
export function documentOf({ lang, title, styles, body }: Page): string {
	return `<!doctype html>
<html${attributeText({ lang })}>
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${join(title)[markup]}</title>
<style>${styles.map((sheet) => sheet[rules]).join('\n')}</style>
</head>
<body>
${join(body)[markup]}
</body>
</html>
`;
}
