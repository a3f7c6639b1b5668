/** The connection service file with libpq's meaning (PostgreSQL documentation, "The Connection Service File"). */
import { type Conninfo, type ConninfoKeyword, keywordNamed } from './keywords.ts';
import { SettingsError } from './settings-error.ts';

/**
 * The settings of one service; null: the file does not have it.
 * @throws SettingsError for a line that is no `parameter=value`
 */
export function serviceFrom(text: string, service: string, path: string): Conninfo | null {
	const found: Partial<Record<ConninfoKeyword, string>> = {};
	let inside = false;
	let seen = false;
	for (const [index, raw] of text.split(/\r?\n/).entries()) {
		const line = raw.trim();
		if (line === '' || line.startsWith('#')) continue;
		if (line.startsWith('[')) {
			if (seen) return found;
			inside = line === `[${service}]`;
			seen = inside;
			continue;
		}
		if (!inside) continue;
		const where = `${path}, line ${index + 1},`;
		const equals = line.indexOf('=');
		if (equals < 0) {
			throw new SettingsError(`${where} is not a parameter=value pair.`, ['Correct the line, or remove it.']);
		}
		const keyword = keywordNamed(line.slice(0, equals), where);
		if (keyword === 'service' || keyword === 'servicefile') {
			throw new SettingsError(`${where} names a service inside a service.`, [
				'Write its settings out instead.',
			]);
		}
		// The first one counts, as in libpq.
		found[keyword] ??= line.slice(equals + 1);
	}
	return seen ? found : null;
}
