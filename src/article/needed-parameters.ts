/** Which of a solution's parameters one of its steps needs: nobody is asked for those of the others. */
import type { Fence, Parameter, Solution, Step } from './article.ts';
import { placeholders } from './placeholders.ts';

/** As an effect, a query or a file writes them: `:name`, `:'name'`, `:"name"`, `{name}`. */
const reference = /[:{]["']?([A-Za-z_][A-Za-z0-9_]*)/g;

/** @param step null: the whole solution, which needs them all */
export function neededParameters(solution: Solution, step: Step | null): readonly Parameter[] {
	if (step === null) return solution.parameters;
	return withDefaults(solution, [
		...[...step.previews, ...step.applies, ...step.undos].flatMap(referencesOf),
		...placeholders(solution.confirm ?? ''),
	]);
}

/** Those that texts for a person have a place for. */
export function parametersNamed(solution: Solution, texts: readonly string[]): readonly Parameter[] {
	return withDefaults(solution, texts.flatMap(placeholders));
}

/** What a default refers to is needed with it; it stands further up in the list. */
function withDefaults({ parameters }: Solution, names: readonly string[]): readonly Parameter[] {
	const named = new Set(names);
	return parameters
		.toReversed()
		.filter((parameter) => {
			if (!named.has(parameter.name)) return false;
			for (const name of placeholders(parameter.default ?? '')) named.add(name);
			return true;
		})
		.toReversed();
}

function referencesOf({ body, attributes }: Fence): readonly string[] {
	const values = Object.values(attributes);
	// `fence=database` names its parameter as it is.
	return [
		...[body, ...values].flatMap((text) => [...text.matchAll(reference)].map(([, name = '']) => name)),
		...values,
	];
}
