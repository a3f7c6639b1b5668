/** A screen of the machine → what it says. */
import type { Solution } from '../../article/article.ts';
import { currentPlan } from '../../machine/plans.ts';
import type { PartScreen } from '../../machine/screen.ts';
import { gap, text } from '../block.ts';
import { type Page, page } from '../page.ts';
import type { Scene } from '../scene.ts';
import { strong, toned } from '../span.ts';
import { partTitle } from '../words.ts';
import { askingPage } from './asking.ts';
import { byHandPage } from './by-hand.ts';
import { causesPage } from './causes.ts';
import { findingPage } from './finding.ts';
import { introPage } from './intro.ts';
import {
	applyingPage,
	lookingPage,
	planningPage,
	undoingPage,
	verifyingPage,
	waitingPage,
	watchingPage,
} from './looking.ts';
import {
	didItHelpPage,
	didNotHoldPage,
	heldPage,
	noPlanPage,
	notAppliedPage,
	type PartShown,
	planExpiredPage,
	undonePage,
} from './outcome.ts';
import { parameterPage } from './parameter.ts';
import { previewPage } from './preview.ts';
import { solutionPage } from './solution.ts';
import { stepPage } from './step.ts';
import { stepDonePage } from './step-done.ts';

/** A state that has no content yet, because the machine is between two of them. */
const nothing = (title: string): Page => page(title, { blocks: [text('…')] });

function withSolution(scene: Scene, id: string, show: (solution: Solution) => Page): Page {
	const solution = scene.snapshot.context.article.solutions.find((candidate) => candidate.id === id);
	return solution === undefined ? nothing(id) : show(solution);
}

/** Where a plan is made, applied, proved and taken back. */
function partPage(scene: Scene, screen: PartScreen): Page {
	const { context } = scene.snapshot;
	const part: PartShown = {
		solution: screen.solution,
		step: screen.step,
		title: partTitle(context.article, screen.solution, screen.step),
	};
	const { title } = part;
	switch (screen.name) {
		case 'planning':
			return planningPage(scene, title);
		case 'parameter':
			return context.planned?.kind === 'parameter'
				? parameterPage(scene, title, context.planned)
				: nothing(title);
		case 'preview': {
			const plan = currentPlan(context);
			return plan === null ? nothing(title) : previewPage(scene, title, plan);
		}
		case 'plan expired':
			return planExpiredPage(scene, title);
		case 'no plan':
			return noPlanPage(scene, title);
		case 'by hand':
			return context.planned?.kind === 'by hand' ? byHandPage(scene, title, context.planned) : nothing(title);
		case 'applying':
			return applyingPage(scene, title);
		case 'not applied':
			return notAppliedPage(scene, part);
		case 'verifying':
			return verifyingPage(scene, title);
		case 'did it help':
			return didItHelpPage(scene, part);
		case 'held':
			return heldPage(scene, part);
		case 'watching':
			return watchingPage(scene, title);
		case 'did not hold':
			return didNotHoldPage(scene, part);
		case 'undoing':
			return undoingPage(scene, title);
		case 'undone':
			return undonePage(scene, part);
	}
}

/** Where something came to its end, and a loss would otherwise be seen in the header only. */
const results: ReadonlySet<Scene['screen']['name']> = new Set([
	'causes',
	'step done',
	'held',
	'did not hold',
	'did it help',
	'not applied',
	'no plan',
	'undone',
]);

/** What is shown, and where the connection was lost how it goes on. */
export function pageOf(scene: Scene): Page {
	const shown = pageOn(scene);
	if (scene.connection !== 'lost' || !results.has(scene.screen.name)) return shown;
	const lost = text(
		toned('The connection was lost. ', 'warning'),
		'The next look, plan or undo makes a new one',
		...(scene.snapshot.can({ type: 'again' }) ? [': ', strong('g')] : []),
		'.',
	);
	return { ...shown, blocks: [lost, gap, ...shown.blocks] };
}

function pageOn(scene: Scene): Page {
	const { screen } = scene;
	switch (screen.name) {
		case 'intro':
			return introPage(scene);
		case 'looking':
			return lookingPage(scene, screen.check);
		case 'asking':
			return askingPage(scene, screen.check);
		case 'waiting for a slot':
			return waitingPage(scene, screen.check);
		case 'finding':
			return findingPage(scene, screen.check, screen.verdict);
		case 'causes':
			return causesPage(scene);
		case 'solution':
			return withSolution(scene, screen.solution, (solution) => solutionPage(scene, solution));
		case 'step':
			return withSolution(scene, screen.solution, (solution) => stepPage(scene, solution, screen.step));
		case 'step done':
			return stepDonePage(scene, {
				...screen,
				title: partTitle(scene.snapshot.context.article, screen.solution, screen.step),
			});
		case 'ended':
			return page('Ended', {});
		default:
			return partPage(scene, screen);
	}
}
