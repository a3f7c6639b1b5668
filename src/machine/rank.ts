/** Weighs the evidence: which causes are proved or suspected, and which solution comes first. */
import type { Article, Bearing, Cause, CureLink, Severity, Slug, Solution } from '../article/article.ts';
import { waysOn, whyNotOn } from '../article/providers-way.ts';
import { isAboutProcesses, needsSession } from '../article/step-kind.ts';
import { isWayIn } from '../article/way-in.ts';
import type { Evidence, Finding, RankedCause, RankedSolution } from './finding.ts';
import { isGuided } from './guided.ts';
import type { ServerIdentity } from './ports.ts';

const gravity: Readonly<Record<Severity, number>> = { unknown: 0, ok: 1, info: 2, warning: 3, critical: 4 };

/** Orders severities; `unknown` is the least, because nothing was determined. */
export function graver(a: Severity, b: Severity): Severity {
	return gravity[b] > gravity[a] ? b : a;
}

/** The worst severity that was determined; `unknown` only if nothing was. */
export function worstSeverity(findings: readonly Finding[]): Severity {
	return findings.map((finding) => finding.severity).reduce(graver, 'unknown');
}

/**
 * How bad it is in all. Where the way in could not be understood, what looks well beside it is no "ok": whoever
 * watches the server must not be told that it is well.
 */
export function overallSeverity({ checks }: Article, findings: readonly Finding[]): Severity {
	const decisive = decisiveFindings(findings);
	const worst = worstSeverity(decisive);
	const waysIn = checks.filter(isWayIn).map(({ id }) => id);
	const unclear = decisive.some(({ check, severity }) => severity === 'unknown' && waysIn.includes(check));
	return unclear && gravity[worst] <= gravity.info ? 'unknown' : worst;
}

/** What evidence for a cause counts, by the severity of its branch (article format, "Evidence"). */
const weightFor: Readonly<Record<Severity, number>> = { critical: 4, warning: 2, info: 1, ok: 0, unknown: 0 };
const weightAgainst = 2;

/** How much a finding has to say beside others of its check. */
const authority = ({ stale, source }: Finding): number =>
	(stale === undefined ? 2 : 0) + (source === 'person' ? 0 : 1);

/**
 * One finding a check: what was seen in this run decides before what is stale, then a live answer before a person's,
 * which stands beside it (architecture, "The machine"). Among equals the latest decides.
 */
export function decisiveFindings(findings: readonly Finding[]): readonly Finding[] {
	const byCheck = new Map<Slug, Finding>();
	for (const finding of findings) {
		const before = byCheck.get(finding.check);
		if (before === undefined || authority(finding) >= authority(before)) {
			byCheck.set(finding.check, finding);
		}
	}
	return [...byCheck.values()];
}

type Weighed = {
	cause: Cause;
	proved: boolean;
	ruledOut: boolean;
	score: number;
	severity: Severity;
	for: Evidence[];
	against: Evidence[];
};

function weigh(weighed: Weighed, bearing: Bearing, finding: Finding): void {
	const evidence: Evidence = { check: finding.check, verdict: finding.verdict };
	switch (bearing) {
		case 'proves':
			weighed.proved = true;
			weighed.score += weightFor[finding.severity];
			weighed.severity = graver(weighed.severity, finding.severity);
			weighed.for.push(evidence);
			return;
		case 'for':
			weighed.score += weightFor[finding.severity];
			weighed.severity = graver(weighed.severity, finding.severity);
			weighed.for.push(evidence);
			return;
		case 'rules out':
			weighed.ruledOut = true;
			weighed.against.push(evidence);
			return;
		case 'against':
			weighed.score -= weightAgainst;
			weighed.against.push(evidence);
			return;
	}
}

/**
 * The causes that stand, best first: proved ones by severity, then by score, then in document order.
 * A proof outweighs whatever rules it out only where both are there, and then stands behind the proofs that nothing
 * speaks against (what rules it out explains what proved it); a suspicion does not. Of an article that the
 * tool can look at nothing of, every cause is listed.
 */
export function rankCauses(article: Article, findings: readonly Finding[]): readonly RankedCause[] {
	const weighed = new Map<Slug, Weighed>(
		article.causes.map((cause) => [
			cause.id,
			{ cause, proved: false, ruledOut: false, score: 0, severity: 'unknown', for: [], against: [] },
		]),
	);
	const checks = new Map(article.checks.map((check) => [check.id, check]));
	for (const finding of decisiveFindings(findings)) {
		const branch = checks.get(finding.check)?.branches.find(({ verdict }) => verdict === finding.verdict);
		for (const link of branch?.causes ?? []) {
			const entry = weighed.get(link.cause);
			if (entry !== undefined) weigh(entry, link.bearing, finding);
		}
	}
	const order = [...weighed.values()];
	const anyProved = order.some(({ proved }) => proved);
	return order
		.filter(
			(entry) =>
				entry.proved || (entry.score > 0 && !entry.ruledOut && !(entry.cause.lastResort && anyProved)),
		)
		.map((entry, index) => ({ entry, index }))
		.sort(
			(a, b) =>
				Number(b.entry.proved) - Number(a.entry.proved) ||
				Number(a.entry.ruledOut) - Number(b.entry.ruledOut) ||
				(a.entry.proved ? gravity[b.entry.severity] - gravity[a.entry.severity] : 0) ||
				b.entry.score - a.entry.score ||
				a.index - b.index,
		)
		.map(({ entry }) => ({
			id: entry.cause.id,
			title: entry.cause.title,
			standing: entry.proved ? 'proved' : 'suspected',
			severity: entry.severity,
			score: entry.score,
			for: entry.for,
			against: entry.against,
		}));
}

