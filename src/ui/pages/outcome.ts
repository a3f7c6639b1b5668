import type { Solution } from '../../article/article.ts';
import { currentPlan } from '../../machine/current-plan.ts';
import type { Applied, Facts, Verified } from '../../machine/ports.ts';
import { type Block, gap, heading, item, text } from '../block.ts';
import { inlineSpans } from '../inline.ts';
import { type Page, page } from '../page.ts';
import type { Scene } from '../scene.ts';
import { drawn, faint, severitySpans, strong, toned } from '../span.ts';
import { checkTitle, counted, duration, titleOf, valueInWords } from '../words.ts';
import { failureBlocks } from './finding.ts';
import { sessionTable } from './preview.ts';

const rowStatuses = ['ended', 'gone', 'spared', 'refused'] as const;

/** `12 ended, 1 spared`; null: no session was to be ended. */
export function rowsInWords(applied: Applied | null): string | null {
	const rows = applied?.rows ?? [];
	if (rows.length === 0) return null;
	return rowStatuses
		.map((status) => ({ status, number: rows.filter((row) => row.status === status).length }))
		.filter(({ number }) => number > 0)
		.map(({ status, number }) => `${number} ${status}`)
		.join(', ');
}

/** The facts that differ, as `used 97 → 31`. */
export function changedFacts(before: Facts, after: Facts, arrow: string): readonly string[] {
	return Object.keys(after)
		.filter((name) => name !== 'verdict' && name in before && before[name] !== after[name])
		.map(
			(name) =>
				`${name.replaceAll('_', ' ')} ${valueInWords(before[name])} ${arrow} ${valueInWords(after[name])}`,
		);
}

function doneBlocks({ looks }: Scene, applied: Applied | null): readonly Block[] {
	if (applied === null) return [];
	const sessions = rowsInWords(applied);
	const tones = { done: 'ok', skipped: 'info', failed: 'critical', unknown: 'unknown' } as const;
	return [
		...(sessions === null ? [] : [text('Sessions: ', strong(sessions), '.')]),
		...applied.done.map(({ what, status, why }) =>
			item(severitySpans(tones[status], looks.glyphs, status), [
				...inlineSpans(` ${what}`),
				...(why === null ? [] : [faint(`: ${why}`)]),
			]),
		),
	];
}

function measured(scene: Scene, verified: Verified): readonly Block[] {
	const { looks, snapshot } = scene;
	const changes = changedFacts(verified.before, verified.after, looks.glyphs.arrow);
	const last = verified.samples.at(-1);
	return [
		text(
			...severitySpans(verified.severity, looks.glyphs),
			'  ',
			...inlineSpans(
				verified.text === ''
					? `${checkTitle(snapshot.context.article, verified.check)} ${verified.verdict}`
					: verified.text,
				'strong',
			),
		),
		...(changes.length === 0
			? []
			: [text('Before ', drawn(looks.glyphs.arrow), ' after: ', strong(changes.join(', ')))]),
		...(verified.note === null ? [] : [text(verified.note)]),
		text(
			faint(
				`${verified.proof === 'login' ? 'Proved by a login of an ordinary role' : 'By the numbers; not proved by a login'}${
					last === undefined
						? ''
						: `, ${counted(verified.samples.length, 'look')} over ${duration(last.atMs)}`
				}.`,
			),
		),
	];
}

function undoHint(scene: Scene): readonly Block[] {
	const plan = currentPlan(scene.snapshot.context);
	if (plan === null || !scene.snapshot.can({ type: 'undo' })) return [];
	return [gap, text(strong('u'), ` takes back: ${plan.undoable.join('; ')}.`)];
}

function nextSolution(scene: Scene, current: string): readonly Block[] {
	const { context } = scene.snapshot;
	const tried = new Set(context.tried.map(({ solution }) => solution));
	const next = scene.known.solutions.find(
		({ id, available }) => available && id !== current && !tried.has(id),
	);
	return [
		gap,
		next === undefined
			? text('The other solutions are listed with the causes.')
			: text('Next to try: ', strong(titleOf(context.article.solutions, next.id)), '.'),
	];
}

