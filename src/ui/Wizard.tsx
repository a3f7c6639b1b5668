import { useApp, useInput, usePaste, useWindowSize } from 'ink';
import { useEffect, useState } from 'react';
import { screenOf } from '../machine/screen.ts';
import type { Hand } from './binding.ts';
import { Screen } from './components/Screen.tsx';
import { Transcript } from './components/Transcript.tsx';
import { dispatchKey } from './dispatch-key.ts';
import { frameOf } from './frame.ts';
import { useClock } from './hooks/use-clock.ts';
import { useStore } from './hooks/use-store.ts';
import { useWizard } from './hooks/use-wizard.ts';
import { keyNames } from './key-name.ts';
import { keepNote, showReport } from './notes-and-report.ts';
import { endedBlocks } from './pages/ended.ts';
import { burstText, isBurst, lookAtPaste, takePaste } from './pasting.ts';
import type { UiSession } from './session.ts';
import { checkTitle } from './words.ts';

/** How the wizard was left. */
export type Leaving = 'ended' | 'left' | 'interrupted';

/** Takes the page away, for something else to use the terminal until it is resumed. */
export type SuspendTerminal = () => Promise<{ resume(): Promise<void> }>;

export type WizardProps = {
	readonly session: UiSession;
	/** Told, once it is on the screen, how the terminal can be lent. */
	readonly onTerminal: (suspend: SuspendTerminal) => void;
};

/** The whole of the screens: what the machine says now, and keys that answer it. */
export function Wizard({ session, onTerminal }: WizardProps) {
	const { exit, suspendTerminal } = useApp();
	const size = useWindowSize();
	const snapshot = useWizard(session.wizard);
	useStore(session.view);
	useStore(session.prose);
	const transcript = useStore(session.transcript);
	const { name } = screenOf(snapshot);
	const counts = snapshot.hasTag('busy') || name === 'preview';
	const ended = snapshot.hasTag('ended');
	const now = useClock(session.now, counts && !session.env.screenReader);

	const [left, setLeft] = useState<Leaving | null>(null);
	const [summarised, setSummarised] = useState(false);
	const leaving = ended ? 'ended' : left;

	const sceneNow = () => session.scene(size, session.now());

	const hand: Hand = {
		send: (event) => session.wizard.send(event),
		change: (change) => session.view.change(change),
		auto: (mode) => session.auto.set(mode),
		scroll: (lines) => {
			const { scroll, maxScroll } = frameOf(sceneNow());
			const to = Math.min(maxScroll, Math.max(0, scroll + lines));
			const { overlay } = session.view.get();
			session.view.change(overlay === null ? { scroll: to } : { overlay: { ...overlay, scroll: to } });
		},
		scrollPages: (pages) => hand.scroll(pages * Math.max(1, frameOf(sceneNow()).room - 1)),
		now: () => new Date(session.now()).toISOString(),
		answeredBy: session.answeredBy,
		lookAtPaste: () => {
			const { article } = sceneNow().snapshot.context;
			void lookAtPaste(session, (check) => checkTitle(article, check));
		},
		keepNote: () => void keepNote(session),
		showReport: () => void showReport(session),
		leave: setLeft,
	};

	useInput((input, key) => {
		const names = keyNames(input, key);
		const before = sceneNow();
		if (isBurst(names, before, session.now())) {
			session.view.change({ burstAt: session.now() });
			takePaste(session, { ...before, page: frameOf(before).page }, burstText(names));
			return;
		}
		for (const pressed of names) {
			// Each key meets the screen that the one before it led to.
			const scene = sceneNow();
			if (scene.snapshot.hasTag('ended')) return;
			dispatchKey(hand, { ...scene, page: frameOf(scene).page }, pressed, names.length === 1);
		}
	});

	usePaste((pasted) => {
		const scene = sceneNow();
		takePaste(session, { ...scene, page: frameOf(scene).page }, pasted);
	});

	// The last words go above the page, then the page goes, then the terminal is given back: in this order, or the
	// last frame would stay in the scrollback in place of the summary.
	useEffect(() => {
		if (leaving === null) return;
		session.transcript.append(endedBlocks(session.scene({ columns: 80, rows: 24 }, session.now())));
		setSummarised(true);
	}, [leaving, session]);
	useEffect(() => {
		if (summarised && leaving !== null) exit(leaving);
	}, [summarised, leaving, exit]);

	useEffect(() => onTerminal(suspendTerminal), [onTerminal, suspendTerminal]);

	// How old something is must be right when it is drawn, though no clock runs on the page.
	const tellsAge = snapshot.context.findings.some(({ stale }) => stale !== undefined);
	const drawnAt = tellsAge ? session.now() : now;
	const scene = session.scene(size, Math.max(drawnAt, session.view.get().since));
	return (
		<>
			<Transcript blocks={transcript} looks={scene.looks} prose={session.prose} />
			{leaving === null ? <Screen frame={frameOf(scene)} looks={scene.looks} /> : null}
		</>
	);
}