/** Below this server version nothing is applied (architecture, "Where it runs"). */
const firstAppliedVersion = 100000;

/** As a whole by the tool, or step by step; by hand where the server's provider has a way of its own. */
function howHere(solution: Solution, server: ServerIdentity | null): Solution['how'] {
	return server !== null && waysOn(solution, server.provider).length > 0 ? 'guided' : solution.how;
}

/** Whether the processes of the server could be looked at, which is so on its own host. */
function isOnItsHost({ checks }: Article, findings: readonly Finding[]): boolean {
	const ofProcesses = checks.filter((check) => check.checks.some(({ language }) => language === 'processes'));
	return findings.some(
		({ check, source }) => source === 'host' && ofProcesses.some(({ id }) => id === check),
	);
}

/** Why it is not the time or the place to end processes; null: nobody gets in, and they are seen from here. */
function whyNoProcesses(
	server: ServerIdentity | null,
	article: Article,
	findings: readonly Finding[],
	asksOnly: boolean,
): string | null {
	if (server !== null && server.slot !== null) return 'a session is held: it is for when none can be had';
	const waysIn = article.checks.filter(isWayIn).map(({ id }) => id);
	const refusal = decisiveFindings(findings).find(({ check }) => waysIn.includes(check))?.verdict;
	if (refusal === 'ordinary slots gone') return 'slots are left for administrators: come in as one';
	if (refusal !== 'no slot at all') return 'it is for when not one slot is left';
	return asksOnly || isOnItsHost(article, findings)
		? null
		: 'run this on the server’s own host, where its processes are seen';
}

/**
 * Why the tool cannot apply a solution here; null: it can, or it is a person's to do.
 * @param asksOnly nobody connects: all of it is a person's to do, wherever they are
 */
export function whyUnavailable(
	solution: Solution,
	server: ServerIdentity | null,
	article: Article,
	findings: readonly Finding[],
	asksOnly = false,
): string | null {
	if (solution.steps.some(isAboutProcesses)) return whyNoProcesses(server, article, findings, asksOnly);
	if (asksOnly) return null;
	if (solution.how === 'guided' || !solution.steps.some(needsSession)) return null;
	if (server === null || server.slot === null) return 'there is no session on the server to apply it with';
	if (server.versionNum !== null && server.versionNum < firstAppliedVersion) {
		return `nothing is applied on PostgreSQL ${server.version ?? 'below 10'}: only 10 and later are tested`;
	}
	if (solution.notOn.includes(server.provider) && waysOn(solution, server.provider).length === 0)
		return whyNotOn(server.provider);
	return null;
}

/** Those whose condition does not hold go behind the others. */
function inPlace(cures: readonly CureLink[], said: ReadonlyMap<Slug, string>): readonly CureLink[] {
	const stands = ({ where }: CureLink): boolean =>
		where === undefined || where.verdicts.includes(said.get(where.check) ?? '');
	return [...cures].sort((a, b) => Number(stands(b)) - Number(stands(a)));
}

/**
 * What to do about it, best first: what lets an administrator in where nobody gets in, the cures of the causes in their
 * order, then what only relieves; what cannot be done here last, with the reason.
 * @param asksOnly nobody connects: all of it is a person's to do, and none is less possible than another
 */
export function rankSolutions(
	article: Article,
	causes: readonly RankedCause[],
	server: ServerIdentity | null,
	findings: readonly Finding[] = [],
	asksOnly = false,
): readonly RankedSolution[] {
	const said = new Map(decisiveFindings(findings).map(({ check, verdict }) => [check, verdict]));
	const solutions = new Map(article.solutions.map((solution) => [solution.id, solution]));
	const ranked = new Map<Slug, RankedSolution>();
	const list = (solution: Solution, relief: boolean, cause: Slug | null): void => {
		const known = ranked.get(solution.id);
		const why = whyUnavailable(solution, server, article, findings, asksOnly);
		ranked.set(solution.id, {
			id: solution.id,
			title: solution.title,
			risk: solution.risk,
			how: asksOnly ? 'guided' : howHere(solution, server),
			relief: (known?.relief ?? true) && relief,
			available: why === null,
			why,
			causes: [...(known?.causes ?? []), ...(cause === null ? [] : [cause])],
		});
	};
	for (const { id } of causes) {
		for (const cure of inPlace(article.causes.find((cause) => cause.id === id)?.cures ?? [], said)) {
			const solution = solutions.get(cure.solution);
			if (solution !== undefined) list(solution, cure.relief, id);
		}
	}
	if (isGuided(article)) {
		for (const solution of article.solutions) if (!ranked.has(solution.id)) list(solution, false, null);
	}
	// Where nobody gets in, that is the first thing to change: all else is better seen, and done, from inside.
	const letsIn = ({ id, available }: RankedSolution): boolean =>
		!asksOnly && available && solutions.get(id)?.steps.some(isAboutProcesses) === true;
	const rank = (solution: RankedSolution): number =>
		letsIn(solution) ? -1 : (solution.available ? 0 : 2) + (solution.relief ? 1 : 0);
	return [...ranked.values()].sort((a, b) => rank(a) - rank(b));
}
