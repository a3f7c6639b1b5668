import { expect, test } from 'vitest';
import { compileArticle } from '../../src/article/compile.ts';
import { graphOf, toDot, toMermaid } from '../../src/machine/graph.ts';

const text = `---
id: KB900
title: A drawing
---

## Symptoms

- It \`hurts\` "badly" <script>alert(1)</script> #1; ([seen here](#end))

## Checks

### end

- **yes** (critical): it does → proves [subgraph](#subgraph)
- **no** (ok): it does not → not [subgraph](#subgraph)
- **otherwise** (unknown): nobody knows → [Is it so?](#is-it-so)

### Is it so?

- **yes** (warning): so it is → [subgraph](#subgraph)
- **otherwise** (unknown): nobody knows

## Causes

### subgraph

Words of the drawing language are headings like any other.

1. [Rest](#rest)

## Solutions

### Rest

- **Risk**: mild

Lie down.
`;

function drawn() {
	const { article, problems } = compileArticle(text, { path: 'kb900.md' });
	if (article === null) throw new Error(JSON.stringify(problems));
	return graphOf(article);
}

test('edges say by which verdict, and how a verdict bears on a cause', () => {
	const { edges } = drawn();
	expect(edges).toContainEqual({
		from: 'check:end',
		to: 'cause:subgraph',
		kind: 'proves',
		verdicts: ['yes'],
	});
	expect(edges).toContainEqual({
		from: 'check:end',
		to: 'cause:subgraph',
		kind: 'against',
		verdicts: ['no'],
	});
	// Every verdict goes on to the same check: naming them would say nothing.
	expect(edges).toContainEqual({ from: 'check:end', to: 'check:is-it-so', kind: 'next', verdicts: [] });
	expect(edges).toContainEqual({ from: 'cause:subgraph', to: 'solution:rest', kind: 'cure', verdicts: [] });
});

test('labels cannot leave their quotes in Mermaid, nor become HTML or Markdown', () => {
	const lines = toMermaid(drawn()).trimEnd().split('\n');
	const node = /^\tn\d+(?:>|\{\{|\(\[|\[\[)"(?:[^"#&<>`|]|#\d+;)*"(?:\]|\}\}|\]\)|\]\]):::\w+$/;
	const edge = /^\tn\d+ (?:-->|==>|-\.->|-\.-x)(?:\|"(?:[^"#&<>`|]|#\d+;)*"\|)? n\d+$/;
	expect(lines[0]).toBe('flowchart TD');
	for (const line of lines.slice(1)) {
		expect(node.test(line) || edge.test(line) || line.startsWith('\tclassDef '), line).toBe(true);
	}
});

test('names are quoted for Graphviz', () => {
	const dot = toDot(drawn());
	expect(dot).toContain('"check:end" -> "cause:subgraph" [label="proves: yes", style=bold];');
	expect(dot).toMatch(/\\"badly\\"/);
});
