/** The patterns that an article may bring itself: linear-time, so that no line can hang the tool. */
import { RE2JS } from 're2js';
import { logPatternLines } from '../../article/log-patterns.ts';
import { cleanText } from '../untrusted.ts';

export type LogPattern = { readonly name: string; readonly test: (line: string) => boolean };

/** Line of the body (1-based), and what is wrong with it. */
export type PatternProblem = { readonly line: number; readonly message: string };

/**
 * Reads the body of a `log` fence: one `name: pattern` per line (RE2 syntax), empty lines and `#` comments apart. The
 * same name may stand more than once.
 */
export function parseLogPatterns(body: string): {
	readonly patterns: readonly LogPattern[];
	readonly problems: readonly PatternProblem[];
} {
	const patterns: LogPattern[] = [];
	const problems: PatternProblem[] = [];
	for (const read of logPatternLines(body)) {
		const line = read.line + 1;
		if (read.name === null) {
			problems.push({ line, message: 'expected `name: pattern`, the name in lower case' });
			continue;
		}
		const { name } = read;
		try {
			const compiled = RE2JS.compile(read.pattern);
			patterns.push({ name, test: (candidate) => compiled.test(candidate) });
		} catch (error) {
			const message = cleanText(error instanceof Error ? error.message : String(error), { max: 200 });
			problems.push({ line, message: `not a pattern that takes linear time: ${message}` });
		}
	}
	return { patterns, problems };
}
