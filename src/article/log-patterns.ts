/** The body of a `log` fence that brings its own patterns: one `name: pattern` a line, `#` before a remark. */

/** `line` counts from 0; a null name: the line cannot be read. */
export type LogPatternLine = { readonly line: number } & (
	| { readonly name: string; readonly pattern: string }
	| { readonly name: null }
);

export function logPatternLines(body: string): LogPatternLine[] {
	return body.split('\n').flatMap((raw, line): LogPatternLine[] => {
		const text = raw.trim();
		if (text === '' || text.startsWith('#')) return [];
		const [, name, pattern] = /^([a-z][a-z0-9_-]{0,39}):\s*(\S.*)$/.exec(text) ?? [];
		return name === undefined || pattern === undefined ? [{ line, name: null }] : [{ line, name, pattern }];
	});
}
