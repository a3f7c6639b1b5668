import { createHash } from 'node:crypto';

/** LF line ends, no BOM: the same article, however it was checked out. */
export function normalised(text: string): string {
	return text.replace(/^\ufeff/, '').replace(/\r\n?/g, '\n');
}

/** What a trusted article is recognised by: SHA-256 of the normalised text, in hex. */
export function articleHash(text: string): string {
	return createHash('sha256').update(normalised(text)).digest('hex');
}
