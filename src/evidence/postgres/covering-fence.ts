import type { Fence } from '../../article/article.ts';
import type { PostgresSession } from './postgres.ts';

/** The first fence that covers the server's major version; below 10 it is the one before the point. */
export function coveringFence(fences: readonly Fence[], { server }: PostgresSession): Fence | null {
	const major = Math.floor((server.versionNum ?? 0) / 10_000);
	const covers = ({ language, min, max }: Fence) =>
		language === 'sql' && (min === null || min <= major) && (max === null || major <= max);
	return fences.find(covers) ?? null;
}
