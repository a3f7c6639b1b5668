/** What a scenario is: trouble that is really there, and what a good diagnosis says about it. */
import type { Slug } from '../article/article.ts';
import type { Crowd } from './crowd-client.ts';
import type { LabServer, ServerOptions } from './server.ts';
import type { Instance, SitePool } from './site.ts';
import type { LogFile } from './site-log.ts';

/** The stage on which a scenario makes its trouble. */
export type Stage = {
	readonly server: LabServer;
	readonly crowd: Crowd;
	/** One, two: as many instances as the scenario has. */
	readonly instances: readonly Instance[];
	/** Connection URI of the ordinary role; default: to the site's main database. */
	uri(database?: string): string;
	/** One statement as the superuser; default: on the site's main database. */
	sql(sql: string, database?: string): Promise<Record<string, unknown>[]>;
	/** Waits until a query (one boolean column `ok`) answers true. @throws LabError after 20 s, naming `what`. */
	untilTrue(sql: string, what: string): Promise<void>;
	/** Waits until a server's log says it. @throws LabError after 20 s, naming `what`. */
	untilLogged(server: LabServer, words: RegExp, what: string): Promise<void>;
	/** `max_connections` without what is reserved. */
	readonly ordinarySlots: number;
	/** A log that a server writes: it stands beside the IMS's, under that name. */
	addLog(name: string, path: string): void;
	/** Something to close when the run ends. */
	atEnd(close: () => Promise<void>): void;
};

/** What the ordinary role meets when it connects as the site is told to. */
export type Outcome =
	| { readonly kind: 'connected' }
	/** By the server; a null routine: it differs between versions. */
	| { readonly kind: 'refused'; readonly code: string; readonly routine: string | null }
	/** It does not come as far as the server's answer. */
	| { readonly kind: 'unreached' };

export type Scenario = {
	/** Name on the command line, kebab-case. */
	readonly id: string;
	readonly title: string;
	/** What somebody who walks through it has understood afterwards. */
	readonly learningGoal: string;
	/** The cause that a diagnosis must rank first; null: there is nothing to find. */
	readonly firstCause: Slug | null;
	/** Proved as well, in this order behind the first; absent: nothing else is. */
	readonly alsoCauses?: readonly Slug[];
	/** Causes that it must not name as proved, nor rank above the first. */
	readonly neverCauses: readonly Slug[];
	/** The cure that it must list first, relief apart; null: there is nothing to cure. */
	readonly firstSolution: Slug | null;
	/** Reliefs that help here, for a while; empty: none is needed. */
	readonly reliefs: readonly Slug[];
	/** IMS instances on the site. */
	readonly instanceCount: number;
	readonly server: Pick<ServerOptions, 'settings' | 'hba' | 'dataFiles'>;
	/** Attributes of the ordinary role, as CREATE ROLE takes them. */
	readonly roleAttributes?: string;
	/** What the configuration of every instance says, where it is not the site's usual one. */
	readonly configuration?: {
		readonly pools?: readonly SitePool[];
		/** Absent: Npgsql's default of 30 s. */
		readonly commandTimeoutSeconds?: number;
	};
	/** What the IMS wrote into its log meanwhile: messages of errors, by the server's major version. */
	readonly logged: (major: number) => readonly string[];
	/** And what stands in it of yesterday, long over; absent: nothing. */
	readonly loggedYesterday?: (major: number) => readonly string[];
	/** The whole log of the IMS, where messages of errors do not tell it; absent: made of `logged`. */
	readonly imsLog?: (now: Date) => readonly LogFile[];
	/** One for all versions, or by the server's major version. */
	readonly outcome: Outcome | ((major: number) => Outcome);
	/** Makes the trouble. Answers the URI to diagnose; null: the ordinary role's own. */
	setUp(stage: Stage): Promise<string | null>;
};