export function heldPage(scene: Scene, solution: Solution): Page {
	const { verified, applied } = scene.snapshot.context;
	const relief = scene.known.solutions.find(({ id }) => id === solution.id)?.relief === true;
	return page(titleOf([solution], solution.id), {
		blocks: [
			text(...severitySpans('ok', scene.looks.glyphs, verified === null ? 'it helped, you say' : 'it holds')),
			gap,
			...(verified === null ? [] : measured(scene, verified)),
			...doneBlocks(scene, applied),
			...(relief ? [gap, text('It is relief, not a cure: the cause is still there.')] : []),
			...undoHint(scene),
			...sessionsBelow(applied),
		],
	});
}

const sessionsBelow = (applied: Applied | null): readonly Block[] =>
	applied === null || applied.rows.length === 0
		? []
		: [...heading('Each session'), ...sessionTable(applied.rows)];

export function didNotHoldPage(scene: Scene, solution: Solution): Page {
	const { verified, applied } = scene.snapshot.context;
	return page(titleOf([solution], solution.id), {
		blocks: [
			text(
				...severitySpans(
					'critical',
					scene.looks.glyphs,
					verified === null ? 'it did not help' : 'it did not hold',
				),
			),
			gap,
			...(verified === null ? [] : measured(scene, verified)),
			...doneBlocks(scene, applied),
			...nextSolution(scene, solution.id),
			...undoHint(scene),
			...sessionsBelow(applied),
		],
	});
}

export function notAppliedPage(scene: Scene, solution: Solution): Page {
	const { fixFailure, applied } = scene.snapshot.context;
	const failure = fixFailure ?? applied?.failure ?? null;
	// An actor that broke half way left no account of itself: it must not be called "nothing".
	const words =
		applied?.outcome === 'nothing' || fixFailure === null
			? 'nothing was changed'
			: 'it did not come to its end';
	return page(titleOf([solution], solution.id), {
		blocks: [
			text(...severitySpans('critical', scene.looks.glyphs, words)),
			gap,
			...(failure === null ? [] : failureBlocks(scene, failure)),
			...doneBlocks(scene, applied),
			...nextSolution(scene, solution.id),
			...undoHint(scene),
			...sessionsBelow(applied),
		],
	});
}

export function didItHelpPage(scene: Scene, solution: Solution): Page {
	const { fixFailure, applied } = scene.snapshot.context;
	return page(titleOf([solution], solution.id), {
		blocks: [
			text(strong('Did it help?')),
			gap,
			...(fixFailure === null
				? [text('This could not be measured here. Try what did not work before, then say.')]
				: failureBlocks(scene, fixFailure)),
			...doneBlocks(scene, applied),
			gap,
			text(strong('y'), ' it helped, ', strong('n'), ' it did not help. Enter: it cannot be said.'),
			...undoHint(scene),
		],
	});
}

export function undonePage(scene: Scene, solution: Solution): Page {
	const { undone } = scene.snapshot.context;
	const { glyphs } = scene.looks;
	return page(titleOf([solution], solution.id), {
		blocks: [
			text(...severitySpans('ok', glyphs, 'taken back')),
			gap,
			...(undone?.undone ?? []).map((what) => item([drawn(`${glyphs.ok} `, 'ok')], inlineSpans(what))),
			...(undone?.skipped ?? []).map(({ what, why }) =>
				item([toned(`${glyphs.warning} not taken back: `, 'warning')], inlineSpans(`${what}: ${why}`)),
			),
			...(undone !== null && undone.undone.length + undone.skipped.length === 0
				? [text('There was nothing to take back.')]
				: []),
		],
	});
}

export function noPlanPage(scene: Scene, solution: Solution): Page {
	const { planned } = scene.snapshot.context;
	const { glyphs } = scene.looks;
	const nothing = planned?.kind === 'nothing to do';
	return page(titleOf([solution], solution.id), {
		blocks: [
			text(
				...severitySpans(
					nothing ? 'info' : 'warning',
					glyphs,
					nothing ? 'nothing to do' : 'not possible here',
				),
			),
			...(planned !== null && 'why' in planned ? [text(planned.why)] : []),
			...(planned?.kind === 'unavailable'
				? planned.next.map((step) => item([drawn(`${glyphs.arrow} `)], inlineSpans(step)))
				: []),
			gap,
			text(faint('Nothing was changed.')),
		],
	});
}

export function planExpiredPage({ looks }: Scene, title: string): Page {
	return page(title, {
		blocks: [
			text(...severitySpans('info', looks.glyphs, 'the plan is too old')),
			text('A plan stands for a minute and for one session: what it lists may have changed since.'),
			gap,
			text('Nothing was changed. Enter looks again.'),
		],
	});
}
