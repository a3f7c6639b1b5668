import type { Slug } from '../../article/article.ts';
import { plansToUndo } from '../../machine/plans.ts';
import type { Applied, Facts, Verified } from '../../machine/ports.ts';
import { type Block, gap, heading, item, text } from '../block.ts';
import { inlineSpans } from '../inline.ts';
import { type Page, page } from '../page.ts';
import type { Scene } from '../scene.ts';
import { drawn, faint, severitySpans, strong, toned } from '../span.ts';
import { checkTitle, counted, duration, titleOf, valueInWords } from '../words.ts';
import { failureBlocks } from './finding.ts';
import { sessionTable } from './preview.ts';

/** What came to its end: a solution, or one step of it. */
export type PartShown = {
	readonly solution: Slug;
	/** Null: the solution as a whole. */
	readonly step: Slug | null;
	readonly title: string;
};

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

export function doneBlocks({ looks }: Scene, applied: Applied | null): readonly Block[] {
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

export function measured(scene: Scene, verified: Verified): readonly Block[] {
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

export function undoHint({ snapshot }: Scene, { solution, step }: PartShown): readonly Block[] {
	if (!snapshot.can({ type: 'undo' })) return [];
	const undoable = plansToUndo(snapshot.context, { solution, step }).flatMap((plan) => plan.undoable);
	return [gap, text(strong('u'), ` takes back: ${undoable.join('; ')}.`)];
}

function nextSolution(scene: Scene, current: string): readonly Block[] {
	const { context } = scene.snapshot;
	const tried = new Set(context.tried.map(({ solution }) => solution));
	const next = scene
		.known()
		.solutions.find(({ id, available }) => available && id !== current && !tried.has(id));
	return [
		gap,
		next === undefined
			? text('The other solutions are listed with the causes.')
			: text('Next to try: ', strong(titleOf(context.article.solutions, next.id)), '.'),
	];
}

/** After what did not come to a good end: another try of the step, or another solution. */
function whatNext(scene: Scene, { solution, step }: PartShown): readonly Block[] {
	if (step === null) return nextSolution(scene, solution);
	if (!scene.snapshot.can({ type: 'done' })) return [];
	return [gap, text(strong('g'), ' looks again; ', strong('d'), ' goes on to the next step all the same.')];
}

/** Above what may be long: a question that has to be scrolled to is not answered. */
function askedWhetherItHelped({ snapshot }: Scene): readonly Block[] {
	if (!snapshot.can({ type: 'helped' })) return [];
	return [
		gap,
		text(
			'Did it help those who called? ',
			strong('y'),
			' yes, ',
			strong('n'),
			' no: it stands in the report. ',
			faint('Enter leaves it open.'),
		),
	];
}

export function heldPage(scene: Scene, part: PartShown): Page {
	const { verified, applied } = scene.snapshot.context;
	const relief = scene.known().solutions.find(({ id }) => id === part.solution)?.relief === true;
	return page(part.title, {
		blocks: [
			text(...severitySpans('ok', scene.looks.glyphs, verified === null ? 'it helped, you say' : 'it holds')),
			gap,
			...(verified === null ? [] : measured(scene, verified)),
			...askedWhetherItHelped(scene),
			...(relief ? [text('It is relief, not a cure: the cause is still there.')] : []),
			...undoHint(scene, part),
			...doneBlocks(scene, applied),
			...(scene.snapshot.can({ type: 'watch' })
				? [gap, text(strong('w'), ' goes on watching, until you stop it or it breaks.')]
				: []),
			...sessionsBelow(applied),
		],
	});
}

export const sessionsBelow = (applied: Applied | null): readonly Block[] =>
	applied === null || applied.rows.length === 0
		? []
		: [...heading('Each session'), ...sessionTable(applied.rows)];

/** What held and helped nobody is told from what did not hold: the first is the wrong cure, the second came undone. */
function howItFailed(verified: Verified | null, applied: Applied | null): string {
	if (verified !== null) return verified.held ? 'it held, but did not help' : 'it did not hold';
	return applied?.outcome === 'partly' ? 'not all of it was done' : 'it did not help';
}

export function didNotHoldPage(scene: Scene, part: PartShown): Page {
	const { verified, applied } = scene.snapshot.context;
	return page(part.title, {
		blocks: [
			text(...severitySpans('critical', scene.looks.glyphs, howItFailed(verified, applied))),
			gap,
			...(verified === null ? [] : measured(scene, verified)),
			...doneBlocks(scene, applied),
			...whatNext(scene, part),
			...undoHint(scene, part),
			...sessionsBelow(applied),
		],
	});
}

export function notAppliedPage(scene: Scene, part: PartShown): Page {
	const { fixFailure, applied } = scene.snapshot.context;
	const failure = fixFailure ?? applied?.failure ?? null;
	// An actor that broke half way left no account of itself: it must not be called "nothing".
	const words =
		applied?.outcome === 'nothing' || fixFailure === null
			? 'nothing was changed'
			: 'it did not come to its end';
	return page(part.title, {
		blocks: [
			text(...severitySpans('critical', scene.looks.glyphs, words)),
			gap,
			...(failure === null ? [] : failureBlocks(scene, failure)),
			...doneBlocks(scene, applied),
			...whatNext(scene, part),
			...undoHint(scene, part),
			...sessionsBelow(applied),
		],
	});
}

export function didItHelpPage(scene: Scene, part: PartShown): Page {
	const { fixFailure, applied } = scene.snapshot.context;
	const whole = part.step === null;
	return page(part.title, {
		blocks: [
			text(strong(whole ? 'Did it help?' : 'Is the step in place?')),
			gap,
			...(fixFailure === null
				? [
						text(
							`This could not be measured here. ${whole ? 'Try what did not work before, then say.' : 'Look for yourself, then say.'}`,
						),
					]
				: failureBlocks(scene, fixFailure)),
			...doneBlocks(scene, applied),
			gap,
			text(
				strong('y'),
				whole ? ' it helped, ' : ' it is, ',
				strong('n'),
				whole ? ' it did not help.' : ' it is not.',
				' Enter: it cannot be said.',
			),
			...undoHint(scene, part),
		],
	});
}

export function undonePage(scene: Scene, part: PartShown): Page {
	const { undone } = scene.snapshot.context;
	const { glyphs } = scene.looks;
	const stands = scene.snapshot.can({ type: 'undo' });
	const words = (undone?.undone.length ?? 0) === 0 ? 'not taken back' : 'not all of it is taken back';
	return page(part.title, {
		blocks: [
			text(...severitySpans(stands ? 'warning' : 'ok', glyphs, stands ? words : 'taken back')),
			gap,
			...(undone?.undone ?? []).map((what) => item([drawn(`${glyphs.ok} `, 'ok')], inlineSpans(what))),
			...(undone?.skipped ?? []).map(({ what, why }) =>
				item([toned(`${glyphs.warning} not taken back: `, 'warning')], inlineSpans(`${what}: ${why}`)),
			),
			...(undone !== null && undone.undone.length + undone.skipped.length === 0
				? [text('There was nothing to take back.')]
				: []),
			...(stands
				? [gap, text(strong('u'), ' tries the rest again, when nothing is in its way any more.')]
				: []),
		],
	});
}

export function noPlanPage(scene: Scene, title: string): Page {
	const { planned, connectionFailure } = scene.snapshot.context;
	const { glyphs } = scene.looks;
	const nothing = planned?.kind === 'nothing to do';
	return page(title, {
		blocks: [
			text(
				...severitySpans(
					nothing ? 'info' : 'warning',
					glyphs,
					nothing ? 'nothing to do' : 'not possible here',
				),
			),
			...(planned !== null && 'why' in planned ? [text(planned.why)] : []),
			// Why there is none is known better than the planner knows it.
			...(planned?.kind === 'unavailable' && connectionFailure !== null
				? failureBlocks(scene, connectionFailure)
				: []),
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
