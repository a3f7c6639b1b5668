import type { Binding, Hand, KeyScene } from './binding.ts';
import { isCharacter, type KeyName } from './key-name.ts';
import { keyTable } from './keys.ts';

/** A question mark asks for help until something has been typed. */
function nameIn({ page, view }: KeyScene, key: KeyName): KeyName {
	if (view.overlay?.name === 'paste' || view.overlay?.name === 'note') return isCharacter(key) ? 'text' : key;
	const typing = page.field !== null && view.overlay === null;
	return typing && isCharacter(key) && !(key === '?' && view.draft === '') ? 'text' : key;
}

/** The binding that a key has now; undefined: none. */
export function bindingOf(scene: KeyScene, key: KeyName): Binding | undefined {
	const name = nameIn(scene, key);
	return keyTable.find((binding) => binding.keys.includes(name) && binding.when(scene));
}

/**
 * Does what a key does now.
 * @param alone false: the key came together with others
 */
export function dispatchKey(hand: Hand, scene: KeyScene, key: KeyName, alone: boolean): void {
	const binding = bindingOf(scene, key);
	if (binding === undefined || (binding.alone === true && !alone)) return;
	if (scene.view.notice !== null) hand.change({ notice: null });
	binding.act(hand, scene, key);
}

/** What the footer names now, in the order of the table; a key that another one hides is not named. */
export function footerKeys(scene: KeyScene): readonly { readonly shown: string; readonly label: string }[] {
	return keyTable.flatMap((binding) => {
		const label = binding.footer !== null && binding.when(scene) ? binding.footer(scene) : '';
		const first = binding.keys[0];
		if (label === '' || first === undefined || bindingOf(scene, first) !== binding) return [];
		return [{ shown: binding.shown, label }];
	});
}
