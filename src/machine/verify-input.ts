import type { Slug } from '../article/article.ts';
import type { WizardContext } from './context.ts';
import { currentPlan } from './plans.ts';
import type { VerifyInput } from './ports.ts';

/** What is looked at to see whether a part has held: what was planned for it, and what had been found before. */
export function verifyInput(
	context: WizardContext,
	part: { readonly solution: Slug; readonly step: Slug | null },
): VerifyInput {
	return { ...part, plan: currentPlan(context), applied: context.applied, findings: context.findings };
}
