import { isIP } from 'node:net';
import { cleanText } from '../../evidence/untrusted.ts';
import { readFrom } from './reading-edits.ts';
import { type Refused, refusedParameter, type ValueOf, type Wanted, wholeNumber } from './wanted.ts';

/** A connection string of its own for reading, from a standby. */
export function reading(value: ValueOf): Wanted | Refused {
	const name = String(value('readonly') ?? '');
	const host = String(value('host') ?? '');
	const port = wholeNumber(value('port') ?? 5432, 1);
	// What has a meaning in a connection string or in XML is no part of a name.
	if (!/^[A-Za-z0-9_.-]{1,100}$/.test(name))
		return refusedParameter('readonly', 'a name of letters, digits, dots and dashes is wanted');
	if (!/^[A-Za-z0-9_.:-]{1,255}$/.test(host))
		return refusedParameter('host', 'the standby’s name is wanted, or its address');
	if (port === null || port > 65_535) return refusedParameter('port', 'it must be a port, 1 to 65535');
	return {
		change: () => ({
			edits: (configuration) => readFrom(configuration, { name, host, port }),
			consequences: [
				`The OpenIZ source that was read resolves the host of a read-only connection string itself and drops it when there is only one address${isIP(host) === 0 ? '' : `, as with ${host}`}: reading then fails with “Host can't be null”. Give the standby a name with two addresses, or try it on one instance first.`,
				'The new string is a copy of the one that is written with, its user, password and pool included: it is one more pool, so lower MaxPoolSize of the other by what reading no longer needs.',
			],
			already: `it reads from ${cleanText(host)} by ${cleanText(name)} already; if it was written since the last start, restart the IMS`,
		}),
		byHand: [
			`in openiz.exe.config, under <connectionStrings>, copy the <add> that readWriteConnection names, and in the copy write name="${name}", Host=${host} and Port=${port}`,
			`in the first <connectionManager> of <openiz.persistence.data.ado>, write readonlyConnection="${name}"`,
		],
	};
}
