/** The code of a system error (`ENOSPC`), or of one of ours; null: it has none. */
export function systemCode(error: unknown): string | null {
	return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}
