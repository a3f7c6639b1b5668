/** What PostgreSQL's parser says about the SQL of an article. */
import { nearestName } from '../nearest-name.ts';
import type { Article, Check, Fence } from './article.ts';
import { parametersAsSamples } from './parameters.ts';
import { placeholders } from './placeholders.ts';
import { probeFacts, probeVerdicts } from './probes.ts';
import type { Report } from './problems.ts';
import { type QueryShape, queryShape } from './query-shape.ts';
import { gateQuery } from './sql-gate.ts';
import { lineOfOffset, SqlSyntaxError, splitStatements } from './sql-parser.ts';

/** The shape of each query that passed the gate. */
export type QueryShapes = Map<Fence, QueryShape>;

export async function lintCheckQueries(article: Article, shapes: QueryShapes, report: Report): Promise<void> {
	for (const check of article.checks) {
		for (const fence of [...check.checks, ...check.evidence])
			if (fence.language === 'sql') await lintQuery(fence, shapes, report);
		lintVerdicts(check, shapes, report);
		lintPlaceholders(check, shapes, report);
	}
}

export async function lintSolutionQueries(
	article: Article,
	shapes: QueryShapes,
	report: Report,
): Promise<void> {
	for (const { steps } of article.solutions) {
		for (const { previews, applies, undos } of steps) {
			for (const fence of previews) if (fence.language === 'sql') await lintQuery(fence, shapes, report);
			for (const fence of [...applies, ...undos]) {
				if (fence.language === 'sql') await lintStatements(fence, report);
				else if (fence.language === 'wait' && fence.body.trim() !== '')
					await lintQuery(fence, shapes, report);
			}
		}
	}
}

async function lintQuery(fence: Fence, shapes: QueryShapes, report: Report): Promise<void> {
	const result = await gateQuery(fence.body);
	if (!result.allowed) {
		for (const { rule, message, expected, nearest: near, line } of result.refusals) {
			report({
				line: fence.line + 1 + line,
				rule,
				message: `this query is never run: ${message}`,
				...(expected === null ? {} : { expected }),
				nearest: near,
			});
		}
		return;
	}
	const shape = queryShape(result.select);
	shapes.set(fence, shape);
	if (shape.columns === null) {
		report({
			line: fence.line,
			rule: 'select-star',
			message: 'select * gives other columns on every server version',
			expected: 'the columns by name',
		});
	}
}

async function lintStatements(fence: Fence, report: Report): Promise<void> {
	const sql = parametersAsSamples(fence.body);
	try {
		if ((await splitStatements(sql)).length > 0) return;
		report({ line: fence.line, rule: 'sql-syntax', message: 'there is no statement in it', expected: 'SQL' });
	} catch (error) {
		if (!(error instanceof SqlSyntaxError)) throw error;
		report({
			line: fence.line + 1 + lineOfOffset(sql, error.offset),
			rule: 'sql-syntax',
			message: `PostgreSQL's parser says: ${error.message}`,
			expected: 'SQL that PostgreSQL can parse',
		});
	}
}

function lintVerdicts(check: Check, shapes: QueryShapes, report: Report): void {
	if (check.checks.length === 0) return;
	const listed = check.branches.map(({ verdict }) => verdict).filter((verdict) => verdict !== 'otherwise');
	const possible = new Set<string>();
	let complete = true;
	for (const fence of check.checks) {
		const verdicts =
			fence.language === 'sql'
				? shapes.get(fence)?.verdicts
				: probeVerdicts(fence.language, fence.attributes);
		if (verdicts === undefined || verdicts === null) {
			complete = false;
			const shape = shapes.get(fence);
			if (shape?.verdicts !== null || shape.columns === null) continue;
			report({
				line: fence.line,
				rule: 'verdict-list',
				message: shape.columns.includes('verdict')
					? 'the verdict of this query is not a written one in every case'
					: 'this query has no column verdict',
				expected: "select case when … then 'full' else 'free' end as verdict, …",
			});
			continue;
		}
		for (const verdict of verdicts) possible.add(verdict);
		if (fence.language !== 'sql') continue;
		for (const verdict of verdicts) {
			if (listed.includes(verdict)) continue;
			report({
				line: fence.line,
				rule: 'verdict-list',
				message: `the query answers ${verdict}, and no branch takes it`,
				expected: `- **${verdict}** (severity): finding`,
				nearest: nearestName(verdict, listed),
			});
		}
	}
	if (!complete) return;
	for (const { verdict, line } of check.branches) {
		// A query may give no row; an unknown verdict of a probe has been reported by the compiler.
		if (['otherwise', 'none'].includes(verdict) || possible.has(verdict)) continue;
		if (!check.checks.some(({ language }) => language === 'sql')) continue;
		report({
			line,
			rule: 'verdict-list',
			message: `the query never answers ${verdict}`,
			expected: [...possible].join(', '),
			nearest: nearestName(verdict, possible),
		});
	}
}

function lintPlaceholders(check: Check, shapes: QueryShapes, report: Report): void {
	const sources = check.checks.map((fence) =>
		fence.language === 'sql' ? (shapes.get(fence)?.columns ?? null) : probeFacts(fence),
	);
	for (const branch of check.branches) {
		for (const name of placeholders(branch.text)) {
			const without = sources.find((columns) => columns !== null && !columns.includes(name));
			if (without === undefined && sources.length > 0) continue;
			report({
				line: branch.line,
				rule: 'unknown-column',
				message: `{${name}} is no column of this check`,
				expected: without === undefined || without === null ? 'a check that measures it' : without.join(', '),
				nearest: nearestName(name, without ?? []),
			});
		}
	}
}
