/** A value of a plan, asked for again: the screens change a filter by it and see at once whom it leaves. */
import type { Parameter, Slug } from '../article/article.ts';
import { alternativesOf } from '../article/parameter-default.ts';
import type { WizardContext } from './context.ts';
import { factBook, filled, knownValues } from './facts.ts';
import { currentPlan } from './plans.ts';
import type { Planned } from './ports.ts';

/** Undefined: the solution asks for nothing of that name. */
export function parameterNamed(context: WizardContext, solution: Slug, name: string): Parameter | undefined {
	return context.article.solutions
		.find(({ id }) => id === solution)
		?.parameters.find((parameter) => parameter.name === name);
}

/** As the planner would ask for it, with the value that it has now as the suggestion. */
export function askAnew(context: WizardContext, parameter: Parameter): Planned {
	const { name, question, type } = parameter;
	const secret = type.kind === 'secret' || type.kind === 'connection';
	return {
		kind: 'parameter',
		name,
		question,
		suggestion: secret ? null : valueNow(context, parameter),
		choices: type.kind === 'one of' ? type.values : [],
		secret,
		problem: null,
		anew: true,
	};
}

/** The value that a plan has, or would have; null: it depends on what was found, or there is none. */
function valueNow(context: WizardContext, parameter: Parameter): string | null {
	const given = currentPlan(context)?.parameters[parameter.name] ?? context.parameters[parameter.name];
	if (given !== undefined) return given;
	const known = knownValues({ facts: factBook(context.findings), server: context.server });
	const filledIn = alternativesOf(parameter).map((alternative) => filled(alternative, known));
	return filledIn.find((each) => 'text' in each)?.text ?? null;
}
