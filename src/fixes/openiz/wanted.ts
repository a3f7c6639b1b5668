import type { Configuration } from '../../evidence/openiz/configuration.ts';
import type { FactValue } from '../../machine/ports.ts';
import type { Prepared } from '../effect.ts';
import type { Edit } from './edit.ts';

/** The value of one of the fence's attributes; null: it has none. */
export type ValueOf = (attribute: string) => FactValue;

export type Refused = Extract<Prepared, { readonly kind: 'parameter' | 'unavailable' }>;

/** What is to be changed in each file, and what that means. */
export type Changing = {
	readonly edits: (configuration: Configuration) => readonly Edit[];
	/** What a person should know first, the gravest before the others. */
	readonly consequences: readonly string[];
	/** Said where no file has to be changed. */
	readonly already: string;
};

/** One of the things that the effect does, with its values. */
export type Wanted = {
	/** @throws ConfigurationError where a file does not allow it */
	readonly change: (configurations: readonly Configuration[]) => Changing | Refused;
	/** For somebody at another machine: the exact text, and the arithmetic. */
	readonly byHand: readonly string[];
};

/** @param attribute whose value does not do; the parameter behind it is what is asked for */
export function refusedParameter(attribute: string, problem: string): Refused {
	return { kind: 'parameter', name: attribute, problem, choices: [] };
}

/** A whole number from `least`; null: it is none. */
export function wholeNumber(value: FactValue, least: number): number | null {
	const number = typeof value === 'number' ? value : Number(String(value ?? '').trim() || Number.NaN);
	return Number.isInteger(number) && number >= least && number <= 2_147_483_647 ? number : null;
}
