/** Finding the article for what a person sees: a word, a question, or an error message pasted whole. */
import type { Article, Symptom } from './article.ts';
import { flatSymptoms } from './flat-symptoms.ts';
import { plainText } from './plain-text.ts';

export type SearchHit = {
	readonly article: Article;
	/** Only for comparing within one search; always above 0. */
	readonly score: number;
	/** The words of the question that were found, in lower case. */
	readonly matched: readonly string[];
};

/** A word counts for the best place it stands in. */
const weights = { id: 12, title: 6, keywords: 6, symptoms: 4, headings: 3, text: 1 } as const;

/** Words that stand in every question and every message. */
const empty: ReadonlySet<string> = new Set(
	`a an and are as at be been but by can could do does for from had has have how i if in into is it its my no not of on
	or our that the their then there this to was we were what when where which why will with you your after error system
	exception time`.split(/\s+/),
);

/** Numbers of processes, ports and hours differ with every message; error codes of five signs and article ids stay. */
const fleeting = /^\d{1,4}$|^\d{6,}$|^0x[0-9a-f]+$/;

const longestQuestion = 20_000;

/** Articles that have something to do with the text, the best first; equal ones by id. */
export function searchArticles(articles: readonly Article[], text: string): SearchHit[] {
	const question = text.slice(0, longestQuestion);
	const wanted = [...new Set(wordsOf(question))];
	const hits = articles.flatMap((article) => {
		const places = placesOf(article);
		let score = 0;
		const matched: string[] = [];
		for (const word of wanted) {
			const best = Math.max(0, ...places.map(({ words, weight }) => (has(words, word) ? weight : 0)));
			if (best === 0) continue;
			matched.push(word);
			score += best;
		}
		score += quoted(article, question);
		return score > 0 ? [{ article, score, matched }] : [];
	});
	return hits.toSorted((a, b) => b.score - a.score || a.article.id.localeCompare(b.article.id));
}

type Place = { readonly words: ReadonlySet<string>; readonly weight: number };

function placesOf(article: Article): Place[] {
	const headings = [...article.checks, ...article.causes, ...article.solutions].map(({ title }) => title);
	const place = (texts: readonly string[], weight: number): Place => ({
		words: new Set(texts.flatMap(wordsOf)),
		weight,
	});
	return [
		place([article.id], weights.id),
		place([article.title], weights.title),
		place(article.keywords, weights.keywords),
		place(symptomTexts(article.symptoms), weights.symptoms),
		place(headings, weights.headings),
		place([article.text], weights.text),
	];
}

/** Extra for a symptom or keyword that stands in the question word for word: a pasted message. */
function quoted(article: Article, question: string): number {
	const phrases = [...symptomTexts(article.symptoms), ...article.keywords];
	return phrases.reduce(
		(sum, phrase) => (isQuoted(phrase, question) ? sum + 2 * wordsOf(phrase).length : sum),
		0,
	);
}

/** Whether a phrase of several telling words stands in the text word for word. @param phrase Markdown */
export function isQuoted(phrase: string, text: string): boolean {
	const words = wordsOf(plainText(phrase));
	return words.length >= 3 && ` ${wordsOf(text).join(' ')} `.includes(` ${words.join(' ')} `);
}

function symptomTexts(symptoms: readonly Symptom[]): string[] {
	return flatSymptoms(symptoms).map(({ text }) => plainText(text));
}

function wordsOf(text: string): string[] {
	return (text.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? []).filter(
		(word) => word.length > 1 && !empty.has(word) && !fleeting.test(word),
	);
}

/** The word, or one that it begins (`connect` finds `connections`), or one of its own forms. */
function has(words: ReadonlySet<string>, wanted: string): boolean {
	if (words.has(wanted)) return true;
	if (wanted.length < 4) return false;
	const stem = wanted.replace(/(?:ions?|ing|ed|es|s)$/, '');
	if (stem.length < 4) return false;
	for (const word of words) if (word.startsWith(stem)) return true;
	return false;
}
