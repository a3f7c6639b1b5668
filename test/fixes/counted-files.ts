import { type FileOperations, hostFiles } from '../../src/fixes/files/file-state.ts';

/** The file system, with something that happens in place of its step number `at` (from 1) and of all after it. */
export function counted(
	at: number,
	instead: () => void,
	files: FileOperations = hostFiles,
): { readonly fs: FileOperations; readonly steps: () => number } {
	let steps = 0;
	const fs = new Proxy(files, {
		get(target, name, receiver) {
			const operation: unknown = Reflect.get(target, name, receiver);
			if (typeof operation !== 'function') return operation;
			return (...args: readonly unknown[]): unknown => {
				steps += 1;
				if (steps >= at) instead();
				return Reflect.apply(operation, target, args);
			};
		},
	});
	return { fs, steps: () => steps };
}
