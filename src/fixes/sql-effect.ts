/**
 * `sql apply database=:database if=:column`: the statements of its body, one by one, in that database. A row of the preview
 * is one thing to do; one whose column `if=` names is not true is left out, and one with a text in its column `refused`
 * is not done, for that reason.
 */
import type { Solution } from '../article/article.ts';
import { ParameterError, quoteParameters } from '../article/parameters.ts';
import { parseSql, recordOf, SqlSyntaxError } from '../article/sql-parser.ts';
import type { Keeper, PostgresSession } from '../evidence/postgres/postgres.ts';
import { redacted } from '../evidence/untrusted.ts';
import type { Done, Facts } from '../machine/ports.ts';
import { attributeValue, parameterOf } from './attribute.ts';
import type { ApplyContext, Effect, EffectOutcome, PrepareContext, Prepared } from './effect.ts';
import { failureOf, messageOf, statusOfFailure, stopFailure } from './failure.ts';
import { journalled } from './fix-journal.ts';
import { named } from './parameters.ts';
import { movedTo } from './value-change.ts';

type Refused = Exclude<Prepared, { readonly kind: 'ready' }>;

type ToSend = {
	readonly sql: string;
	/** The same without secrets. */
	readonly shown: string;
	/** Where it is sent; null: wherever the session is. */
	readonly database: string | null;
	readonly timeoutMs: number | null;
};

export const sqlEffect: Effect = {
	language: 'sql',
	async prepare(context): Promise<Prepared> {
		const { session, preview, values, fence, step, solution } = context;
		if (session === null) return { kind: 'unavailable', why: 'there is no session', next: ['connect first'] };
		const toSend: ToSend[] = [];
		for (const row of preview === null ? [{}] : preview.rows) {
			const known: Facts = { ...values, ...row };
			if ('if' in fence.attributes && attributeValue(fence, 'if', known) !== true) continue;
			if (typeof known.refused === 'string')
				return { kind: 'unavailable', why: known.refused, next: ['connect as a role that may'] };
			const statements = await statementsFor(context, known);
			if ('kind' in statements) return statements;
			toSend.push(...statements);
		}
		if (toSend.length === 0)
			return { kind: 'nothing to do', why: 'there is nothing that it would be done to' };
		const home = session.server.database;
		const elsewhere = [...new Set(toSend.map(({ database }) => database))].filter((each) => each !== null);
		const byHand = step.undos
			.filter(({ language }) => language === 'sql')
			.map(({ body }) => shownWith(solution, body, values));
		return {
			kind: 'ready',
			effect: {
				statements: toSend.map(({ shown }) => shown),
				consequences: [
					...elsewhere
						.filter((database) => database !== home)
						.map(
							(database) =>
								`This is done in ${named('database', database)}: the session goes there, and back.`,
						),
					byHand.length === 0
						? 'It cannot be taken back.'
						: `It is not taken back by this program; by hand: ${byHand.join(' ')}`,
				],
				undoable: [],
				diff: null,
				apply: (applying) => applyAll(applying, toSend),
			},
		};
	},
};

async function statementsFor(
	{ fence, solution }: PrepareContext,
	known: Facts,
): Promise<readonly ToSend[] | Refused> {
	const database = attributeValue(fence, 'database', known);
	if ('database' in fence.attributes && database === null)
		return {
			kind: 'parameter',
			name: parameterOf(fence, 'database') ?? 'database',
			problem: 'in which database?',
			choices: [],
		};
	try {
		const parsed = await parseSql(quoteParameters(fence.body, known));
		const shown = await parseSql(shownWith(solution, fence.body, known));
		const block = parsed.find(({ node }) => isBlock(node));
		if (block !== undefined)
			return {
				kind: 'unavailable',
				why: `the article's statements are sent one by one, and ${block.text} belongs to a block`,
				next: ['do it by hand, as the article says'],
			};
		return parsed.map(({ text }, index) => ({
			sql: text,
			shown: shown[index]?.text ?? redacted,
			database: database === null ? null : String(database),
			timeoutMs: fence.timeoutMs,
		}));
	} catch (error) {
		if (error instanceof ParameterError)
			return { kind: 'parameter', name: error.parameter, problem: error.message, choices: [] };
		if (!(error instanceof SqlSyntaxError)) throw error;
		return {
			kind: 'unavailable',
			why: `PostgreSQL's parser refuses the article's statements: ${error.message}`,
			next: ['see what is wrong with the article: kbwizard lint'],
		};
	}
}

function shownWith({ parameters }: Solution, body: string, known: Facts): string {
	const secrets = parameters
		.filter(({ type }) => type.kind === 'secret' || type.kind === 'connection')
		.map(({ name }) => [name, redacted]);
	return quoteParameters(body, { ...known, ...Object.fromEntries(secrets) });
}

/** `begin`, `commit` and the like; what is done to a prepared transaction stands by itself. */
function isBlock(node: Readonly<Record<string, unknown>>): boolean {
	const { kind } = recordOf(node.TransactionStmt);
	return typeof kind === 'string' && !kind.endsWith('_PREPARED');
}

async function applyAll(context: ApplyContext, toSend: readonly ToSend[]): Promise<EffectOutcome> {
	const done: Done[] = [];
	for (const each of toSend) {
		const stopped = stopFailure(context.signal);
		if (stopped !== null) return { rows: [], done, failure: stopped };
		context.onProgress(each.shown);
		try {
			await insideOf(context.keeper, each.database, (session) => send(context, session, each));
			done.push({ what: each.shown, status: 'done', why: null });
		} catch (error) {
			done.push({ what: each.shown, status: statusOfFailure(error), why: messageOf(error) });
			return { rows: [], done, failure: failureOf(error, ['look again, then make a new plan']) };
		}
	}
	return { rows: [], done, failure: null };
}

async function send(
	{ journal, plan, solution }: ApplyContext,
	session: PostgresSession,
	{ sql, shown, database, timeoutMs }: ToSend,
): Promise<void> {
	await journalled(
		journal,
		{
			plan,
			solution: solution.id,
			effect: 'sql',
			object: database === null ? 'a statement' : `a statement in ${named('database', database)}`,
			old: null,
			inverse: null,
			statement: shown,
		},
		() => session.write(sql, [], timeoutMs === null ? {} : { timeoutMs }),
		() => ({ status: 'done', why: null, rows: [] }),
	);
}

/**
 * Does something on a session in that database, and goes back where it was.
 * @throws NotBegun where that database cannot be connected to
 */
async function insideOf<T>(
	keeper: Keeper,
	database: string | null,
	body: (session: PostgresSession) => Promise<T>,
): Promise<T> {
	const { session } = keeper;
	if (session === null) throw new Error('the session is gone');
	const home = session.server.database;
	if (database === null || home === database) return body(session);
	return movedTo(keeper, { database, home }, `it is done in ${named('database', database)}`, body);
}
