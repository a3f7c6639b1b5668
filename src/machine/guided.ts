/** A published article has no checks; its symptoms become questions that a person answers. */
import type { Article, Check, Symptom } from '../article/article.ts';
import { flatSymptoms } from '../article/flat-symptoms.ts';

function question(article: Article, symptom: Symptom): Check {
	const { line } = symptom;
	return {
		id: symptom.id,
		title: symptom.text,
		line,
		prose: '',
		checks: [],
		evidence: [],
		byHand: null,
		branches: [
			{
				verdict: 'yes',
				severity: 'warning',
				text: `Seen: ${symptom.text}`,
				say: null,
				next: null,
				line,
				causes: article.causes.map(({ id }) => ({ cause: id, bearing: 'for', line })),
			},
			{
				verdict: 'no',
				severity: 'ok',
				text: `Not seen: ${symptom.text}`,
				say: null,
				next: null,
				line,
				causes: [],
			},
			{
				verdict: 'otherwise',
				severity: 'unknown',
				text: `Not known: ${symptom.text}`,
				say: null,
				next: null,
				line,
				causes: [],
			},
		],
	};
}

/** The article itself where it has checks, else the same with one question a symptom. */
export function asWizard(article: Article): Article {
	if (article.checks.length > 0) return article;
	return { ...article, checks: flatSymptoms(article.symptoms).map((symptom) => question(article, symptom)) };
}

/** Nothing in it can be looked at by the tool: what it lists is for a person to weigh. */
export function isGuided(article: Article): boolean {
	return article.checks.every(({ checks }) => checks.length === 0);
}
