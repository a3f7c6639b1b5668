import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run } from './run-cli.ts';

let dir = '';
beforeAll(async () => {
	dir = await mkdtemp(join(tmpdir(), 'kbwizard-articles-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

async function article(name: string, text: string): Promise<string> {
	const path = join(dir, name);
	await writeFile(path, text);
	return path;
}

const published =
	'# KB901 - It hurts\n\n**Symptoms:**\n\n* Pain\n\n**Cause:** A stone in the shoe.\n\n**Solution:**\n\n* Take it out\n';
const broken =
	'---\nid: KB902\n---\n\n## Checks\n\n### Is it so?\n\n```sql chek\nselect 1\n```\n\n- **yes** (critical): it is\n';

test('the shipped articles are listed and found by an error message', async () => {
	expect((await run(['articles'])).stdout).toContain('KB008  PostgreSQL connections fail');
	const listed = JSON.parse((await run(['articles', '--json'])).stdout);
	expect(listed.articles[0]).toMatchObject({ id: 'KB008' });
	const found = await run(['search', '53300: remaining connection slots are reserved']);
	expect(found).toMatchObject({ status: 0, stdout: expect.stringContaining('KB008') });
});

test('a published article without checks is diagnosed as far as it goes', async () => {
	const path = await article('kb901.md', published);
	const { status, stdout } = await run(['check', path, '--json']);
	const diagnosis = JSON.parse(stdout);
	expect(status).toBe(3);
	expect(diagnosis).toMatchObject({
		severity: 'unknown',
		symptoms: [{ text: 'Pain', observed: null }],
		solutions: [{ title: 'Take it out' }],
	});
	expect(diagnosis.causes).toHaveLength(1);
});

test('an answer given beforehand counts as a person’s', async () => {
	const path = await article('kb901.md', published);
	const { status, stdout } = await run(['check', path, '--answer', 'pain=yes', '--json']);
	expect(status).toBe(1);
	expect(JSON.parse(stdout)).toMatchObject({ source: 'person', symptoms: [{ observed: true }] });
});

test('a broken article is bad data, with the lines that are wrong', async () => {
	const path = await article('kb902.md', broken);
	const checked = await run(['check', path]);
	expect(checked).toMatchObject({ status: 65, stdout: '' });
	expect(checked.stderr).toMatch(/kb902\.md:\d+: error/);
	expect(await run(['check', join(dir, 'none.md')])).toMatchObject({ status: 65 });
});

test('lint passes what ships and fails what is broken', async () => {
	const good = await run(['lint', 'content']);
	expect(good, good.stdout).toMatchObject({ status: 0 });
	const bad = await run(['lint', await article('kb902.md', broken)]);
	expect(bad.status).toBe(65);
	expect(bad.stdout).toMatch(/kb902\.md:9: error: .*did you mean check\?/);
	expect(JSON.parse((await run(['lint', join(dir, 'kb902.md'), '--json'])).stdout).problems).not.toHaveLength(
		0,
	);
});

test('a drawing names every node and stays within what GitHub renders', async () => {
	const { status, stdout } = await run(['graph', 'KB008']);
	expect(status).toBe(0);
	expect(stdout).toMatch(/^flowchart TD\n/);
	expect(stdout).toContain('"Pools larger than the server"');
	// GitHub's Mermaid refuses more than 500 edges and more than 50,000 characters.
	expect(stdout.length).toBeLessThan(50_000);
	expect(stdout.split('\n').filter((line) => /--[>x]|==>|-\.-/.test(line)).length).toBeLessThan(500);
	expect((await run(['graph', 'KB008', '--format', 'dot'])).stdout).toMatch(/^digraph article \{/);
	const { nodes, edges } = JSON.parse((await run(['graph', 'KB008', '--json'])).stdout);
	const ids = new Set(nodes.map(({ id }: { id: string }) => id));
	for (const { from, to } of edges) expect([ids.has(from), ids.has(to)]).toEqual([true, true]);
});
