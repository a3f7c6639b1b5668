/** Where the value of a `:name` or a `{name}` comes from: a misspelt one would be NULL for ever. */
import { nearestName } from '../nearest-name.ts';
import type { Article, Fence, Solution } from './article.ts';
import { namesInFile } from './file-text.ts';
import type { QueryShapes } from './lint-queries.ts';
import { parameterNames } from './parameters.ts';
import { placeholders } from './placeholders.ts';
import { probeFacts } from './probes.ts';
import type { Report } from './problems.ts';

/** Known of every connection. */
const connectionFacts = ['database', 'user', 'host', 'port'] as const;

export function lintValues(article: Article, shapes: QueryShapes, report: Report): void {
	const facts = new Set<string>(connectionFacts);
	/** A probe whose facts depend on what it finds, or a query with `*`, may know any name. */
	let open = false;
	for (const { checks, id } of article.checks) {
		for (const fence of checks) {
			const columns = fence.language === 'sql' ? shapes.get(fence)?.columns : probeFacts(fence);
			if (columns === undefined || columns === null) open = true;
			for (const column of columns ?? []) facts.add(column).add(`${id.replaceAll('-', '_')}__${column}`);
		}
	}
	const unknown = (name: string, line: number, known: Iterable<string>, what: string): void => {
		const all = [...known];
		if (all.includes(name)) return;
		report({
			line,
			rule: 'unknown-name',
			message: `nothing gives ${what} a value`,
			expected: 'a parameter, a column of a check, or database, user, host, port',
			nearest: nearestName(name, all),
			severity: open ? 'warning' : 'error',
		});
	};
	for (const { id, checks, evidence } of article.checks) {
		for (const fence of checks) lintBefore(fence, shapes, report);
		const known = [...facts, ...parametersProvedBy(article, id)];
		for (const fence of [...checks, ...evidence]) {
			for (const name of namesIn(fence)) {
				if (!name.startsWith('before_')) unknown(name, fence.line, known, `:${name}`);
			}
		}
	}
	for (const solution of article.solutions) {
		lintSolutionValues(solution, shapes, facts, unknown);
		lintOtherServers(solution, report);
	}
}

/** A check that proves a solution is asked with that solution's parameters; elsewhere they are NULL. */
function parametersProvedBy({ solutions }: Article, check: string): readonly string[] {
	return solutions
		.filter(({ verify, steps }) =>
			[verify, ...steps.map((step) => step.verify)].some((each) => each?.check === check),
		)
		.flatMap(({ parameters }) => parameters.map(({ name }) => name));
}

function lintSolutionValues(
	solution: Solution,
	shapes: QueryShapes,
	facts: ReadonlySet<string>,
	unknown: (name: string, line: number, known: Iterable<string>, what: string) => void,
): void {
	const parameters = solution.parameters.map(({ name }) => name);
	const known = new Set([...facts, ...parameters]);
	for (const { previews, applies, undos } of solution.steps) {
		for (const fence of previews)
			for (const name of namesIn(fence)) unknown(name, fence.line, known, `:${name}`);
		for (const fence of previews) for (const column of shapes.get(fence)?.columns ?? []) known.add(column);
		for (const fence of [...applies, ...undos]) {
			for (const name of namesIn(fence)) unknown(name, fence.line, known, `:${name}`);
		}
	}
	for (const { instructions, line } of solution.onProviders) {
		for (const name of instructions.flatMap(placeholders)) unknown(name, line, known, `{${name}}`);
	}
	for (const name of placeholders(solution.confirm ?? '')) unknown(name, solution.line, known, `{${name}}`);
	for (const { type, line, default: value } of solution.parameters) {
		if (type.kind === 'choice') unknown(type.column, line, known, `{${type.column}}`);
		for (const name of placeholders(value ?? '')) unknown(name, line, known, `{${name}}`);
	}
}

/** `on=standby` is the server that the parameter `standby` leads to. */
function lintOtherServers({ parameters, steps }: Solution, report: Report): void {
	const connections = parameters.filter(({ type }) => type.kind === 'connection').map(({ name }) => name);
	for (const { attributes, line } of steps.flatMap(({ applies, undos }) => [...applies, ...undos])) {
		const { on } = attributes;
		if (on === undefined || connections.includes(on)) continue;
		report({
			line,
			rule: 'unknown-server',
			message: `on=${on} leads to no server`,
			expected: `a parameter of this solution: - \`${on}\` (connection): …`,
			nearest: nearestName(on, connections),
		});
	}
}

/** Parameters in the body and in the attributes (`budget=:usable`). */
function namesIn(fence: Fence): string[] {
	// The body of a person's step is text: a colon there means nothing.
	const body = ['sql', 'terminate', 'cancel', 'wait'].includes(fence.language)
		? parameterNames(fence.body)
		: fence.language === 'write'
			? namesInFile(fence.body)
			: [];
	return [...new Set([...body, ...Object.values(fence.attributes).flatMap(parameterNames)])];
}

/** `:before_used` is the first sample's `used`, where there are two samples. */
function lintBefore(fence: Fence, shapes: QueryShapes, report: Report): void {
	const columns = shapes.get(fence)?.columns ?? null;
	for (const name of namesIn(fence)) {
		if (!name.startsWith('before_')) continue;
		const column = name.slice('before_'.length);
		if (fence.againMs === null) {
			report({
				line: fence.line,
				rule: 'before-without-again',
				message: `:${name} needs a second sample`,
				expected: 'again=5s in the info string',
			});
		} else if (columns !== null && !columns.includes(column)) {
			report({
				line: fence.line,
				rule: 'unknown-column',
				message: `:${name} is no column of this query`,
				expected: columns.map((each) => `:before_${each}`).join(', '),
				nearest: nearestName(column, columns),
			});
		}
	}
}
