/** The part of marked-terminal that is used here; the package brings no types. */
declare module 'marked-terminal' {
	import type { MarkedExtension } from 'marked';

	type Style = (text: string) => string;

	export type TerminalRendererOptions = {
		readonly blockquote?: Style;
		readonly codespan?: Style;
		readonly del?: Style;
		readonly em?: Style;
		readonly firstHeading?: Style;
		readonly heading?: Style;
		readonly hr?: Style;
		readonly html?: Style;
		readonly strong?: Style;
		readonly table?: Style;
		readonly emoji?: boolean;
		readonly reflowText?: boolean;
		readonly showSectionPrefix?: boolean;
		readonly tab?: number;
		readonly tableOptions?: { readonly style?: { readonly head: string[]; readonly border: string[] } };
		readonly unescape?: boolean;
		readonly width?: number;
	};

	export function markedTerminal(options?: TerminalRendererOptions): MarkedExtension;
}
