/** The script of `kbwizard collect` in each of its formats. */

import { powershellWrapper } from './powershell-wrapper.ts';
import { psqlScript, type ScriptInput } from './psql-script.ts';
import { shellWrapper } from './shell-wrapper.ts';

export type CollectFormat = 'psql' | 'sh' | 'powershell';

export function collectingScript(format: CollectFormat, input: ScriptInput): string {
	switch (format) {
		case 'psql':
			return psqlScript(input);
		case 'sh':
			return shellWrapper(input);
		case 'powershell':
			return powershellWrapper(input);
	}
}
