/** A configuration from its file. */
import { readFile } from 'node:fs/promises';
import { whyUnreadable } from '../logs/log-paths.ts';
import { cleanText } from '../untrusted.ts';
import { type Configuration, readConfiguration } from './configuration.ts';
import { ConfigurationError } from './configuration-error.ts';

/** @throws ConfigurationError, where it cannot be read too */
export async function configurationAt(path: string): Promise<Configuration> {
	let bytes: Buffer;
	try {
		bytes = await readFile(path);
	} catch (error) {
		throw new ConfigurationError('unreadable', `${cleanText(path, { max: 300 })}: ${whyUnreadable(error)}`, [
			'give the openiz.exe.config of the IMS, or a copy of it: --config PATH',
		]);
	}
	return readConfiguration(bytes, path);
}
