import type { Report, SlotSample } from '../../report.ts';
import { elapsed, valueAsText } from '../../words.ts';
import { instant } from '../instant.ts';
import { type Content, join } from '../markup.ts';
import { code, definitions, type Section, section } from '../section.ts';

/** When the slots were sampled; null: never. */
function watched(samples: readonly SlotSample[]): Content {
	const [first] = samples;
	const last = samples.at(-1);
	if (first === undefined || last === undefined) return null;
	return join(
		instant(first.at),
		' to ',
		instant(last.at),
		samples.length < 2 ? null : `, over ${elapsed(first.at, last.at)}`,
	);
}

/** By whom, with which rights, from where, by which clocks and with what it was looked at. */
export function circumstancesSection({ circumstances, diagnosis, charts, session }: Report): Section {
	const { user, host, rights, timeZones } = circumstances;
	const { tool, article, startedAt, finishedAt } = diagnosis;
	return section(
		'circumstances',
		'How it was looked at',
		definitions([
			['Operating-system user', valueAsText(user)],
			['Host', valueAsText(host)],
			['Role', valueAsText(diagnosis.server?.user)],
			['Its rights', valueAsText(rights)],
			['Looked at', join(instant(startedAt), ', for ', elapsed(startedAt, finishedAt))],
			['Slots watched', watched(charts.slots)],
			['Time zone, server', valueAsText(timeZones.server)],
			['Time zone, logs', valueAsText(timeZones.logs)],
			['Time zone, local', valueAsText(timeZones.local)],
			['Times in this report', 'UTC'],
			['Tool', `${tool.name} ${tool.version}`],
			['Article', join(article.id, ', SHA-256 ', code(article.sha256))],
			['Session', session === null ? 'kept nowhere' : code(session)],
		]),
	);
}
