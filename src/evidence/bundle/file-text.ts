/** The text of a file that came by mail: whichever encoding a shell, an editor or a mail program gave it. */
import { askAgain, BundleError } from './bundle-error.ts';

/** Longest file that is looked at, in bytes: a bundle is some kilobytes long. */
export const longestBundle = 20_000_000;

/** What begins like this is something else, and is named. */
const signatures: readonly (readonly [string, string])[] = [
	['1f8b', 'compressed (gzip): unpack it first'],
	['504b0304', 'an archive or a document of an office program (zip): take the text out of it'],
	['25504446', 'a PDF: copy its text into a file'],
	['d0cf11e0', 'a document of an office program: save it as text'],
	['89504e47', 'a picture: have the text itself sent'],
	['ffd8ff', 'a picture: have the text itself sent'],
];

/** @throws BundleError for what is no text */
export function fileText(bytes: Uint8Array): string {
	if (bytes.length === 0) throw new BundleError('empty', 'the file is empty', [askAgain]);
	if (bytes.length > longestBundle)
		throw new BundleError('too-large', 'the file is larger than any bundle', [askAgain]);
	const head = Buffer.from(bytes.subarray(0, 8)).toString('hex');
	const known = signatures.find(([start]) => head.startsWith(start));
	if (known !== undefined) throw new BundleError('not-text', `the file is ${known[1]}`, [askAgain]);
	const text = decoded(bytes);
	if (/[\0-\x08\x0e-\x1a]/.test(text.slice(0, 100_000)))
		throw new BundleError('not-text', 'the file is not a text', [askAgain]);
	return looksLikeHtml(text) ? withoutTags(text) : text;
}

function decoded(bytes: Uint8Array): string {
	if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
	if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes);
	// Every other byte zero: UTF-16 that lost its mark.
	const start = bytes.subarray(0, 400);
	const zeros = (from: number) => start.filter((byte, at) => at % 2 === from && byte === 0).length;
	if (zeros(1) > start.length / 4) return new TextDecoder('utf-16le').decode(bytes);
	if (zeros(0) > start.length / 4) return new TextDecoder('utf-16be').decode(bytes);
	try {
		return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
	} catch {
		// What a console of another code page printed around it.
		return new TextDecoder('windows-1252').decode(bytes);
	}
}

function looksLikeHtml(text: string): boolean {
	return /<(?:html|body|div|p|pre|br|span)\b[^>]{0,500}>/i.test(text.slice(0, 100_000));
}

function withoutTags(text: string): string {
	return text
		.replaceAll(/<(?:style|script)\b[\s\S]{0,200000}?<\/(?:style|script)>/gi, '')
		.replaceAll(/<(?:br|\/p|\/div|\/tr|\/li|\/pre)\b[^>]{0,500}>/gi, '\n')
		.replaceAll(/<\/?[a-z][^<>]{0,2000}>/gi, '');
}
