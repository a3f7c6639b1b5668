import { machineSetup } from './setup.ts';

/** The connection, beside everything else: the keeper reports, the states follow. Asking again is the keeper's own affair. */
export const connectionStates = machineSetup.createStateConfig({
	initial: 'none',
	invoke: [
		{ src: 'keeper', id: 'keeper' },
		{ src: 'progress', id: 'progress' },
	],
	on: {
		'connection.none': { target: '.none', actions: 'disconnected' },
		'connection.connecting': '.connecting',
		'connection.waiting': { target: '.waiting', actions: { type: 'waiting', params: ({ event }) => event } },
		'connection.held': { target: '.held', actions: { type: 'connected', params: ({ event }) => event } },
		'connection.refused': { target: '.refused', actions: { type: 'refused', params: ({ event }) => event } },
		'connection.lost': { target: '.lost', actions: { type: 'lost', params: ({ event }) => event } },
		'connection.gauge': { actions: { type: 'measured', params: ({ event }) => event } },
		'fix.progress': { actions: { type: 'progress', params: ({ event }) => event } },
	},
	states: {
		none: { meta: { connection: 'none' } },
		connecting: { meta: { connection: 'connecting' } },
		waiting: { meta: { connection: 'waiting' } },
		held: { meta: { connection: 'held' } },
		refused: { meta: { connection: 'refused' } },
		lost: { meta: { connection: 'lost' } },
	},
});
