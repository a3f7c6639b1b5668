import { Box } from 'ink';
import type { Frame } from '../frame.ts';
import type { Looks } from '../looks.ts';
import { drawn } from '../span.ts';
import { Lines } from './Lines.tsx';

export type ScreenProps = { readonly frame: Frame; readonly looks: Looks };

/** Header, page, keys; the article beside the page where there is room. */
export function Screen({ frame, looks }: ScreenProps) {
	const { color, glyphs } = looks;
	const height = Math.max(frame.body.length, frame.aside.length);
	const bars = Array.from({ length: height }, () => ({
		spans: [drawn(` ${glyphs.bar} `, 'faint')],
		choice: null,
	}));
	return (
		<Box flexDirection="column">
			<Lines lines={frame.header} color={color} />
			{frame.aside.length === 0 ? (
				<Lines lines={frame.body} color={color} />
			) : (
				<Box>
					<Box width={frame.bodyWidth} flexShrink={0}>
						<Lines lines={frame.body} color={color} />
					</Box>
					<Lines lines={bars} color={color} />
					<Lines lines={frame.aside} color={color} />
				</Box>
			)}
			<Lines lines={frame.pinned} color={color} />
			<Lines lines={frame.footer} color={color} />
		</Box>
	);
}
