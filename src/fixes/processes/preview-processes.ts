/** `processes preview most=… state=… role=… database=… address=…`: the list that needs no session to be made. */
import type { Fence } from '../../article/article.ts';
import type { Backend } from '../../evidence/host/backends.ts';
import type { LookAtServer, ServerSeen } from '../../evidence/host/look-at-server.ts';
import type { Facts } from '../../machine/ports.ts';
import { systemCode } from '../../system-code.ts';
import { attributeValue } from '../attribute.ts';
import type { FixerOptions } from '../fixer.ts';
import { namesOf } from '../parameters.ts';
import type { Preview } from '../preview.ts';
import type { Unready } from '../step-preview.ts';
import { chosenOf, rowOf, type Wanted } from './choose-processes.ts';

/** What a list of processes was made from, for whoever ends them. */
export type ProcessesPreview = {
	/** Looks once more. */
	readonly look: LookAtServer;
	readonly seen: ServerSeen;
	readonly wanted: Wanted;
	readonly chosen: readonly Backend[];
};

/** At most, where the article names no number. The first lets an administrator in, unless its own client is quicker. */
const few = 3;

/** @throws what is no expected failure of looking */
export async function previewProcesses(
	{ lookAtServer: look, clock }: Pick<FixerOptions, 'lookAtServer' | 'clock'>,
	fence: Fence,
	values: Facts,
): Promise<Preview | Unready> {
	const unavailable = (why: string, next: readonly string[]): Unready => ({ kind: 'unavailable', why, next });
	if (look === undefined) return unavailable('this run does not look at processes', []);
	try {
		const seen = await look(new AbortController().signal);
		if (seen.kind === 'not seen')
			return unavailable(seen.why, ['run this on the server’s own host, where its processes can be seen']);
		const given = (name: string) => attributeValue(fence, name, values);
		const wanted: Wanted = {
			most: Number(given('most') ?? few),
			state: given('state') === null ? null : String(given('state')),
			roles: namesOf(given('role')),
			databases: namesOf(given('database')),
			addresses: namesOf(given('address')),
		};
		const chosen = chosenOf(seen.all.backends, wanted);
		const at = clock().getTime();
		const sessions = chosen.map((backend) => ({
			row: rowOf(backend, at),
			superuser: false,
			database: backend.database,
		}));
		return {
			sql: '',
			rows: sessions.map(({ row }) => row.columns),
			sessions,
			rowCount: sessions.length,
			processes: { look, seen, wanted, chosen },
		};
	} catch (error) {
		const code = systemCode(error);
		if (code === null) throw error;
		return unavailable(`the processes of this machine could not be listed (${code})`, [
			'look at them by hand, as the article describes',
		]);
	}
}
