import type { Configuration } from '../../evidence/openiz/configuration.ts';
import { managerOf, parsedBoolean } from '../../evidence/openiz/manager.ts';
import { attributeOf } from '../../evidence/openiz/scan-xml.ts';
import { type Edit, setAttribute } from './edit.ts';
import { type Refused, refusedParameter, type ValueOf, type Wanted, wholeNumber } from './wanted.ts';

/** `stm` and `maxRequests` of the `<connectionManager>`. */
export function fetching(value: ValueOf): Wanted | Refused {
	const stm = value('stm');
	if (stm !== null && !['true', 'false'].includes(String(stm)))
		return refusedParameter('stm', 'it must be true or false: the IMS does not start with anything else');
	const given = value('max-requests');
	const maxRequests = given === null ? null : wholeNumber(given, 0);
	if (given !== null && maxRequests === null)
		return refusedParameter('max-requests', 'it must be a whole number; 0 is no limit');
	const attributes = [
		...(stm === null ? [] : [`stm="${String(stm)}"`]),
		...(maxRequests === null ? [] : [`maxRequests="${maxRequests}"`]),
	].join(' ');
	return {
		change: (configurations) => {
			for (const configuration of configurations) managerOf(configuration);
			return {
				edits: (configuration) => [
					...(stm === null ? [] : stmEdit(configuration, String(stm))),
					...(maxRequests === null ? [] : limitEdit(configuration, maxRequests)),
				],
				consequences: [
					...(maxRequests === null || maxRequests === 0 ? [] : limitConsequences(maxRequests)),
					...(String(stm) === 'true'
						? ['Each list is loaded on one connection instead of up to three: it takes longer to load.']
						: []),
				],
				already: `it has ${attributes} already; if it was written since the last start, restart the IMS`,
			};
		},
		byHand: [
			`in openiz.exe.config, in the first <connectionManager> of <openiz.persistence.data.ado>, add ${attributes} beside the attributes that are there`,
		],
	};
}

function limitConsequences(limit: number): readonly string[] {
	return [
		`More than ${limit} requests at a time are not kept waiting but refused: HTTP 429, with Retry-After 1200, so that clients stay away for 20 minutes.`,
		`It counts each kind of resource by itself, so that ${limit} is not the number of connections. And the counter leaks: each refusal lowers it, so the limit loosens until the next restart.`,
	];
}

/** Any spelling that .NET takes for the value is left as it is. */
function stmEdit(configuration: Configuration, stm: string): readonly Edit[] {
	const manager = managerOf(configuration);
	const now = parsedBoolean(attributeOf(manager, 'stm')?.value ?? 'false');
	return now === (stm === 'true') ? [] : [setAttribute(configuration.text, manager, 'stm', stm)];
}

function limitEdit(configuration: Configuration, limit: number): readonly Edit[] {
	const manager = managerOf(configuration);
	const now = attributeOf(manager, 'maxRequests')?.value ?? '0';
	return now.trim() !== '' && Number(now) === limit
		? []
		: [setAttribute(configuration.text, manager, 'maxRequests', String(limit))];
}
