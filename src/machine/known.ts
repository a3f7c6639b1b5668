/** What follows from the machine's memory: asked by the screens, the report and `--json` alike. */
import type { Article, Symptom } from '../article/article.ts';
import { flatSymptoms } from '../article/flat-symptoms.ts';
import type { WizardContext } from './context.ts';
import type { Finding, RankedCause, RankedSolution, SeenSymptom } from './finding.ts';
import { decisiveFindings, overallSeverity, rankCauses, rankSolutions } from './rank.ts';

export type Known = {
	readonly causes: readonly RankedCause[];
	readonly solutions: readonly RankedSolution[];
	readonly symptoms: readonly SeenSymptom[];
	readonly severity: Finding['severity'];
};

function seen(symptom: Symptom, findings: readonly Finding[]): boolean | null {
	const finding = findings.find(({ check }) => check === (symptom.check ?? symptom.id));
	if (finding === undefined) return null;
	switch (finding.severity) {
		case 'warning':
		case 'critical':
			return true;
		case 'ok':
			return false;
		case 'info':
		case 'unknown':
			return null;
	}
}

/**
 * Symptoms flat, in document order. A symptom is there when the check that observes it came out badly; where that says
 * nothing, a person's word on it stands.
 */
export function seenSymptoms(
	article: Article,
	findings: readonly Finding[],
	said: WizardContext['symptoms'] = {},
): readonly SeenSymptom[] {
	const decisive = decisiveFindings(findings);
	return flatSymptoms(article.symptoms).map((symptom) => ({
		id: symptom.id,
		text: symptom.text,
		observed: seen(symptom, decisive) ?? said[symptom.id] ?? null,
	}));
}

export function known(context: WizardContext): Known {
	const { article, findings, server, symptoms, asksOnly } = context;
	const causes = rankCauses(article, findings);
	return {
		causes,
		solutions: rankSolutions(article, causes, server, findings, asksOnly),
		symptoms: seenSymptoms(article, findings, symptoms),
		severity: overallSeverity(article, findings),
	};
}
