/** The article's sections and nodes, found by headings or by the bold lead-ins of the published articles. */
import GithubSlugger from 'github-slugger';
import type { Token, Tokens } from 'marked';
import type { Slug } from './article.ts';
import { type Block, isHeading, isParagraph, isSpace, lexBlocks, rawText } from './markdown-blocks.ts';
import { plainInline } from './plain-text.ts';

export type SectionKind = 'issue' | 'applies-to' | 'symptoms' | 'checks' | 'causes' | 'solutions';

/** A `###` heading with what stands below it. */
export type OutlineNode = {
	readonly id: Slug;
	readonly title: string;
	readonly line: number;
	readonly blocks: readonly Block[];
	/** The slug that its text alone would have; another than `id` if it was taken. */
	readonly wanted: Slug;
};

export type Section = {
	/** Null: one that means nothing to the machine. */
	readonly kind: SectionKind | null;
	readonly title: string;
	readonly line: number;
	/** What stands before the first node; all of it where there are none. */
	readonly blocks: Block[];
	readonly nodes: OutlineNode[];
};

/** What a `#anchor` of this document leads to. */
export type AnchorKind = 'check' | 'cause' | 'solution' | 'heading';

export type Outline = {
	readonly heading: { readonly title: string; readonly line: number } | null;
	readonly preamble: readonly Block[];
	readonly sections: readonly Section[];
	readonly anchors: Map<Slug, AnchorKind>;
	/** Slugs of headings, also of those inside a node. */
	readonly slugs: ReadonlyMap<Token, Slug>;
	/** Goes on where the headings ended: an id for what has no heading of its own. */
	readonly uniqueSlug: (text: string) => Slug;
};

const sectionNames: ReadonlyMap<string, SectionKind> = new Map([
	['issue', 'issue'],
	['purpose', 'issue'],
	['applies to', 'applies-to'],
	['symptom', 'symptoms'],
	['symptoms', 'symptoms'],
	['check', 'checks'],
	['checks', 'checks'],
	['cause', 'causes'],
	['causes', 'causes'],
	['solution', 'solutions'],
	['solutions', 'solutions'],
	['resolution', 'solutions'],
	['steps', 'solutions'],
]);

const anchorKinds: ReadonlyMap<SectionKind | null, AnchorKind> = new Map([
	['checks', 'check'],
	['causes', 'cause'],
	['solutions', 'solution'],
]);

/** A remark of one paragraph; the section that it interrupts goes on behind it. */
const admonition = /^(?:warning|note|caution|important|tip|info|attention|danger)$/i;

const leadIn = /^(\*\*|__)\s*([^*_\n]{1,60}?)\s*(:?)\s*\1\s*(:?)[ \t]*\n?/;

function sectionKind(title: string): SectionKind | null {
	return sectionNames.get(title.toLowerCase().replace(/:$/, '').trim()) ?? null;
}

export function outlineOf(blocks: readonly Block[]): Outline {
	const slugger = new GithubSlugger();
	const slugs = new Map<Token, Slug>();
	const anchors = new Map<Slug, AnchorKind>();
	for (const { token } of blocks) {
		if (!isHeading(token)) continue;
		const slug = slugger.slug(plainInline(token.text));
		slugs.set(token, slug);
		anchors.set(slug, 'heading');
	}
	const preamble: Block[] = [];
	const sections: Section[] = [];
	let heading: Outline['heading'] = null;
	/** Where blocks go now; null: before any section. */
	let section: Section | null = null;
	let byHeading = false;
	let node: Block[] | null = null;

	const open = (kind: SectionKind | null, title: string, line: number, headed: boolean): Section => {
		const opened: Section = { kind, title, line, blocks: [], nodes: [] };
		sections.push(opened);
		byHeading = headed;
		node = null;
		return opened;
	};

	for (const block of blocks) {
		const { token, line } = block;
		if (isHeading(token) && token.depth <= 3) {
			const title = plainInline(token.text);
			if (token.depth === 1 && heading === null && section === null) {
				heading = { title, line };
			} else if (token.depth <= 2) {
				section = open(sectionKind(title), title, line, true);
			} else if (section !== null && anchorKinds.has(section.kind)) {
				node = addNode(section, token, title, line);
			} else (section?.blocks ?? preamble).push(block);
			continue;
		}
		const lead =
			node === null && isParagraph(token) ? readLeadIn(token, line, section === null || !byHeading) : null;
		if (lead !== null) {
			if (admonition.test(lead.title) && sectionKind(lead.title) === null) {
				const interrupted: Section | null = section;
				open(null, lead.title, line, false).blocks.push(...lead.rest);
				section = interrupted ?? null;
			} else {
				section = open(sectionKind(lead.title), lead.title, line, false);
				section.blocks.push(...lead.rest);
			}
			continue;
		}
		(node ?? section?.blocks ?? preamble).push(block);
	}
	return { heading, preamble, sections, anchors, slugs, uniqueSlug: (text) => slugger.slug(text) };

	function addNode(into: Section, token: Tokens.Heading, title: string, line: number): Block[] {
		const id = slugs.get(token) ?? '';
		const own: Block[] = [];
		into.nodes.push({ id, title, line, blocks: own, wanted: new GithubSlugger().slug(title) });
		anchors.set(id, anchorKinds.get(into.kind) ?? 'heading');
		return own;
	}
}

/**
 * `**Cause:** text`, also without the blank, which CommonMark then does not see as bold.
 * @param anyName whether a name that we do not know opens a section too
 */
function readLeadIn(
	token: Tokens.Paragraph,
	line: number,
	anyName: boolean,
): { readonly title: string; readonly rest: Block[] } | null {
	const match = leadIn.exec(token.raw);
	if (match === null) return null;
	const [whole, , title = '', inside, behind] = match;
	const rest = token.raw.slice(whole.length);
	const marked = inside === ':' || behind === ':' || rest.trim() === '';
	if (!marked || (sectionKind(title) === null && !anyName)) return null;
	const breaks = whole.endsWith('\n') ? 1 : 0;
	return { title, rest: lexBlocks(rest, line + breaks).filter(({ token: inner }) => !isSpace(inner)) };
}

/** The Markdown of a section, its nodes left out. */
export function sectionText(section: Section): string {
	return rawText(section.blocks);
}
