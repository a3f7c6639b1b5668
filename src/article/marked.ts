/** marked, loaded when the first text needs it: it takes longer to load than a screen to draw, and few lines need it. */
import { createRequire } from 'node:module';

type Marked = typeof import('marked');

const isMarked = (value: unknown): value is Marked =>
	typeof value === 'object' && value !== null && 'Lexer' in value && typeof value.Lexer === 'function';

/** marked's lexer; it is loaded once a process. */
export function markedLexer(): Marked['Lexer'] {
	const found: unknown = createRequire(import.meta.url)('marked');
	if (!isMarked(found)) throw new Error('marked is not installed as it should be: run `npm ci`');
	return found.Lexer;
}
