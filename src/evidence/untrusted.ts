/**
 * The door for text that others wrote: a database, a log, a configuration, a file's name. What comes through
 * is one that a terminal prints and does not obey, that holds no credential, and that ends.
 */

export type CleanTextOptions = {
	/** Keep line breaks (CRLF and CR become LF) and tabs; otherwise each run of them becomes one blank. */
	readonly multiline?: boolean;
	/** Longest result in UTF-16 units, the closing `…` included; default 2,000, multiline 20,000. */
	readonly max?: number;
};

/** What stands in place of a secret; never as long as the secret was. */
export const redacted = '***';

/** Longest text that is looked at in full: what is beyond it is cut before any pattern runs. */
const longestInput = 200_000;

/**
 * Sequences that a terminal obeys: CSI, then the strings (OSC, DCS, SOS, PM, APC) with their payload up to BEL, ST
 * or the end of the line, then any other escape; each introduced by ESC or by its one-character C1 form.
 */
const terminalSequences =
	/(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c\r\n]*(?:\x07|\x1b\\|\x9c)?|\x1b[ -/]*[0-~]?/g;

const controls = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/g;

/**
 * What reorders, hides or joins the characters around it and has no shape of its own: format characters (bidi marks
 * and isolates, zero-width, soft hyphen, BOM, tags) and all that Unicode lets a renderer ignore (blank fillers,
 * joiners, variation selectors).
 */
