/** What an error message that a person pastes says of an article's checks. Of the text itself nothing is kept. */
import type { Article, Check, Fence } from '../article/article.ts';
import { flatSymptoms } from '../article/flat-symptoms.ts';
import { isQuoted } from '../article/search.ts';
import { isWayIn } from '../article/way-in.ts';
import type { CheckAnswer } from '../machine/context.ts';
import { type LogPattern, parseLogPatterns } from './logs/patterns.ts';
import { scanText } from './logs/scan-log.ts';
import type { Mark } from './logs/signature-texts.ts';
import { isSignatureName, markLine, type SignatureName, signatures } from './logs/signatures.ts';
import type { EventGap } from './logs/tally.ts';
import { timeoutShape } from './logs/timeout-pattern.ts';
import { connectVerdictOf } from './refusal-text/connect-verdict.ts';
import { cleanText } from './untrusted.ts';

/** As much as anybody pastes: a stack, or some hundred lines of a log. */
const longestText = 200_000;
/** A refusal is a few lines, whatever stands before it. */
const longestRefusal = 20_000;

/**
 * Whoever pastes a message has just been sent it. Its times are those of a clock that nobody knows, in a zone that nobody
 * knows: only what is older than the farthest zones are apart is surely not of today.
 */
const recentMs = 26 * 3_600_000;

/** A signature or pattern that was found. */
type Found = { readonly recent: boolean; readonly gaps: readonly EventGap[]; readonly ordinary: number };

type Reading = {
	/** What the text shows of a log, by a fence of the article; null: nothing. */
	readonly shown: (fence: Fence) => Found | null;
	/** How whoever wrote it was refused, as the way in would have found it; null: they were not. */
	readonly refusal: string | null;
};

/** A piece without a header, as out of the middle of an exception, is one entry of an application. */
function marksIn(lines: readonly string[]): ReadonlySet<Mark> {
	const marks = new Set<Mark>();
	for (const [index, line] of lines.entries()) markLine(line, index === 0, marks);
	return marks;
}

/** A session that was there and broke off ends in the words of one that did not come about. */
const brokenOff: readonly Mark[] = ['reading', 'reset', 'stream ended'];
const ofTheNetwork: ReadonlySet<string> = new Set([
	'silent',
	'no answer',
	'refused',
	'no such name',
	'tls refused',
]);

/** Of a long piece the end, where the trouble is. */
function refusalIn(text: string, marks: ReadonlySet<Mark>): string | null {
	const verdict = connectVerdictOf(text.slice(-longestRefusal))?.verdict ?? 'otherwise';
	if (verdict === 'otherwise') return null;
	return ofTheNetwork.has(verdict) && brokenOff.some((mark) => marks.has(mark)) ? null : verdict;
}

function read(text: string, article: Article, now: Date): Reading {
	const fences = article.checks.flatMap(({ checks }) => checks).filter(({ language }) => language === 'log');
	const bodies = fences
		.filter(({ attributes }) => attributes.signature === undefined)
		.map(({ body }) => body);
	const patterns = new Map<string, readonly LogPattern[]>(
		bodies.map((body) => [body, parseLogPatterns(body).patterns]),
	);
	const scan = scanText(text, patterns);
	const recent = scan.lastMs === null || now.getTime() - scan.lastMs < recentMs;
	const { ordinary } = scan;
	// Without a time before it, what PostgreSQL says is the answer that some client got, and no line of a log.
	const isLog = scan.application > 0 || scan.lastMs !== null;
	const marks = marksIn(text.split('\n'));
	const shown: Reading['shown'] = ({ attributes: { signature }, body }) => {
		const name: SignatureName | null =
			signature !== undefined && isSignatureName(signature) ? signature : null;
		const tally = name === null ? scan.patterns.get(body) : scan.signatures[name];
		if (tally !== undefined && tally.events > 0 && (isLog || name === null))
			return { recent, gaps: tally.gaps, ordinary };
		const isMarked = !isLog && name !== null && marks.size > 0 && signatures[name].application(marks);
		return isMarked ? { recent: true, gaps: [], ordinary: 0 } : null;
	};
	return { shown, refusal: recent ? refusalIn(text, marks) : null };
}

function logVerdict({ attributes: { signature } }: Fence, { recent, gaps, ordinary }: Found): string {
	if (!recent) return 'earlier';
	return signature === 'read-timeout' ? timeoutShape(gaps, ordinary).pattern : 'now';
}

function answerOf(check: Check, { shown, refusal }: Reading): Omit<CheckAnswer, 'check'> | null {
	if (isWayIn(check)) {
		return refusal === null ? null : { verdict: refusal, recognised: 'the words of the refusal' };
	}
	const fence = check.checks.find(({ language }) => language === 'log');
	const found = fence === undefined ? null : shown(fence);
	if (fence === undefined || found === null) return null;
	const { signature } = fence.attributes;
	return {
		verdict: logVerdict(fence, found),
		recognised: signature === undefined ? 'a pattern of the article' : `the log signature ${signature}`,
	};
}

/**
 * Answers that the text proves, in the order of the checks; empty: it says nothing of the article. Of an article without
 * checks a symptom is there that stands in the text word for word.
 * @param now what is older than a day beside it was earlier
 */
export function recogniseText(text: string, article: Article, now: Date): readonly CheckAnswer[] {
	const clean = cleanText(text, { multiline: true, max: longestText });
	if (article.checks.length === 0) {
		return flatSymptoms(article.symptoms)
			.filter((symptom) => isQuoted(symptom.text, clean))
			.map(({ id }) => ({ check: id, verdict: 'yes', recognised: 'the words of the symptom' }));
	}
	const reading = read(clean, article, now);
	return article.checks.flatMap((check) => {
		const answer = answerOf(check, reading);
		const isListed = answer !== null && check.branches.some(({ verdict }) => verdict === answer.verdict);
		return isListed ? [{ check: check.id, ...answer }] : [];
	});
}
