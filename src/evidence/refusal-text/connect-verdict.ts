/** The verdict of the `connect` check from nothing but the words of a refused client, in any of PostgreSQL's languages. */
import type { Failure, Layer } from '../../machine/ports.ts';
import { literally } from '../logs/literally.ts';
import { mailedLines } from '../mailed-text.ts';
import { type RefusalVerdict, verdictOfServer } from '../postgres/classify.ts';
import { failureOf } from '../postgres/refusal.ts';
import { cleanText, withoutSecrets } from '../untrusted.ts';
import { type NamedInText, namedIn } from './named-in-text.ts';
import { type TextRule, textRules } from './rules.ts';

export type TextVerdict = {
	/** One of the `connect` check's; `otherwise`: a refusal, but of a kind that the list does not have. */
	readonly verdict: RefusalVerdict;
	/** SQLSTATE, a system error, or a name of our own, as a live attempt would have it. */
	readonly code: string;
	/** Only drivers print it; null: it was not said. */
	readonly routine: string | null;
	readonly layer: Layer;
	/** The lines that say it, as one, cleaned and without secrets. */
	readonly words: string;
	/** Where and as whom it was tried, as far as the text says. */
	readonly named: NamedInText;
	/** The refusal in a person's words, and what to do next. */
	readonly failure: Failure;
};

/** Longest text that is looked at, in UTF-16 units: a refusal is a few lines. */
const longest = 20_000;

/**
 * What a refusal's text means for the `connect` check. It may be the whole output of psql, pg_isready or a driver, with
 * other text around it.
 * @returns null: no refusal that we know is in it
 */
export function connectVerdictOf(text: string): TextVerdict | null {
	const unquoted = mailedLines(text.slice(0, longest)).join('\n');
	const all = withoutSecrets(cleanText(unquoted, { max: longest }));
	const found = byCode(all) ?? byWords(all);
	if (found === null) return null;
	const named = namedIn(all);
	const words = sentenceWith(found, unquoted) ?? all;
	const { verdict, code, routine, layer } = found;
	const place = named.host === null ? null : placeOf(named.host, named.port);
	const { user, database } = named;
	const failure = failureOf({ verdict, code, routine, layer, words, place, user, database });
	return { ...found, words, named, failure };
}

/** Longest sentence that is quoted, in lines. */
const longestSentence = 4;

/** The fewest lines that say as much, without what stands around them; null: it takes them all. */
function sentenceWith({ verdict, code }: Found, text: string): string | null {
	const lines = text
		.split('\n')
		.filter((line) => line.trim() !== '')
		.slice(0, 100);
	for (let count = 1; count <= longestSentence; count += 1) {
		for (let from = 0; from + count <= lines.length; from += 1) {
			const said = withoutSecrets(cleanText(lines.slice(from, from + count).join(' ')));
			const found = byCode(said) ?? byWords(said);
			if (found?.verdict === verdict && found.code === code) return said;
		}
	}
	return null;
}

type Found = Pick<TextVerdict, 'verdict' | 'code' | 'routine' | 'layer'>;

/** A driver's account has the SQLSTATE and the routine, which nobody translates. */
function byCode(words: string): Found | null {
	const code = sqlState.exec(words)?.[1] ?? null;
	const routine = routineSaid.exec(words)?.[1] ?? null;
	if (code === null || routine === null) return null;
	const verdict = verdictOfServer({ code, routine, message: words, detail: null });
	return { verdict, code, routine, layer: code.startsWith('28') ? 'authentication' : 'startup' };
}

/** As Npgsql (`53300: …`, `SqlState: 53300`), JDBC and node-postgres (`code: '53300'`) write it. */
const sqlState = /\b(53300|53400|55000|57P0[1-5]|28000|28P01|3D000|42501|08P01)\b/;
const routineSaid = /\broutine["']?\s*[:=]\s*["']?([A-Za-z_]\w{2,60})/i;

function byWords(words: string): Found | null {
	const plain = evenQuotes(words);
	for (const { rule, texts, beside } of compiled) {
		if (texts.test(plain) && (beside === null || beside.test(plain))) {
			const { verdict, code, layer } = rule;
			return { verdict, code, routine: null, layer };
		}
	}
	const only = sqlState.exec(words)?.[1];
	return only === undefined ? null : byCodeAlone(only);
}

/** 53300 is five faults: the code alone says none of them. */
function byCodeAlone(code: string): Found | null {
	if (code.startsWith('28'))
		return { verdict: 'credentials refused', code, routine: null, layer: 'authentication' };
	if (code === '57P03') return { verdict: 'starting or stopping', code, routine: null, layer: 'startup' };
	return null;
}

/** Languages have quotes of their own, and what is typed of them differs. */
function evenQuotes(text: string): string {
	return text.replaceAll(/\s*["“”„‟«»‹›「」『』]\s*/g, '"').replaceAll(/[‘’‚‛]/g, "'");
}

const differs = /\s*"?%[a-z]"?\s*/;

function anyOf(texts: readonly string[]): RegExp {
	const patterns = texts.map((text) => evenQuotes(text).split(differs).map(foldedLiteral).join('.{0,300}?'));
	return new RegExp(patterns.join('|'), 'iu');
}

function foldedLiteral(text: string): string {
	return literally(text).replaceAll(/\s+/g, '\\s*');
}

const compiled: readonly {
	readonly rule: TextRule;
	readonly texts: RegExp;
	readonly beside: RegExp | null;
}[] = textRules.map((rule) => ({
	rule,
	texts: anyOf(rule.texts),
	beside: rule.beside === undefined ? null : anyOf(rule.beside),
}));

function placeOf(host: string, port: number | null) {
	return { kind: host.startsWith('/') ? 'unix' : 'tcp', host, port: port ?? 5432 } as const;
}
