/** What is told in place of a plan, where the right to it is somebody else's, or the server may be. */
import type { Solution, Step } from '../article/article.ts';
import { plainInline } from '../article/plain-text.ts';
import type { PostgresSession } from '../evidence/postgres/postgres.ts';
import type { Prepared, PreparedEffect } from './effect.ts';
import type { Preview } from './preview.ts';
import type { Unready } from './step-preview.ts';

/** What a person does in place of one effect. */
export type HandedOver = Pick<ByHand, 'instructions' | 'grants'> & {
	/** Null: nothing is in the way of this one; it is wanted where something is in the way of another. */
	readonly why: string | null;
};

type ByHand = Extract<Prepared, { readonly kind: 'by hand' }>;

/** Sessions are for a plan: those that are there when a person comes to it are others. */
export function doneByHand(
	{ title }: Step,
	preview: Preview | null,
	{ statements }: PreparedEffect,
): HandedOver {
	const instructions =
		statements.length === 0
			? [`${plainInline(title)}.`]
			: preview !== null && preview.sessions.length > 0
				? []
				: statements.map((statement) => `Run: ${statement};`);
	return { why: null, instructions, grants: [] };
}

/** It is not known who runs this server, and the solution is not for one that a provider runs. */
export function isNotOurs({ notOn }: Solution, { server }: PostgresSession): boolean {
	return server.provider === 'unknown' && notOn.includes('unknown');
}

const unknownProvider = 'it is not known who runs this server, and it could be a managed one';

/** What somebody else has to do, in the order of the steps. @param notOurs whoever runs the server, as it is not known */
export function byHandInstead(handed: readonly HandedOver[], notOurs: boolean): Unready {
	const grants = new Set(handed.flatMap(({ grants = [] }) => grants));
	const whys = handed.flatMap(({ why }) => (why === null ? [] : [why]));
	return {
		kind: 'by hand',
		why: [...new Set([...(notOurs ? [unknownProvider] : []), ...whys])].join('; '),
		instructions: [
			...new Set(handed.flatMap(({ instructions }) => instructions)),
			...(notOurs
				? ['Or connect as a superuser, then plan again: -U postgres']
				: grants.size === 0
					? []
					: [`Or to allow it, then plan again: ${[...grants].join('; ')};`]),
		],
	};
}
