/** What is pasted: it fills a field, or is an error message to be looked at. It never presses keys. */
import { screenOf } from '../machine/screen.ts';
import type { KeyScene } from './binding.ts';
import { isCharacter, type KeyName } from './key-name.ts';
import { safeText } from './safe-text.ts';
import type { UiSession } from './session.ts';

/** Nobody types so many keys at once; a terminal that does not mark a paste sends it in pieces of hundreds. */
const burstKeys = 24;
/** What comes so soon after a piece belongs to it, in milliseconds. */
const burstMs = 100;
/** A stack of exceptions is some thousand characters long; what is beyond this is cut off. */
const longestPaste = 200_000;

/** Whether an error message can be looked at here. */
export const takesPaste = ({ snapshot }: Pick<KeyScene, 'snapshot'>): boolean =>
	snapshot.context.article.checks.length > 0 &&
	snapshot.can({ type: 'answers', answers: [], by: '', at: '' });

/** Whether keys that came together are a paste, or the rest of one. @param now in milliseconds */
export function isBurst(names: readonly KeyName[], { view }: Pick<KeyScene, 'view'>, now: number): boolean {
	if (names.length >= burstKeys || (view.overlay?.name === 'paste' && names.length > 1)) return true;
	const goesOn = view.burstAt !== null && now - view.burstAt < burstMs;
	return goesOn && names.every((name) => isCharacter(name) || name === 'enter' || name === 'tab');
}

const textOf = (name: KeyName): string => (name === 'enter' ? '\n' : name === 'tab' ? '\t' : name);

/** The text of such keys. */
export const burstText = (names: readonly KeyName[]): string => names.map(textOf).join('');

/** Puts pasted text where it belongs; it is nothing on a page that has no use for it. */
export function takePaste({ view }: Pick<UiSession, 'view'>, scene: KeyScene, pasted: string): void {
	const { overlay, draft, pasted: before } = scene.view;
	const opens = overlay === null && scene.page.field === null && takesPaste(scene);
	if (overlay?.name === 'paste' || opens) {
		const text = `${opens ? '' : before}${pasted.replaceAll(/\r\n?/g, '\n')}`.slice(0, longestPaste);
		view.change({ overlay: { name: 'paste', scroll: 0 }, pasted: text, notice: null });
	} else if (overlay?.name === 'note') {
		view.change({ note: `${scene.view.note}${oneLine(pasted)}`, notice: null });
	} else if (overlay === null && scene.page.field !== null) {
		view.change({ draft: `${draft}${oneLine(pasted)}`, notice: null });
	}
}

const oneLine = (pasted: string): string => [...safeText(pasted).trim()].filter(isCharacter).join('');

/** Looks at what was pasted, tells the machine what it says, and forgets it. */
export async function lookAtPaste(
	{ view, wizard, recognise, answeredBy, now }: UiSession,
	titleOf: (check: string) => string,
): Promise<void> {
	const { pasted } = view.get();
	if (pasted.trim() === '') {
		view.change({ notice: 'Nothing was pasted yet.' });
		return;
	}
	const answers = (await recognise?.(pasted)) ?? [];
	// Closed meanwhile: it is not wanted any more.
	if (view.get().overlay?.name !== 'paste') return;
	if (answers.length === 0) {
		view.change({
			pasted: '',
			notice: 'Nothing in it is known to this article. The lines before it, or another log, may say more.',
		});
		return;
	}
	view.change({ overlay: null, pasted: '' });
	wizard.send({ type: 'answers', answers, by: answeredBy, at: new Date(now()).toISOString() });
	// The first page lists them itself.
	if (screenOf(wizard.getSnapshot()).name === 'intro') return;
	const read = answers.map(({ check, verdict }) => `${titleOf(check)} ${verdict}`).join('; ');
	view.change({ notice: `Read from it: ${read}.` });
}
