/** A screen of the machine → what it says. */
import type { Solution } from '../../article/article.ts';
import { currentPlan } from '../../machine/current-plan.ts';
import { text } from '../block.ts';
import { type Page, page } from '../page.ts';
import type { Scene } from '../scene.ts';
import { solutionTitle } from '../words.ts';
import { askingPage } from './asking.ts';
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
} from './looking.ts';
import {
	didItHelpPage,
	didNotHoldPage,
	heldPage,
	noPlanPage,
	notAppliedPage,
	planExpiredPage,
	undonePage,
} from './outcome.ts';
import { parameterPage } from './parameter.ts';
import { previewPage } from './preview.ts';
import { solutionPage } from './solution.ts';
import { stepPage } from './step.ts';

/** A state that has no content yet, because the machine is between two of them. */
const nothing = (title: string): Page => page(title, { blocks: [text('…')] });

function withSolution(scene: Scene, id: string, show: (solution: Solution) => Page): Page {
	const solution = scene.snapshot.context.article.solutions.find((candidate) => candidate.id === id);
	return solution === undefined ? nothing(id) : show(solution);
}

export function pageOf(scene: Scene): Page {
	const { screen, snapshot } = scene;
	const { context } = snapshot;
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
			return withSolution(scene, screen.solution, (solution) => stepPage(solution, screen.step));
		case 'planning':
			return planningPage(scene, solutionTitle(context.article, screen.solution));
		case 'parameter': {
			const title = solutionTitle(context.article, screen.solution);
			return context.planned?.kind === 'parameter' ? parameterPage(title, context.planned) : nothing(title);
		}
		case 'preview': {
			const title = solutionTitle(context.article, screen.solution);
			const plan = currentPlan(context);
			return plan === null ? nothing(title) : previewPage(scene, title, plan);
		}
		case 'plan expired':
			return planExpiredPage(scene, solutionTitle(context.article, screen.solution));
		case 'no plan':
			return withSolution(scene, screen.solution, (solution) => noPlanPage(scene, solution));
		case 'applying':
			return applyingPage(scene, solutionTitle(context.article, screen.solution));
		case 'not applied':
			return withSolution(scene, screen.solution, (solution) => notAppliedPage(scene, solution));
		case 'verifying':
			return verifyingPage(scene, solutionTitle(context.article, screen.solution));
		case 'did it help':
			return withSolution(scene, screen.solution, (solution) => didItHelpPage(scene, solution));
		case 'held':
			return withSolution(scene, screen.solution, (solution) => heldPage(scene, solution));
		case 'did not hold':
			return withSolution(scene, screen.solution, (solution) => didNotHoldPage(scene, solution));
		case 'undoing':
			return undoingPage(scene, solutionTitle(context.article, screen.solution));
		case 'undone':
			return withSolution(scene, screen.solution, (solution) => undonePage(scene, solution));
		case 'ended':
			return page('Ended', {});
	}
}
