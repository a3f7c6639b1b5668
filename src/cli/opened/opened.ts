/** A file that stands in place of the server: a bundle, or what another session saw. */
import type { Slug } from '../../article/article.ts';
import type { EvidenceSources } from '../../evidence/observe.ts';
import type { Finding } from '../../machine/finding.ts';
import type { Failure, Observation, ServerIdentity } from '../../machine/ports.ts';
import type { LoadedArticle } from '../article-argument.ts';

export type Opened = {
	readonly loaded: LoadedArticle;
	/** What it is, for the header: `a bundle of 2026-11-22 14:00 UTC`. */
	readonly what: string;
	/** Who answers, by the language of a fence; what is on this machine is asked before them. */
	readonly sources: EvidenceSources;
	/** What is known of a check whatever its fences are: another session's findings, as of then. */
	readonly answers: ReadonlyMap<Slug, Observation>;
	/** What people said: it stands beside what was measured. */
	readonly said: readonly Finding[];
	/** The server as it is known from the file; null: it is not. */
	readonly server: ServerIdentity | null;
	/** Why no session was had; null: one was, or nobody tried. */
	readonly refusal: Failure | null;
	/** Major version of the server; null: not known. */
	readonly major: number | null;
	/** ISO 8601: by the server's clock where there was one, else when the file was last written. */
	readonly startedAt: string;
	readonly finishedAt: string;
	/** What whoever reads the result should know: another version, a damaged record. */
	readonly warnings: readonly string[];
};

/** The moment in a few words: `2026-11-22 14:00 UTC`. */
export function inMinutes(at: string): string {
	return `${at.slice(0, 16).replace('T', ' ')} UTC`;
}
