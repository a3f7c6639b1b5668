/**
 * `openiz apply config=:config …`: the configuration of the IMS, changed in place. `stm=true max-requests=:n` on its
 * `<connectionManager>`; `max-pool-size=:n budget=:usable instances=:n others=:n` in its connection strings; `readonly=:name
 * host=:host port=:port` for a string of its own to read with. Every other byte stays.
 */
import type { Fence } from '../article/article.ts';
import { configFiles, notHere } from '../evidence/openiz/config-files.ts';
import { type Configuration, readConfiguration } from '../evidence/openiz/configuration.ts';
import { ConfigurationError } from '../evidence/openiz/configuration-error.ts';
import { settingOf } from '../evidence/openiz/connection-string.ts';
import type { FactValue } from '../machine/ports.ts';
import { attributeValue } from './attribute.ts';
import type { Effect, PrepareContext, Prepared } from './effect.ts';
import { changeFrom, type FileChange, preparedFileChanges } from './files/file-change.ts';
import { FileError, fileErrorOf } from './files/file-error.ts';
import { fileState } from './files/file-state.ts';
import { edited, setPart } from './openiz/edit.ts';
import { fetching } from './openiz/fetching.ts';
import { pooling } from './openiz/pooling.ts';
import { reading } from './openiz/reading.ts';
import { type Changing, type Refused, refusedParameter, type Wanted } from './openiz/wanted.ts';

const restart =
	'Nothing changes until the IMS of that configuration is restarted, which interrupts its users: the service is called OpenIZ, or OpenIZ_… where there are several (net stop OpenIZ, net start OpenIZ).';

export const openiz: Effect = {
	language: 'openiz',
	async prepare(context) {
		const { fence, values } = context;
		const wanted = wantedOf(context);
		if ('kind' in wanted) return inParameters(fence, wanted);
		const config = attributeValue(fence, 'config', values);
		if (config === null || String(config).trim() === '')
			return inParameters(
				fence,
				refusedParameter(
					'config',
					`which file? Give --config PATH, once for each instance, or “${notHere}” if it is not on this machine`,
				),
			);
		const files = configFiles(String(config));
		if (files.length === 0)
			return {
				kind: 'by hand',
				why: 'the configuration is not on this machine',
				instructions: [...wanted.byHand, restart],
			};
		try {
			return inParameters(fence, prepared(files, wanted));
		} catch (error) {
			if (!(error instanceof ConfigurationError) && !(error instanceof FileError)) throw error;
			return { kind: 'unavailable', why: error.failure.message, next: error.failure.next };
		}
	},
};

/** An attribute that does not do is asked for by the name of the parameter that it was filled with. */
function inParameters({ attributes }: Fence, result: Prepared): Prepared {
	if (result.kind !== 'parameter') return result;
	const name = /^:(\w+)$/.exec(attributes[result.name] ?? '')?.[1];
	return name === undefined ? result : { ...result, name };
}

function wantedOf({ fence, values }: PrepareContext): Wanted | Refused {
	const { attributes } = fence;
	const value = (name: string): FactValue => attributeValue(fence, name, values);
	if ('readonly' in attributes) return reading(value);
	if ('max-pool-size' in attributes) return pooling(value);
	return fetching(value);
}

/** @throws ConfigurationError, FileError */
function prepared(files: readonly string[], { change }: Wanted): Prepared {
	const found = files.map((path) => {
		const before = fileState(path);
		if (before === null) throw fileErrorOf(Object.assign(new Error(), { code: 'ENOENT' }), 'read', path);
		return { before, configuration: readConfiguration(before.bytes, path) };
	});
	const changing = change(found.map(({ configuration }) => configuration));
	if ('kind' in changing) return changing;
	const changes = found.flatMap(({ before, configuration }): readonly FileChange[] => {
		const after = Buffer.from(editedText(configuration, changing));
		const planned = changeFrom(before, before.path, after, {
			afterUndo: 'restart the IMS, which goes on with what it read',
		});
		return planned === null ? [] : [planned];
	});
	if (changes.length === 0) return { kind: 'nothing to do', why: changing.already };
	const effect = preparedFileChanges(changes, {
		effect: 'openiz',
		consequences: [...changing.consequences, restart],
		shown: withoutPasswords,
	});
	const caveat = 'the IMS goes on with what it read until somebody restarts it';
	return { kind: 'ready', effect: { ...effect, caveat } };
}

/** What it becomes, read once more: an edit that would break the file is never written. */
function editedText(configuration: Configuration, { edits }: Changing): string {
	const text = edited(configuration.text, edits(configuration));
	readConfiguration(Buffer.from(text), configuration.label);
	return text;
}

/** For the diff; what is redacted everywhere comes on top. */
function withoutPasswords(text: string): string {
	const configuration = readConfiguration(Buffer.from(text), '');
	return edited(
		text,
		configuration.strings.flatMap(({ attribute, settings }) => {
			const password = settingOf(settings, 'password');
			return password === null ? [] : [setPart(text, attribute, password, '***')];
		}),
	);
}