const invisibles = /[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;

/**
 * Text that is safe to print: terminal sequences, control, bidirectional and invisible characters are removed, lone
 * surrogates become U+FFFD, and the length is bounded (a cut ends in `…`). It is not escaped for Markdown or HTML.
 */
export function cleanText(text: string, options: CleanTextOptions = {}): string {
	const multiline = options.multiline ?? false;
	const max = options.max ?? (multiline ? 20_000 : 2_000);
	const plain = printable(text.slice(0, longestInput));
	return cut(multiline ? plain : plain.replace(/[\t\n]+/g, ' ').trim(), max);
}

/**
 * Text as a terminal prints it and does not obey it, line breaks and tabs kept, of any length: the last door of what is written as
 * a whole. Where a text comes in, {@link cleanText} is the one to use.
 */
export function printable(text: string): string {
	return text
		.toWellFormed()
		.replace(terminalSequences, '')
		.replace(/\r\n?|[\u2028\u2029\x85]/g, '\n')
		.replace(controls, '')
		.replace(invisibles, '');
}

/** Colours and weights, which a terminal may be given where it shows them. */
const looks = /(\x1b\[[\d;]*m)/;

/** {@link printable} that keeps colours and weights. */
export function printableInColour(text: string): string {
	return text
		.split(looks)
		.map((piece, index) => (index % 2 === 1 ? piece : printable(piece)))
		.join('');
}

function cut(text: string, max: number): string {
	if (text.length <= max) return text;
	// A pair that the cut goes through would leave half a character: `toWellFormed` would show it as U+FFFD.
	const end = Math.max(0, max - 1);
	const before = text.charCodeAt(end - 1);
	return `${text.slice(0, before >= 0xd800 && before <= 0xdbff ? end - 1 : end)}…`;
}

type Rule = { readonly pattern: RegExp; readonly replacement: string };

/**
 * Names whose value is a secret, in conninfo, Npgsql, JDBC and .NET strings, JSON, headers and environments. How a
 * pooler's clients are asked who they are, and in which file it looks (`auth_type`, `auth_file`), is none.
 */
const secretName = String.raw`(?:pass(?:word|wd|phrase|code)?|pwd|psw|secret|token|(?:api|access|private|account|shared|client|signing|validation|encryption|decryption|symmetric)[ _-]?key|credentials?|(?<![a-z])auth(?!_(?:type|file|user|dbname)\b))[\w-]{0,20}`;

/**
 * A value: in quotes (a doubled or backslashed quote inside; unclosed, it goes to the end), in .NET braces, or bare up
 * to a blank or semicolon. XML entities hide a semicolon, and .NET allows blanks in a value that a semicolon ends.
 * It would rather take too much than leave the tail of a password that has a comma or a quote in it.
 */
const secretValue = String.raw`(?:'(?:[^'\\]|''|\\[\s\S])*(?:'|$)|"(?:[^"\\]|""|\\[\s\S])*(?:"|$)|&quot;[\s\S]*?(?:&quot;|$)|\{[^}]*\}?|(?:&(?:amp|quot|apos|lt|gt|#x?[0-9a-f]{1,6});|[^\s;])+(?:[ \t]+[^\s;=]+(?=[^=;\n]{0,80};))*)`;

/** A literal as SQL writes it: '…', E'…', U&'…', or dollar-quoted. */
const sqlLiteral = String.raw`(?:(?:E|N|B|X|U&)?'(?:[^'\\]|''|\\[\s\S])*(?:'|$)|\$(\w*)\$[\s\S]*?(?:\$\2\$|$))`;

/** In this order: wide ones first, so that a narrow one cannot leave a tail behind. */
const secretRules: readonly Rule[] = [
	{
		pattern:
			/-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----|$)/g,
		replacement: redacted,
	},
	// `//user:pass@host`: up to the last @, for people leave @, / and quotes in a password unescaped.
	{ pattern: /(\/\/[^\s:/@?#]{0,256}):\S{0,2048}@/g, replacement: `$1:${redacted}@` },
	{ pattern: /(\bauthorization["']?\s*[:=]\s*)[^\r\n]+/gi, replacement: `$1${redacted}` },
	{ pattern: /\b(Bearer)\s+[A-Za-z0-9._~+/=-]{6,}/gi, replacement: `$1 ${redacted}` },
	{ pattern: /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_.-]+/g, replacement: redacted },
	{ pattern: /\bSCRAM-SHA-256\$[^\s'"]+/g, replacement: redacted },
	{ pattern: /\bmd5[0-9a-f]{32}\b/gi, replacement: redacted },
	{
		pattern: new RegExp(String.raw`\b(password|identified\s+by)\s+(?:to\s+)?${sqlLiteral}`, 'gi'),
		replacement: `$1 ${redacted}`,
	},
	{
		pattern: new RegExp(
			String.raw`(--?(?:pass(?:word|wd|phrase)?|pwd|token|secret))\s+(?!-)${secretValue}`,
			'gi',
		),
		replacement: `$1 ${redacted}`,
	},
	{
		// `password=@FILE` is our own advice: where a secret is to be read from.
		pattern: new RegExp(
			String.raw`(${secretName}["']?\s*(?::=|=>|=|:)\s*)(?!@FILE(?!\S))${secretValue}`,
			'gi',
		),
		replacement: `$1${redacted}`,
	},
	// .NET's and Java's settings: the secret's name is the value of one attribute, and the secret that of another.
	{
		pattern: new RegExp(
			String.raw`(\b(?:key|name)\s*=\s*(["'])[^"'<>]{0,100}${secretName}[^"'<>]{0,100}\2[^<>]{0,200}?\bvalue\s*=\s*)(?:"[^"]*(?:"|$)|'[^']*(?:'|$))`,
			'gi',
		),
		replacement: `$1"${redacted}"`,
	},
	{
		pattern: new RegExp(
			String.raw`(\bvalue\s*=\s*)(?:"[^"<>]*"|'[^'<>]*')(?=[^<>]{0,200}\b(?:key|name)\s*=\s*["'][^"'<>]{0,100}${secretName})`,
			'gi',
		),
		replacement: `$1"${redacted}"`,
	},
	{
		pattern: new RegExp(
			String.raw`(<[\w.:-]{0,60}${secretName}(?:\s[^<>]{0,200})?>)[^<]*[^<\s][^<]*(?=<\/)`,
			'gi',
		),
		replacement: `$1${redacted}`,
	},
	// A line of .pgpass; an IPv6 address has the same colons, and is spared.
	{
		pattern: /^(?![0-9a-f:.%]+$)([^\s:]{1,256}:(?:\d{1,5}|\*):[^\s:]{1,256}:[^\s:]{1,256}):\S.*$/gim,
		replacement: `$1:${redacted}`,
	},
];

/**
 * The text with every credential replaced by `***`: connection strings and URIs, SQL's PASSWORD, headers, tokens,
 * private keys, .pgpass lines. Give it text that went through {@link cleanText}, else an invisible character inside
 * `password=` hides it. Text beyond 200,000 characters is dropped, not passed on unseen.
 */
export function withoutSecrets(text: string): string {
	let result = text.length > longestInput ? `${text.slice(0, longestInput)}…` : text;
	for (const { pattern, replacement } of secretRules) result = result.replace(pattern, replacement);
	return result;
}
