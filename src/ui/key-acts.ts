/** What keys do, where it is more than one word to the machine. */
import type { Slug, Symptom } from '../article/article.ts';
import { flatSymptoms } from '../article/flat-symptoms.ts';
import { isGuided } from '../machine/guided.ts';
import { currentPlan, plansInForce, plansToUndo } from '../machine/plans.ts';
import type { Hand, KeyScene } from './binding.ts';
import { can } from './key-conditions.ts';
import { offeredVerdicts } from './pages/asking.ts';
import { offeredSolutions } from './pages/causes.ts';
import type { OverlayName } from './view-store.ts';
import { parametersOf } from './words.ts';

/** Takes a choice of the page by its place in the list; one that is not there is nothing. */
export function choose(hand: Hand, scene: KeyScene, index: number): void {
	const { screen, snapshot } = scene;
	if (screen.name === 'asking') {
		const check = snapshot.context.article.checks.find(({ id }) => id === screen.check);
		const verdict = offeredVerdicts(check)[index];
		if (verdict !== undefined) {
			hand.send({ type: 'answer', verdict, by: hand.answeredBy, at: hand.now() });
		}
	} else if (screen.name === 'causes') {
		const solution = offeredSolutions(scene)[index];
		if (solution !== undefined) hand.send({ type: 'choose', solution: solution.id });
	} else if (screen.name === 'solution') {
		const steps = snapshot.context.article.solutions.find(({ id }) => id === screen.solution)?.steps;
		const step = steps?.[index];
		if (step !== undefined) hand.send({ type: 'start', step: step.id });
	} else if (screen.name === 'parameter') {
		const { planned } = snapshot.context;
		if (planned?.kind !== 'parameter') return;
		const value = planned.choices[index];
		if (value !== undefined) hand.send({ type: 'set', name: planned.name, value });
	}
}

/** Symptoms of which a person can say beforehand whether they see them: of an article without checks they are asked one by one. */
export function tickable({ screen, article }: KeyScene): readonly Symptom[] {
	return screen.name !== 'intro' || isGuided(article) ? [] : flatSymptoms(article.symptoms);
}

/** Seen, not seen, not known, and round again. */
export function tickSymptom(hand: Hand, scene: KeyScene, index: number): void {
	const symptom = tickable(scene)[index];
	if (symptom === undefined) return;
	const said = scene.snapshot.context.symptoms[symptom.id] ?? null;
	const observed = said === null ? true : said ? false : null;
	hand.send({ type: 'symptom', symptom: symptom.id, observed, by: hand.answeredBy });
}

/** The solution that the page is about, or that is selected among the causes'; null: none is. */
export function solutionMeant(scene: KeyScene): Slug | null {
	const { screen, view } = scene;
	if (screen.name === 'solution') return screen.solution;
	return screen.name === 'causes' ? (offeredSolutions(scene)[view.selected]?.id ?? null) : null;
}

/** The value that Tab asks for again: the first of the solution's, then one after the other; null: there is none. */
export function nextParameter({ screen, snapshot }: KeyScene): string | null {
	const { article, planned } = snapshot.context;
	if (!('solution' in screen)) return null;
	const step = 'step' in screen ? screen.step : null;
	const names = parametersOf(article, screen.solution, step).map(({ name }) => name);
	const asked = screen.name === 'parameter' && planned?.kind === 'parameter' ? planned.name : null;
	return names[(asked === null ? 0 : names.indexOf(asked) + 1) % names.length] ?? null;
}

/** Told before it is done: a way back may be as grave as what it takes back. The second press does it. */
export function takeBack(hand: Hand, { screen, snapshot, view }: KeyScene): void {
	if (!('solution' in screen)) return;
	const { solution } = screen;
	const step = 'step' in screen ? screen.step : null;
	const all = plansToUndo(snapshot.context, { solution, step }).flatMap(({ undoable }) => undoable);
	const told = [...all.slice(0, 3), ...(all.length > 3 ? [`and ${all.length - 3} more`] : [])].join('; ');
	const notice = `Nothing is taken back yet. u again takes back: ${told}.`;
	if (view.notice === notice) hand.send({ type: 'undo' });
	else hand.change({ notice });
}

function submit(hand: Hand, { screen, snapshot, view }: KeyScene): void {
	const { planned } = snapshot.context;
	if (screen.name === 'parameter' && planned?.kind === 'parameter') {
		// A secret is not shown, but what was given may be tried again: the other server may have been mended since.
		const offered = planned.secret ? snapshot.context.parameters[planned.name] : planned.suggestion;
		const value = view.draft === '' ? (offered ?? '') : view.draft;
		if (value === '') hand.change({ notice: 'Nothing was typed yet.' });
		else hand.send({ type: 'set', name: planned.name, value });
	} else if (screen.name === 'preview') {
		const plan = currentPlan(snapshot.context);
		if (plan === null) return;
		if (view.draft === '') hand.change({ notice: `Nothing was done: type ${plan.confirm ?? ''} first.` });
		else {
			hand.send({ type: 'confirm', plan: plan.id, typed: view.draft });
			hand.change({ draft: '' });
		}
	}
}

/** What Enter means, by screen; null: nothing. A preview without a name to type is never applied by it. */
export function enterLabel(scene: KeyScene): string | null {
	const { screen, page, view } = scene;
	if (page.field !== null) return screen.name === 'preview' ? 'apply, once the name is typed' : 'take it';
	const choice = page.choices[view.selected];
	if (choice !== undefined) return choice.label;
	switch (screen.name) {
		case 'intro':
			return 'begin';
		case 'finding':
			return 'go on';
		case 'solution':
			return 'go on';
		case 'step':
			return can(scene, { type: 'start' }) ? 'see the plan' : null;
		case 'step done':
			return 'next';
		case 'plan expired':
			return 'look again';
		case 'did it help':
			return 'cannot be said';
		case 'held':
		case 'did not hold':
		case 'not applied':
		case 'no plan':
		case 'undone':
			return screen.step === null ? 'to the causes' : 'to the step';
		default:
			return null;
	}
}

/** What Enter does: never a plan by itself. */
export function enter(hand: Hand, scene: KeyScene): void {
	const { screen, page, view } = scene;
	if (page.field !== null) submit(hand, scene);
	else if (page.choices.length > 0) choose(hand, scene, view.selected);
	else if (screen.name === 'preview') hand.change({ notice: 'Enter applies nothing: y does.' });
	else hand.send(screen.name === 'solution' || screen.name === 'step' ? { type: 'start' } : { type: 'next' });
}

/** Lays something over the page. */
export const overlay =
	(name: OverlayName) =>
	(hand: Hand): void =>
		hand.change({ overlay: { name, scroll: 0 } });

/** Leaves, or asks first where something would be left behind. */
export function quit(hand: Hand, scene: KeyScene): void {
	const asks = plansInForce(scene.snapshot.context).length > 0 || scene.snapshot.hasTag('busy');
	if (asks) overlay('quit')(hand);
	else leave(hand, scene);
}

/** Lets the machine end; where it cannot end, the screens are left all the same. */
export function leave(hand: Hand, scene: KeyScene): void {
	if (can(scene, { type: 'finish' })) hand.send({ type: 'finish' });
	else hand.leave('left');
}
