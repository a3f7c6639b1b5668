import { restInWords, restLength } from '../../article/rest-length.ts';
import { isWayIn } from '../../article/way-in.ts';
import { gap, heading, text } from '../block.ts';
import { inlineSpans } from '../inline.ts';
import { type Page, page } from '../page.ts';
import type { Scene } from '../scene.ts';
import { faint, strong } from '../span.ts';
import { checkTitle, duration, wholeSeconds } from '../words.ts';

/** The time something has run; nothing moves for a screen reader, so nothing is said there. */
const running = ({ now, view, looks }: Scene): readonly [string] | readonly [] =>
	looks.reader ? [] : [` ${wholeSeconds(now - view.since)} so far.`];

/** A connection that is left alone: for how much longer. Then it is used, which takes a moment where it is dead. */
function resting({ now, view, looks }: Scene, forMs: number): string {
	if (looks.reader)
		return `For ${restInWords(forMs)} nothing is sent over the one connection; then it is used.`;
	const left = forMs - (now - view.since);
	return left > 0
		? `The connection is left alone for another ${wholeSeconds(left)}, then it is used.`
		: 'Now it is used …';
}

export function lookingPage(scene: Scene, check: string): Page {
	const { context } = scene.snapshot;
	const node = context.article.checks.find(({ id }) => id === check);
	const language = node?.checks[0]?.language;
	const connects = node !== undefined && isWayIn(node);
	// Only logs are so long that how far it is can be told.
	const progress = language === 'log' && !scene.looks.reader ? (context.progress ?? '') : '';
	// How long each layer took is news while connecting; on any other check it would be mistaken for its own.
	const timings = connects ? context.timings : [];
	const rests = node !== undefined && context.demanded === check ? restLength(node) : null;
	return page(checkTitle(context.article, check), {
		blocks: [
			...(rests === null
				? [text(strong(connects ? 'Connecting …' : 'Looking …'), ...running(scene))]
				: [text(strong('Resting …')), text(resting(scene, rests))]),
			...(progress === '' ? [] : [text(progress)]),
			text(faint('x stops looking, and asks you instead.')),
			...(timings.length === 0
				? []
				: [gap, text(faint(timings.map(({ layer, ms }) => `${layer} ${duration(ms)}`).join(', ')))]),
		],
		aside: node?.prose ?? null,
	});
}

/** Waits for the first free slot; every attempt is told, and nothing is held meanwhile. */
export function waitingPage(scene: Scene, check: string): Page {
	const { context } = scene.snapshot;
	const { waiting, connectionFailure } = context;
	return page(checkTitle(context.article, check), {
		blocks: [
			text(strong('Waiting for the first free slot …'), ...running(scene)),
			text(
				waiting === null
					? 'The first attempt is under way.'
					: `Attempt ${waiting.attempt} was refused; the next one in ${duration(waiting.nextInMs)}.`,
			),
			...(connectionFailure === null ? [] : [text(faint(connectionFailure.message))]),
			gap,
			text(
				'Between attempts nothing is held: no slot is taken from anybody. The first one that frees is kept.',
			),
			text(faint('x stops waiting, and goes back to what was found.')),
			...heading('While you wait'),
			text('Closing one idle client by hand, or stopping one application server, frees a slot too.'),
		],
	});
}

export function planningPage(scene: Scene, title: string): Page {
	return page(title, {
		blocks: [
			text(strong('Looking at what exactly would be done …'), ...running(scene)),
			text(faint('This only reads. b goes back.')),
		],
	});
}

export function applyingPage(scene: Scene, title: string): Page {
	const { progress } = scene.snapshot.context;
	return page(title, {
		blocks: [
			text(strong('Applying …'), ...running(scene)),
			...(progress === null ? [] : [text(progress)]),
			gap,
			text('It cannot be interrupted half way: the steps that were begun are finished, then measured.'),
		],
	});
}

export function verifyingPage(scene: Scene, title: string): Page {
	const { progress, applied } = scene.snapshot.context;
	return page(title, {
		blocks: [
			text(strong('Measuring whether it holds …'), ...running(scene)),
			...(progress === null ? [] : [text(progress)]),
			gap,
			text(
				applied === null
					? 'The check is run several times: one good look proves little.'
					: 'Pools reconnect within a second, so one look would lie: it is looked again and again. Where somebody else has to act first, it is waited for: have it done now.',
			),
			text(faint('x stops measuring: then you say whether it helped.')),
		],
	});
}

/** It has held; now somebody wants to see that it goes on to. */
export function watchingPage(scene: Scene, title: string): Page {
	const { progress, verified } = scene.snapshot.context;
	return page(title, {
		blocks: [
			text(strong('Watching whether it goes on to hold …'), ...running(scene)),
			...(progress === null
				? verified === null
					? []
					: [text(...inlineSpans(verified.text))]
				: [text(progress)]),
			gap,
			text(
				'It is measured once a second, and less often while nothing changes; the slots above are counted too.',
			),
			text(faint('x stops watching. When it breaks, the next solution is named.')),
		],
	});
}

export function undoingPage(scene: Scene, title: string): Page {
	const { progress } = scene.snapshot.context;
	return page(title, {
		blocks: [
			text(strong('Taking it back …'), ...running(scene)),
			...(progress === null ? [] : [text(progress)]),
			gap,
			text('It cannot be interrupted half way.'),
		],
	});
}
