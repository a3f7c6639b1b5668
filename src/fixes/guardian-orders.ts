/** What is said between the wizard and the guardian of its fences, over their message channel and nowhere else. */
import type { ConnectionSettings } from '../evidence/postgres/connection-settings.ts';
import { Secret } from '../evidence/postgres/secret.ts';
import type { SessionId } from '../session/record.ts';
import type { Fence } from './fence.ts';

/** How long after the channel has closed the guardian begins, in milliseconds: a statement under way has ended by then. */
export const graceMs = 3_000;
/** How often the wizard shows that it is at work, in milliseconds. */
export const heartbeatMs = 1_000;
/** After so long a silence the wizard counts as gone, in milliseconds: a stopped process keeps its channel open. */
export const silenceMs = 15_000;

/** A fence, and the journal's number of the intent that it was announced with. */
export type GuardedFence = { readonly fence: Fence; readonly intent: number };

export type GuardianOrders = {
	/** Ways to get in, the best first; the credentials travel in them. */
	readonly ways: readonly ConnectionSettings[];
	/** Databases to log in to that are not fenced, the best first. */
	readonly from: readonly string[];
	readonly journal: { readonly stateDir: string; readonly session: SessionId };
};

export type GuardianMessage =
	| { readonly type: 'orders'; readonly orders: GuardianOrders }
	/** Said before the fence is raised. */
	| { readonly type: 'guard'; readonly guarded: GuardedFence }
	/** It was not raised after all: whoever fences that database, it is not ours to lift. */
	| { readonly type: 'forget'; readonly intent: number }
	| { readonly type: 'alive' }
	/** All are lifted: end, and do nothing. */
	| { readonly type: 'lifted' };

export type GuardianAnswer = { readonly type: 'ready' };

/** As text, with the secrets revealed: for the channel only. */
export function toWire(message: GuardianMessage): string {
	return JSON.stringify(message, function (this: Readonly<Record<string, unknown>>, key, value: unknown) {
		// A Secret has turned itself into a mask by now; the object it stands in still has it.
		const original = this[key];
		if (original instanceof Secret) return { secret: original.reveal() };
		if (original instanceof Set) return { set: [...original] };
		return value;
	});
}

/** Null: it is not a message of ours. */
export function fromWire(text: unknown): GuardianMessage | null {
	if (typeof text !== 'string') return null;
	let message: unknown;
	try {
		message = JSON.parse(text, (_, value: unknown) => {
			if (typeof value !== 'object' || value === null) return value;
			const names = Object.keys(value);
			if (names.length === 1 && 'secret' in value && typeof value.secret === 'string')
				return new Secret(value.secret);
			if (names.length === 1 && 'set' in value && Array.isArray(value.set))
				return new Set<unknown>(value.set);
			return value;
		});
	} catch {
		return null;
	}
	return isGuardianMessage(message) ? message : null;
}

function isGuardianMessage(value: unknown): value is GuardianMessage {
	if (!isObject(value)) return false;
	switch (value.type) {
		case 'orders':
			return isOrders(value.orders);
		case 'guard':
			return (
				isObject(value.guarded) && typeof value.guarded.intent === 'number' && isFence(value.guarded.fence)
			);
		case 'forget':
			return typeof value.intent === 'number';
		case 'alive':
		case 'lifted':
			return true;
		default:
			return false;
	}
}

function isOrders(value: unknown): value is GuardianOrders {
	if (!isObject(value) || !isObject(value.journal)) return false;
	const { ways, from, journal } = value;
	return (
		Array.isArray(ways) &&
		ways.length > 0 &&
		ways.every(isSettings) &&
		Array.isArray(from) &&
		from.length > 0 &&
		from.every((name) => typeof name === 'string') &&
		typeof journal.stateDir === 'string' &&
		typeof journal.session === 'string'
	);
}

function isSettings(value: unknown): value is ConnectionSettings {
	return (
		isObject(value) &&
		Array.isArray(value.hosts) &&
		value.hosts.length > 0 &&
		typeof value.user === 'string' &&
		isObject(value.tls)
	);
}

function isFence(value: unknown): value is Fence {
	return (
		isObject(value) &&
		typeof value.database === 'string' &&
		(value.kind === 'limit' || value.kind === 'closed') &&
		Number.isInteger(value.limitBefore)
	);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === 'object' && value !== null;
}
