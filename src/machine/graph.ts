/** An article as a drawing: its nodes by kind, its edges by verdict. Mermaid (as GitHub renders it), Graphviz, or data. */
import type { Article, Bearing, Check, Symptom } from '../article/article.ts';
import { flatSymptoms } from '../article/flat-symptoms.ts';
import { plainInline, plainText } from '../article/plain-text.ts';
import { mermaidText, shortened } from './mermaid-text.ts';

export type NodeKind = 'symptom' | 'check' | 'cause' | 'solution';

export type GraphNode = {
	/** `kind:slug`: a cause and a check may share a heading. */
	readonly id: string;
	readonly kind: NodeKind;
	readonly label: string;
};

/** `next` leads on, `observed by` from a symptom to its check, the bearings to a cause, the cures to a solution. */
export type EdgeKind = 'next' | 'observed by' | Bearing | 'cure' | 'relief';

export type GraphEdge = {
	readonly from: string;
	readonly to: string;
	readonly kind: EdgeKind;
	/** The verdicts that lead there, in the order written; empty: it always does. */
	readonly verdicts: readonly string[];
};

export type Graph = { readonly nodes: readonly GraphNode[]; readonly edges: readonly GraphEdge[] };

const idOf = (kind: NodeKind, slug: string): string => `${kind}:${slug}`;

function symptomEdges(symptoms: readonly Symptom[]): readonly GraphEdge[] {
	return symptoms.flatMap(({ id, check }) =>
		check === null
			? []
			: [{ from: idOf('symptom', id), to: idOf('check', check), kind: 'observed by' as const, verdicts: [] }],
	);
}

/** Where each verdict of a check leads: on to a check, and to the causes it speaks for or against. */
function checkEdges(check: Check, following: Check | undefined): readonly GraphEdge[] {
	const from = idOf('check', check.id);
	return check.branches.flatMap((branch) => {
		const next = branch.next ?? following?.id;
		const verdicts = [branch.verdict];
		return [
			...(next === undefined ? [] : [{ from, to: idOf('check', next), kind: 'next' as const, verdicts }]),
			...branch.causes.map(({ cause, bearing }) => ({
				from,
				to: idOf('cause', cause),
				kind: bearing,
				verdicts,
			})),
		];
	});
}

/** One edge for all verdicts that lead from one node to another in the same way: a drawing with 500 cannot be read. */
function merged(edges: readonly GraphEdge[]): readonly GraphEdge[] {
	const byEnds = new Map<string, GraphEdge>();
	for (const edge of edges) {
		const key = JSON.stringify([edge.from, edge.to, edge.kind]);
		const known = byEnds.get(key);
		byEnds.set(
			key,
			known === undefined ? edge : { ...known, verdicts: [...known.verdicts, ...edge.verdicts] },
		);
	}
	return [...byEnds.values()];
}

/** Where every verdict goes the same way, naming them all says nothing. */
function withoutSelfEvident(edges: readonly GraphEdge[], checks: readonly Check[]): readonly GraphEdge[] {
	const branches = new Map(checks.map(({ id, branches }) => [idOf('check', id), branches.length]));
	return edges.map((edge) =>
		edge.kind === 'next' && branches.get(edge.from) === edge.verdicts.length
			? { ...edge, verdicts: [] }
			: edge,
	);
}

