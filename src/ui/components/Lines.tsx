import { Box, Text } from 'ink';
import type { Line } from '../lay-out.ts';
import { plain } from '../span.ts';
import { lookOf } from '../theme.ts';

export type LinesProps = {
	readonly lines: readonly Line[];
	/** False: nothing that needs an escape code. */
	readonly color: boolean;
};

/** Lines that fit already: a last safeguard cuts one that a terminal counts wider than we do. */
export function Lines({ lines, color }: LinesProps) {
	return (
		<Box flexDirection="column">
			{lines.map(({ spans: [first = plain(' '), ...others] }, row) => (
				// A text inside a text takes as long to draw as both: most lines have one span, which is the line itself.
				// biome-ignore lint/suspicious/noArrayIndexKey: a row of the terminal is its position
				<Text key={row} wrap="truncate" {...(others.length === 0 ? lookOf(first.tone, color) : {})}>
					{others.length === 0
						? first.text
						: [first, ...others].map((span, index) => (
								// biome-ignore lint/suspicious/noArrayIndexKey: spans have no identity but their order
								<Text key={index} {...lookOf(span.tone, color)}>
									{span.text}
								</Text>
							))}
				</Text>
			))}
		</Box>
	);
}
