/** What was observed becomes a finding, and takes its place among the others. */
import type { Slug } from '../article/article.ts';
import { verdictOf, type WizardContext } from './context.ts';
import { fillTemplate } from './facts.ts';
import type { Finding } from './finding.ts';
import type { Observation } from './ports.ts';

/** The finding that an observation makes of a check; an unlisted verdict and an error take `otherwise`. */
export function findingOf(
	context: WizardContext,
	check: Slug,
	observation: Observation,
	by: string | null,
): Finding | null {
	if (observation.kind === 'absent') return null;
	const node = context.article.checks.find(({ id }) => id === check);
	if (node === undefined) return null;
	const verdict = verdictOf(
		observation,
		node.branches.map((branch) => branch.verdict),
	);
	const branch = node.branches.find((candidate) => candidate.verdict === verdict);
	if (branch === undefined) return null;
	const facts = observation.kind === 'verdict' ? observation.facts : {};
	return {
		check,
		verdict,
		severity: branch.severity,
		text: by !== null && branch.say !== null ? branch.say : fillTemplate(branch.text, facts),
		source: observation.source,
		at: observation.at,
		durationMs: observation.durationMs,
		sql: observation.sql,
		answeredBy: by,
		facts,
		rows: observation.kind === 'verdict' ? observation.rows : [],
		error: observation.failure,
		grant: observation.kind === 'verdict' ? observation.grant : null,
	};
}

export function withFinding(context: WizardContext, finding: Finding): Partial<WizardContext> {
	// A second look of the same kind replaces the first: what is shown is what is true now.
	const person = finding.source === 'person';
	const others = context.findings.filter(
		(known) => known.check !== finding.check || (known.source === 'person') !== person,
	);
	return {
		findings: [...others, finding],
		notSeen: context.notSeen.filter(({ check }) => check !== finding.check),
		absence: null,
		demanded: null,
	};
}
