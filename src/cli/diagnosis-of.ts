/** The document of a machine that has come to its causes. */
import type { WizardContext } from '../machine/context.ts';
import { type Known, known } from '../machine/known.ts';
import { type Diagnosis, toDiagnosis } from '../report/diagnosis.ts';
import type { LoadedArticle } from './article-argument.ts';
import type { World } from './world.ts';

/** What an article that nobody trusts names as the tool's work is a person's here. */
function withTrust({ trusted }: LoadedArticle, all: Known): Known {
	if (trusted) return all;
	return {
		...all,
		solutions: all.solutions.map((solution) =>
			solution.how === 'applied'
				? {
						...solution,
						available: false,
						why: 'this article is not trusted to change anything (--trust FILE)',
					}
				: solution,
		),
	};
}

/** @param finishedAt ISO 8601; absent: now */
export function diagnosisOf(
	context: WizardContext,
	loaded: LoadedArticle,
	world: World,
	finishedAt: string = world.now().toISOString(),
): Diagnosis {
	return toDiagnosis({
		tool: { name: 'kbwizard', version: world.version },
		article: loaded.article,
		startedAt: context.startedAt,
		finishedAt,
		server: context.server,
		path: context.trail,
		findings: context.findings,
		notSeen: context.notSeen,
		known: withTrust(loaded, known(context)),
	});
}
