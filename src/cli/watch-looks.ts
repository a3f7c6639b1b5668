/** One look of `watch`: at the check that proved a fix, or at the whole article, and always at the way in. */
import type { Branch, Check, Severity, Slug } from '../article/article.ts';
import { plainInline } from '../article/plain-text.ts';
import { isWayIn } from '../article/way-in.ts';
import { proveLogin } from '../evidence/postgres/prove-login.ts';
import type { WizardContext } from '../machine/context.ts';
import { diagnose } from '../machine/drive.ts';
import { fillTemplate } from '../machine/facts.ts';
import type { Facts } from '../machine/ports.ts';
import { createWizardActor } from '../machine/run.ts';
import type { Diagnosis } from '../report/diagnosis.ts';
import { decidingFinding, inOneLine } from '../report/status-line.ts';
import type { WatchState } from '../report/watch.ts';
import type { LoadedArticle } from './article-argument.ts';
import type { Composition } from './compose.ts';
import type { ConnectionOptions } from './connection-options.ts';
import { diagnosisOf } from './diagnosis-of.ts';
import type { LastFix } from './last-fix.ts';
import { slowChecks } from './slow-checks.ts';
import { untilCancelled } from './until-cancelled.ts';
import type { World } from './world.ts';

export type Looking = {
	readonly composition: Composition;
	readonly loaded: LoadedArticle;
	readonly connection: ConnectionOptions;
	readonly answers: ReadonlyMap<Slug, string>;
	/** Null: the whole article is watched. */
	readonly fix: LastFix | null;
	readonly world: World;
};

/** What one look found, without its time. */
export type Look = Omit<WatchState, 'atMs'>;

export interface Looks {
	look(): Promise<Look>;
	/** All that can be measured at once, for what to do next. @throws CancelledError */
	diagnosis(): Promise<Diagnosis>;
	/** How often the connection was lost. */
	readonly lost: number;
	/** Ends the watching of the connection, not the connection. */
	stop(): void;
}

export function createLooks(looking: Looking): Looks {
	const { composition, fix, connection } = looking;
	const losses: string[] = [];
	let told = 0;
	const stop = composition.keeper.subscribe((event) => {
		if (event.type === 'connection.lost') losses.push(event.failure.message);
	});
	const look = async (): Promise<Look> => {
		const found = fix === null ? articleLook(await wholeDiagnosis(looking)) : await fixLook(looking, fix);
		const lost = losses.slice(told).at(-1);
		told = losses.length;
		if (lost !== undefined && found.good)
			return bad('connection lost', 'warning', `the connection was lost: ${lost}`);
		if (!found.good || connection.verifyAs === null) return found;
		const { ok, attempt } = await proveLogin(connection.verifyAs, looking.world.now, looking.world.signal);
		const why = attempt.failure?.message ?? attempt.verdict;
		return ok ? found : bad(attempt.verdict, 'critical', `an application's login was refused: ${why}`);
	};
	return {
		look,
		diagnosis: () => wholeDiagnosis(looking),
		get lost() {
			return losses.length;
		},
		stop,
	};
}

function bad(verdict: string, severity: Severity, text: string): Look {
	return { good: false, check: null, verdict, severity, text };
}

/** Every check that needs no second sample, by the one machine that `check` drives too. */
async function wholeDiagnosis({ composition, loaded, answers, world }: Looking): Promise<Diagnosis> {
	const actor = createWizardActor(loaded.article, composition.ports, {
		startedAt: world.now().toISOString(),
		leaveOut: slowChecks(loaded.article),
	});
	try {
		actor.start();
		const { context }: { context: WizardContext } = await untilCancelled(
			diagnose(actor, {
				answers,
				answeredBy: world.user,
				waitForSlot: false,
				now: () => world.now().toISOString(),
			}),
			world.signal,
		);
		return diagnosisOf(context, loaded, world);
	} finally {
		actor.stop();
	}
}

function articleLook(diagnosis: Diagnosis): Look {
	const finding = decidingFinding(diagnosis);
	const { severity } = diagnosis;
	if (finding === null) return bad('otherwise', severity, 'nothing could be determined');
	return {
		good: severity === 'ok' || severity === 'info',
		check: finding.check,
		verdict: finding.verdict,
		severity,
		text: inOneLine(finding),
	};
}

/** The way in first: where it is closed, that is what there is to say. */
async function fixLook(looking: Looking, fix: LastFix): Promise<Look> {
	const door = looking.loaded.article.checks.find(isWayIn);
	if (door !== undefined) {
		const found = await seen(looking, door, {}, []);
		if (found.severity === 'critical') return found;
	}
	return seen(looking, fix.check, fix.facts, fix.verdicts);
}

async function seen(
	{ composition, world }: Looking,
	check: Check,
	facts: Facts,
	verdicts: readonly string[],
): Promise<Look> {
	const observation = await untilCancelled(
		composition.ports.observe({ check, facts }, world.signal),
		world.signal,
	);
	if (observation.kind === 'absent') return bad('otherwise', 'unknown', observation.why);
	const branch = branchOf(check, observation.kind === 'verdict' ? observation.verdict : 'otherwise');
	if (observation.kind === 'failed')
		return {
			...bad(branch?.verdict ?? 'otherwise', branch?.severity ?? 'unknown', observation.failure.message),
			check: check.id,
		};
	const text =
		branch === null
			? 'it could not be determined'
			: plainInline(fillTemplate(branch.text, observation.facts));
	return {
		good: branch !== null && verdicts.includes(branch.verdict),
		check: check.id,
		verdict: branch?.verdict ?? 'otherwise',
		severity: branch?.severity ?? 'unknown',
		text: branch?.severity === 'unknown' && observation.failure !== null ? observation.failure.message : text,
	};
}

function branchOf({ branches }: Check, verdict: string): Branch | null {
	return (
		branches.find((branch) => branch.verdict === verdict) ??
		branches.find((branch) => branch.verdict === 'otherwise') ??
		null
	);
}
