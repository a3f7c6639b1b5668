import type { Fence } from '../../article/article.ts';
import type { PostgresSession } from './postgres.ts';
import { serverMajor } from './server-major.ts';

/** The first fence that covers the server's major version; below 10 it is the one before the point. */
export function coveringFence(fences: readonly Fence[], { server }: PostgresSession): Fence | null {
	const major = serverMajor(server) ?? 0;
	const covers = ({ language, min, max }: Fence) =>
		language === 'sql' && (min === null || min <= major) && (max === null || major <= max);
	return fences.find(covers) ?? null;
}
