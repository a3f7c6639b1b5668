import type { Diagnosis } from '../../diagnosis.ts';
import { sourceInWords, valueAsText } from '../../words.ts';
import { definitions, nothing, type Section, section } from '../section.ts';

/** Which server it was, as far as it said so itself. */
export function serverSection({ server, source }: Diagnosis): Section {
	if (server === null) {
		return section(
			'server',
			'Server',
			nothing('No server answered.'),
			definitions([['Answers from', sourceInWords(source)]]),
		);
	}
	const { host, port, database, user, version, provider, slot } = server;
	return section(
		'server',
		'Server',
		definitions([
			['Host', host === null ? '–' : `${host}${port === null ? '' : `:${port}`}`],
			['Database', valueAsText(database)],
			['Role', valueAsText(user)],
			['PostgreSQL', valueAsText(version)],
			['Provider', provider],
			['Session', slot === null ? 'none could be had' : `held, slot: ${slot}`],
			['Answers from', sourceInWords(source)],
		]),
	);
}
