/** Reading a plan that somebody sent: nothing in it is believed but that it names solutions of an article. */
import type { Article, Solution } from '../article/article.ts';
import { cleanText, withoutSecrets } from '../evidence/untrusted.ts';
import {
	mayBePlanned,
	type PlannedSolution,
	planFence,
	planSchema,
	planToMarkdown,
	type SavedPlan,
} from './saved-plan.ts';

/** Why a file is no plan, or none that can be followed; `next` says what to do. */
export class PlanError extends Error {
	readonly code: 'not-a-plan' | 'plan-damaged' | 'plan-newer' | 'plan-of-another-article';
	readonly next: readonly string[];
	constructor(code: PlanError['code'], message: string, next: readonly string[]) {
		super(message);
		this.name = 'PlanError';
		this.code = code;
		this.next = next;
	}
}

/** Larger than any that we write. */
const longestPlan = 2_000_000;
const mostEntries = 100;

/** Whether a file is meant to be one: it may still be damaged. */
export function looksLikePlan(text: string): boolean {
	return text.includes(planSchema) && text.includes(`\`\`\`${planFence}`);
}

export type ReadPlan = {
	readonly plan: SavedPlan;
	/** Its readable part does not say what its other part does: somebody edited one of them. */
	readonly edited: boolean;
};

/** @throws PlanError */
export function readSavedPlan(text: string): ReadPlan {
	const plain = text.replace(/^\ufeff/, '').replaceAll(/\r\n?/g, '\n');
	const block = fencedPart(plain);
	if (block === null || plain.length > longestPlan)
		throw new PlanError('not-a-plan', 'this file is not a plan that kbwizard saved', [
			'ask for the file as it was saved, with the part “For the program” at its end',
		]);
	let value: unknown;
	try {
		value = JSON.parse(block);
	} catch {
		throw damaged('its part for the program is not whole');
	}
	const plan = planOf(value);
	return { plan, edited: planToMarkdown(plan).trim() !== plain.trim() };
}

/** The longest fence counts: a note may hold shorter ones. Null: there is none. */
function fencedPart(text: string): string | null {
	const found = [...text.matchAll(/^(`{3,})json kbwizard-plan\n([\s\S]*?)\n\1$/gm)].at(-1);
	return found?.[2] ?? null;
}

const damaged = (what: string): PlanError =>
	new PlanError('plan-damaged', `the plan is damaged: ${what}`, [
		'ask for the file again, best as an attachment: mail and chat change what is pasted',
	]);

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

function fields(value: unknown, what: string): Fields {
	if (!isFields(value)) throw damaged(`${what} is missing`);
	return value;
}

/** One line, without secrets and without anything that a terminal obeys. */
function text(value: unknown, what: string): string {
	if (typeof value !== 'string') throw damaged(`${what} is missing`);
	return withoutSecrets(cleanText(value, { max: 2_000 }));
}

function list<T>(value: unknown, what: string, read: (each: unknown) => T): readonly T[] {
	if (!Array.isArray(value)) throw damaged(`${what} is missing`);
	if (value.length > mostEntries) throw damaged(`${what} has more than ${mostEntries} entries`);
	return value.map(read);
}

function oneOf<const T extends string>(value: unknown, values: readonly T[], what: string): T {
	const found = values.find((each) => each === value);
	if (found === undefined) throw damaged(`${what} is not one of ${values.join(', ')}`);
	return found;
}

function time(value: unknown, what: string): string {
	const at = text(value, what);
	if (Number.isNaN(Date.parse(at))) throw damaged(`${what} is no time`);
	return at;
}

function planOf(value: unknown): SavedPlan {
	const plan = fields(value, 'its content');
	if (plan.schema !== planSchema) {
		const newer = typeof plan.schema === 'string' && /^kbwizard\.plan\/\d+$/.test(plan.schema);
		if (newer)
			throw new PlanError(
				'plan-newer',
				`the plan was saved by a newer kbwizard (${cleanText(String(plan.schema), { max: 40 })})`,
				['update kbwizard, and open it again'],
			);
		throw damaged('it does not say what it is');
	}
	const article = fields(plan.article, 'the article');
	const tool = fields(plan.tool, 'the program that saved it');
	return {
		schema: planSchema,
		article: {
			id: text(article.id, 'the article'),
			title: text(article.title, 'the article’s title'),
			sha256: text(article.sha256, 'the article’s hash'),
		},
		tool: { name: text(tool.name, 'the program'), version: text(tool.version, 'its version') },
		madeAt: time(plan.madeAt, 'when it was made'),
		by: text(plan.by, 'who made it'),
		source: oneOf(
			plan.source,
			['live', 'log', 'config', 'host', 'bundle', 'person', 'mixed'],
			'what it rests on',
		),
		seenAt: time(plan.seenAt, 'when that was seen'),
		summary: list(plan.summary, 'the summary', (each) => {
			const line = fields(each, 'a line of the summary');
			return { label: text(line.label, 'a label'), text: text(line.text, 'a line of the summary') };
		}),
		causes: list(plan.causes, 'the causes', (each) => {
			const cause = fields(each, 'a cause');
			return {
				id: text(cause.id, 'a cause'),
				title: text(cause.title, 'a cause’s title'),
				standing: oneOf(cause.standing, ['proved', 'suspected'], 'a cause’s standing'),
			};
		}),
		steps: list(plan.steps, 'the steps', (each) => {
			const step = fields(each, 'a step');
			return {
				solution: text(step.solution, 'a step’s solution'),
				title: text(step.title, 'a step’s title'),
				risk: oneOf(step.risk, ['mild', 'moderate', 'severe'], 'a step’s risk'),
				parameters: Object.fromEntries(
					Object.entries(fields(step.parameters, 'a step’s values')).map(([name, each]) => [
						text(name, 'a value’s name'),
						text(each, 'a value'),
					]),
				),
			};
		}),
		notes: list(plan.notes, 'the notes', (each) => text(each, 'a note')),
	};
}

/** A step that this article has, with the values that it takes. */
export type FollowedStep = PlannedSolution & { readonly of: Solution };

/**
 * What of the plan this article has, title and risk as the article says them.
 * @throws PlanError where it is another article, or another text of it: its solutions may mean something else
 */
export function stepsOf(plan: SavedPlan, article: Article): readonly FollowedStep[] {
	if (plan.article.id !== article.id || plan.article.sha256 !== article.sha256)
		throw new PlanError(
			'plan-of-another-article',
			`the plan was made with another text of ${plan.article.id} than this program has`,
			[
				'use the same version of kbwizard on both sides',
				`or look for yourself: kbwizard ${article.id} -h HOST -d DATABASE`,
			],
		);
	return plan.steps.map((step) => {
		const of = article.solutions.find(({ id }) => id === step.solution);
		if (of === undefined) throw damaged(`${article.id} has no solution ${step.solution}`);
		const unknown = Object.keys(step.parameters).find(
			(name) => !of.parameters.some((parameter) => parameter.name === name && mayBePlanned(parameter)),
		);
		if (unknown !== undefined) throw damaged(`${step.solution} takes no value “${unknown}” from a plan`);
		return { ...step, risk: of.risk, of };
	});
}
