/** When a key means something. */
import type { DriverEvent } from '../machine/context.ts';
import type { Finding } from '../machine/finding.ts';
import type { KeyScene } from './binding.ts';
import { shownFinding } from './pages/finding.ts';
import type { Scene } from './scene.ts';

/** Whether the machine would hear it: a key is offered exactly then. */
export const can = ({ snapshot }: KeyScene, event: DriverEvent): boolean => snapshot.can(event);
/** Something lies over the page. */
export const over = ({ view }: KeyScene): boolean => view.overlay !== null;
/** A condition that holds only while nothing lies over the page. */
export const onPage = (when: (scene: KeyScene) => boolean) => (scene: KeyScene) =>
	!over(scene) && when(scene);
/** Characters go into a field. */
export const typing = onPage(({ page }) => page.field !== null);
/** Characters go into the error message that is pasted. */
export const pasting = ({ view }: KeyScene): boolean => view.overlay?.name === 'paste';
/** Characters go into a note. */
export const noting = ({ view }: KeyScene): boolean => view.overlay?.name === 'note';
/** On one of these screens. */
export const on = (...names: readonly Scene['screen']['name'][]) =>
	onPage(({ screen }) => names.includes(screen.name));

/** What cannot be left half way: it must come to its end. */
export const isChanging = ({ screen }: KeyScene): boolean =>
	screen.name === 'applying' || screen.name === 'undoing';

/** The finding on the screen; undefined elsewhere. */
export const findingShown = ({ screen, snapshot }: KeyScene): Finding | undefined =>
	screen.name === 'finding'
		? shownFinding(snapshot.context.findings, screen.check, screen.verdict)
		: undefined;
