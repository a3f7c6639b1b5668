import { Box, Text } from 'ink';
import type { Line } from '../lay-out.ts';
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
			{lines.map((line, row) => (
				// biome-ignore lint/suspicious/noArrayIndexKey: a row of the terminal is its position
				<Text key={row} wrap="truncate">
					{line.spans.length === 0 ? ' ' : ''}
					{line.spans.map((span, index) => (
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
