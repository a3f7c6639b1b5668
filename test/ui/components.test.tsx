import { render } from 'ink-testing-library';
import { expect, test } from 'vitest';
import { Lines } from '../../src/ui/components/Lines.tsx';
import { Screen } from '../../src/ui/components/Screen.tsx';
import type { Frame } from '../../src/ui/frame.ts';
import type { Line } from '../../src/ui/lay-out.ts';
import { looksOf } from '../../src/ui/looks.ts';
import { page } from '../../src/ui/page.ts';
import { drawn, plain, strong } from '../../src/ui/span.ts';
import { sighted } from './screens.ts';

const line = (...spans: Line['spans']): Line => ({ spans, choice: null });

test('a line is its spans, one after the other, and an empty one keeps its row', () => {
	const lines = [line(plain('97 of 97 '), strong('taken')), line(), line(drawn('── end', 'faint'))];
	const { lastFrame, unmount } = render(<Lines lines={lines} color={false} />);
	expect(lastFrame()).toBe('97 of 97 taken\n\n── end');
	unmount();
});

test('a line that is too long is cut, never wrapped: the frame keeps its height', () => {
	const { lastFrame, unmount } = render(<Lines lines={[line(plain('x'.repeat(250)))]} color={false} />);
	expect(lastFrame()?.split('\n')).toHaveLength(1);
	unmount();
});

test('the article stands beside the page, a bar between them', () => {
	const frame: Frame = {
		header: [line(plain('KB008'))],
		body: [line(plain('slots are taken')), line(plain('97 of 97'))],
		bodyWidth: 20,
		aside: [line(plain('Every client session'))],
		pinned: [],
		footer: [line(plain('Enter go on'))],
		scroll: 0,
		maxScroll: 0,
		room: 10,
		page: page('slots', { blocks: [] }),
	};
	const looks = looksOf({ ...sighted, noColor: true }, { columns: 100, rows: 24 });
	const { lastFrame, unmount } = render(<Screen frame={frame} looks={looks} />);
	expect(
		lastFrame()
			?.split('\n')
			.map((row) => row.trimEnd()),
	).toEqual([
		'KB008',
		'slots are taken      │ Every client session',
		'97 of 97             │',
		'Enter go on',
	]);
	unmount();
});
