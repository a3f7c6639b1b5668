/** The slots of the scenarios' servers, and the refusal when they are gone. */

/** 97 ordinary slots: what PostgreSQL has as installed. */
export const asInstalled = { settings: { max_connections: 100, superuser_reserved_connections: 3 } } as const;

/** 27 ordinary slots: the picture is the same as with a hundred, and it is there sooner. */
export const small = { settings: { max_connections: 30, superuser_reserved_connections: 3 } } as const;

/** What an ordinary role meets when they are gone. */
export const slotsRefused = { kind: 'refused', code: '53300', routine: 'InitPostgres' } as const;

/** What is blamed for most refusals, and has no part in these. */
export const commonlyBlamed = [
	'pools-larger-than-the-server',
	'a-connection-leak',
	'sessions-idle-in-transaction',
	'a-lock-pile-up',
	'max-connections-too-low',
] as const;

/** What is about the number of slots, where that is not the matter. */
export const neverSlots = [
	'pools-larger-than-the-server',
	'a-connection-leak',
	'max-connections-too-low',
] as const;
