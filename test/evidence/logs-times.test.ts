import { describe, expect, it } from 'vitest';
import { StampReader } from '../../src/evidence/logs/timestamp.ts';
import { found, ims, logFolder, refusal, signature } from './logs-fixtures.ts';

/** The fourth of May, which is the fifth of April to whoever has the month first; in the afternoon. */
const at = new Date(2026, 4, 4 + 1, 19, 24, 50);
const named = 'openiz_20260505.log';

/** A culture's own patterns, as .NET puts them together: its short date, a blank, its long time. */
function inCulture(locale: string, moment: Date): string {
	const tag = `${locale}-u-nu-latn`;
	const date = new Intl.DateTimeFormat(tag, { year: 'numeric', month: 'numeric', day: 'numeric' });
	const time = new Intl.DateTimeFormat(tag, { timeStyle: 'medium' });
	return `${date.format(moment)} ${time.format(moment)}`;
}

const cultures =
	'af am ar ar-EG ar-SA az be bg bn bs ca cs cy da de de-CH el en-US en-CA en-AU en-ZA en-GB en-KE en-TZ en-IN en-NZ es es-MX es-CO es-AR et eu fa fi fil fr fr-CA fr-CH ga gl gu ha he hi hr hu hy id ig is it ja ka kk km kn ko ky lo lt lv mk ml mn mr ms mt my ne nl nb pa pl ps pt pt-BR pt-MZ rm ro ru rw sd si sk sl so sq sr sv sw sw-TZ ta te th ti tk tr uk ur uz vi wo yo zh-CN zh-TW zh-HK zu om mg'.split(
		' ',
	);

describe('the time of an entry', () => {
	it.each(cultures)('is read in the culture %s', (locale) => {
		// What .NET writes the file's name with is the same calendar as the stamp's.
		const calendar = new Intl.DateTimeFormat(`${locale}-u-nu-latn`).resolvedOptions().calendar;
		const parts = new Intl.DateTimeFormat(`en-u-ca-${calendar}-nu-latn`, {
			year: 'numeric',
			month: '2-digit',
			day: '2-digit',
		}).formatToParts(at);
		const part = (type: string) => parts.find((each) => each.type === type)?.value ?? '';
		const file = `openiz_${part('year')}${part('month')}${part('day')}.log`;
		const stamp = inCulture(locale, at);
		const time = new StampReader(file).read(stamp);
		expect(time === null ? `${stamp} in ${file}` : new Date(time.ms).toString()).toBe(at.toString());
	});

	it.each([
		['28.02.2019 19:24:50', [2019, 1, 28]],
		['2/28/2019 7:24:50 PM', [2019, 1, 28]],
		['2019. 02. 28. 19:24:50', [2019, 1, 28]],
		['2019-02-28 오후 7:24:50', [2019, 1, 28]],
		['28/2/2562 19:24:50', [2019, 1, 28]],
		['1397/12/09 07:24:50 ب.ظ', [2019, 1, 28]],
		['23/06/1440 07:24:50 م', [2019, 1, 28]],
	])('%s needs no name of a file', (stamp, [year = 0, month = 0, day = 0]) => {
		const time = new StampReader('openiz.log').read(stamp);
		expect(new Date(time?.ms ?? 0).toString()).toBe(new Date(year, month, day, 19, 24, 50).toString());
	});

	it('takes midnight and noon of a twelve-hour clock for what they are', () => {
		const reader = new StampReader('openiz_20190228.log');
		const hour = (stamp: string) => new Date(reader.read(stamp)?.ms ?? 0).getHours();
		expect(hour('2/28/2019 12:10:00 AM')).toBe(0);
		expect(hour('2/28/2019 12:10:00 PM')).toBe(12);
	});

	it('of the server is in its log_timezone, where only a name is written', () => {
		const reader = new StampReader('postgresql.log', 'Africa/Dar_es_Salaam');
		const moment = (stamp: string) => new Date(reader.read(stamp)?.ms ?? 0).toISOString();
		expect(moment('2026-05-05 19:24:50.100 EAT')).toBe('2026-05-05T16:24:50.100Z');
		expect(moment('2026-05-05 19:24:50.100 +05')).toBe('2026-05-05T14:24:50.100Z');
		expect(moment('2026-05-05 19:24:50.100 UTC')).toBe('2026-05-05T19:24:50.100Z');
	});
});

describe('a log of every culture', () => {
	const folder = logFolder(at);
	it('is read as a whole, with its thread and its level', async () => {
		const lines = cultures
			.filter((locale) => !['ar-SA', 'fa', 'th', 'ps'].includes(locale))
			.map((locale, index) => ims(inCulture(locale, at), index + 1, `Error : ${refusal}`));
		const path = folder.log(named, lines.join('\r\n'));
		const { facts } = await found({ check: signature('slots-refused'), paths: [path], now: at });
		expect(facts).toMatchObject({
			events: lines.length,
			first: at.toISOString(),
			last: at.toISOString(),
		});
	});
});
