/** The facts of a solution, as list items: `- **Risk**: moderate`. */
import { nearestName } from '../nearest-name.ts';
import {
	type Parameter,
	type Provider,
	type ProvidersWay,
	providers,
	type Risk,
	type Solution,
} from './article.ts';
import { blocksOf, type Item, isList, itemsOf, ownText } from './markdown-blocks.ts';
import { isParameterItem, readParameter } from './parameter-items.ts';
import { plainInline } from './plain-text.ts';
import type { Report } from './problems.ts';
import { stepName } from './step-kind.ts';

export type SolutionFacts = {
	risk: Risk | null;
	/** A risk was given that there is not, which has been reported. */
	riskRefused: boolean;
	confirm: string | null;
	needs: string | null;
	interrupts: string | null;
	notOn: Provider[];
	onProviders: ProvidersWay[];
	parameters: Parameter[];
};

const names = ['Risk', 'Confirm', 'Needs', 'Interrupts', 'Not on'] as const;
/** `On rds, aurora`: the name itself says for whom. */
const onProviders = /^On\s+(.+)$/i;
const risks: readonly Risk[] = ['mild', 'moderate', 'severe'];
const fact = /^\*\*([^*\n]+?):?\*\*\s*:?\s*([\s\S]*)$/;

export function noFacts(): SolutionFacts {
	return {
		risk: null,
		riskRefused: false,
		confirm: null,
		needs: null,
		interrupts: null,
		notOn: [],
		onProviders: [],
		parameters: [],
	};
}

/** Whether a list is one of facts and parameters; a misspelt fact still makes it one. */
export function isFactList(items: readonly Item[]): boolean {
	return items.some((item) => {
		const text = ownText(item);
		if (isParameterItem(text)) return true;
		const name = /^\*\*([^*\n]+?):?\*\*\s*:|^\*\*([^*\n]+?):\*\*/.exec(text);
		const word = name?.[1] ?? name?.[2];
		return word !== undefined && nearestName(word, names) !== null;
	});
}

export function readFacts(items: readonly Item[], facts: SolutionFacts, report: Report): void {
	for (const item of items) {
		const { line } = item;
		const text = ownText(item);
		if (isParameterItem(text)) {
			const parameter = readParameter(text, line, report);
			if (parameter === null) continue;
			if (parameter.name === stepName) {
				report({
					line,
					rule: 'parameter-syntax',
					message: `no parameter can be called ${stepName}: on the command line that is a step of the solution`,
					expected: 'another name',
				});
			} else if (facts.parameters.some(({ name }) => name === parameter.name)) {
				report({
					line,
					rule: 'parameter-syntax',
					message: `${parameter.name} is asked for twice`,
					expected: 'each parameter once',
				});
			} else facts.parameters.push(parameter);
			continue;
		}
		const hosts = onProviders.exec(fact.exec(text)?.[1]?.trim() ?? '')?.[1];
		if (hosts === undefined) readFact(text, line, facts, report);
		else readProvidersWay(item, hosts, facts, report);
	}
}

/** Its own text first, then the items below it. */
function readProvidersWay(item: Item, hosts: string, facts: SolutionFacts, report: Report): void {
	const { line } = item;
	const said = [
		fact.exec(ownText(item))?.[2] ?? '',
		...blocksOf(item).flatMap((block) =>
			isList(block.token) ? itemsOf(block.token, block.line).map(ownText) : [],
		),
	];
	const instructions = said.map((text) => text.replace(/\s+/g, ' ').trim()).filter((text) => text !== '');
	const providersMeant = readProviders(hosts, line, report);
	if (instructions.length === 0)
		report({
			line,
			rule: 'unknown-fact',
			message: `On ${hosts} says nothing`,
			expected: '- **On rds**: what to do there',
		});
	else if (providersMeant.length > 0)
		facts.onProviders.push({ line, providers: providersMeant, instructions });
}

function readFact(text: string, line: number, facts: SolutionFacts, report: Report): void {
	const match = fact.exec(text);
	const name = names.find((known) => known.toLowerCase() === match?.[1]?.trim().toLowerCase());
	const value = (match?.[2] ?? '').replace(/\s+/g, ' ').trim();
	if (name === undefined || value === '') {
		report({
			line,
			rule: 'unknown-fact',
			message:
				name === undefined
					? `a solution has no fact ${plainInline(match?.[1] ?? text).slice(0, 40)}`
					: `${name} says nothing`,
			expected: `${names.join(', ')}, On and a provider, or a parameter`,
			nearest: name === undefined ? nearestName(match?.[1] ?? text, names) : null,
		});
		return;
	}
	switch (name) {
		case 'Risk': {
			const word = plainInline(value).toLowerCase();
			const risk = risks.find((known) => known === word);
			if (risk === undefined) {
				facts.riskRefused = true;
				report({
					line,
					rule: 'unknown-risk',
					message: `no risk is called ${word}`,
					expected: risks.join(', '),
					nearest: nearestName(word, risks),
				});
			} else facts.risk = risk;
			return;
		}
		case 'Confirm':
			facts.confirm = plainInline(value);
			return;
		case 'Needs':
			facts.needs = value;
			return;
		case 'Interrupts':
			facts.interrupts = value;
			return;
		case 'Not on':
			facts.notOn.push(...readProviders(value, line, report));
	}
}

function readProviders(value: string, line: number, report: Report): Provider[] {
	return plainInline(value)
		.toLowerCase()
		.split(/[\s,]+/)
		.filter((word) => word !== '' && word !== 'and' && word !== 'or')
		.flatMap((word) => {
			const provider = providers.find((known) => known === word);
			if (provider !== undefined) return [provider];
			report({
				line,
				rule: 'unknown-provider',
				message: `no provider is called ${word}`,
				expected: providers.join(', '),
				nearest: nearestName(word, providers),
			});
			return [];
		});
}

/** The solution's own fields; what is not said is the harmless reading, and lint asks for the rest. */
export function settledFacts(
	facts: SolutionFacts,
): Pick<Solution, 'risk' | 'confirm' | 'needs' | 'interrupts' | 'notOn' | 'onProviders' | 'parameters'> {
	const { risk, riskRefused: _, ...rest } = facts;
	return { ...rest, risk: risk ?? 'mild' };
}
