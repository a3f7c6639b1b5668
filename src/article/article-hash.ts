import { createHash } from 'node:crypto';
import { normalised } from './normalised.ts';

/** What a trusted article is recognised by: SHA-256 of the normalised text, in hex. */
export function articleHash(text: string): string {
	return createHash('sha256').update(normalised(text)).digest('hex');
}