/** Only edges between nodes that are there: a dead link is lint's to report. */
export function graphOf(article: Article): Graph {
	const { checks, causes, solutions } = article;
	const symptoms = flatSymptoms(article.symptoms);
	const nodes: readonly GraphNode[] = [
		...symptoms.map(({ id, text }) => ({
			id: idOf('symptom', id),
			kind: 'symptom' as const,
			label: plainText(text),
		})),
		...checks.map(({ id, title }) => ({
			id: idOf('check', id),
			kind: 'check' as const,
			label: plainInline(title),
		})),
		...causes.map(({ id, title }) => ({
			id: idOf('cause', id),
			kind: 'cause' as const,
			label: plainInline(title),
		})),
		...solutions.map(({ id, title }) => ({
			id: idOf('solution', id),
			kind: 'solution' as const,
			label: plainInline(title),
		})),
	];
	const edges = [
		...symptomEdges(symptoms),
		...checks.flatMap((check, index) => checkEdges(check, checks[index + 1])),
		...causes.flatMap(({ id, cures }) =>
			cures.map(({ solution, relief }) => ({
				from: idOf('cause', id),
				to: idOf('solution', solution),
				kind: relief ? ('relief' as const) : ('cure' as const),
				verdicts: [],
			})),
		),
	];
	const there = new Set(nodes.map(({ id }) => id));
	return {
		nodes,
		edges: withoutSelfEvident(
			merged(edges.filter(({ from, to }) => there.has(from) && there.has(to))),
			checks,
		),
	};
}

function edgeLabel({ kind, verdicts }: GraphEdge): string {
	const said = verdicts.join(', ');
	switch (kind) {
		case 'against':
			return `not: ${said}`;
		case 'proves':
		case 'rules out':
			return `${kind}: ${said}`;
		case 'relief':
			return 'relief';
		case 'for':
		case 'next':
			return said;
		case 'cure':
		case 'observed by':
			return '';
	}
}

const mermaidShapes: Readonly<Record<NodeKind, readonly [string, string]>> = {
	symptom: ['>', ']'],
	check: ['{{', '}}'],
	cause: ['([', '])'],
	solution: ['[[', ']]'],
};

const mermaidArrows: Readonly<Record<EdgeKind, string>> = {
	next: '-->',
	'observed by': '-.->',
	for: '-->',
	proves: '==>',
	against: '-.->',
	'rules out': '-.-x',
	cure: '-->',
	relief: '-.->',
};

/** A flowchart. Node ids are numbers, so that no slug is a word of the language (`end`). */
export function toMermaid({ nodes, edges }: Graph): string {
	const names = new Map(nodes.map(({ id }, index) => [id, `n${index}`]));
	const lines = [
		'flowchart TD',
		...nodes.map(({ id, kind, label }) => {
			const [open, close] = mermaidShapes[kind];
			return `\t${names.get(id)}${open}"${mermaidText(label)}"${close}:::${kind}`;
		}),
		...edges.map((edge) => {
			const label = edgeLabel(edge);
			const said = label === '' ? '' : `|"${mermaidText(label)}"|`;
			return `\t${names.get(edge.from)} ${mermaidArrows[edge.kind]}${said} ${names.get(edge.to)}`;
		}),
		'\tclassDef symptom stroke-dasharray: 3 3',
		'\tclassDef check stroke-width: 1px',
		'\tclassDef cause stroke-width: 2px',
		'\tclassDef solution stroke-width: 3px',
	];
	return `${lines.join('\n')}\n`;
}

/** A name is never shortened: two long ones would become one. */
const dotName = (text: string): string => `"${text.replaceAll(/[\\"]/g, '\\$&')}"`;
const dotText = (text: string): string => dotName(shortened(text));

const dotShapes: Readonly<Record<NodeKind, string>> = {
	symptom: 'note',
	check: 'hexagon',
	cause: 'ellipse',
	solution: 'box',
};

const dotStyles: Readonly<Record<EdgeKind, string>> = {
	next: 'solid',
	'observed by': 'dotted',
	for: 'solid',
	proves: 'bold',
	against: 'dashed',
	'rules out': 'dashed',
	cure: 'solid',
	relief: 'dashed',
};

/** Graphviz. */
export function toDot({ nodes, edges }: Graph): string {
	const lines = [
		'digraph article {',
		'\trankdir=TB;',
		...nodes.map(
			({ id, kind, label }) => `\t${dotName(id)} [label=${dotText(label)}, shape=${dotShapes[kind]}];`,
		),
		...edges.map(
			(edge) =>
				`\t${dotName(edge.from)} -> ${dotName(edge.to)} [label=${dotText(edgeLabel(edge))}, style=${dotStyles[edge.kind]}];`,
		),
		'}',
	];
	return `${lines.join('\n')}\n`;
}
