import type { Article, Severity } from '../../article/article.ts';
import { type Hold, untilHeld } from '../../fixes/hold.ts';
import { toJson } from '../../report/json.ts';
import {
	nextSolution,
	type WatchDocument,
	type WatchState,
	watchEnd,
	watchLine,
} from '../../report/watch.ts';
import { count } from '../../report/words.ts';
import { listSessions } from '../../session/list-sessions.ts';
import { stateDir } from '../../session/state-dir.ts';
import { loadArticle } from '../article-argument.ts';
import type { Command } from '../command.ts';
import { compose } from '../compose.ts';
import { connectionOptions } from '../connection-options.ts';
import { durationMs } from '../duration.ts';
import { usageError } from '../errors.ts';
import { answersOf, evidenceOf } from '../evidence-options.ts';
import { statusOfSeverity } from '../exit-status.ts';
import { type LastFix, lastFix } from '../last-fix.ts';
import { untilCancelled } from '../until-cancelled.ts';
import { createLooks, type Look } from '../watch-looks.ts';

const defaultFor = '60s';
const leastMs = 1_000;

/** Between two looks, in milliseconds: a second after a change, then longer, up to five. */
function pauseAfter(steady: number, forMs: number): number {
	return Math.min(5_000, forMs / 10, 1_000 * 1.15 ** steady);
}

/** What it comes to: a state that does not count as held is at least a warning, whatever it is called. */
function severityOf({ latest, held }: Hold<Look>): Severity {
	const { severity } = latest;
	return !held && (severity === 'ok' || severity === 'info') ? 'warning' : severity;
}

const isSame = (a: Look, b: Look): boolean =>
	a.good === b.good && a.check === b.check && a.verdict === b.verdict && a.severity === b.severity;

function heading({ id }: Article, fix: LastFix | null, forMs: number): string {
	const what =
		fix === null ? id : `“${fix.solution.title}” of session ${fix.session}, by “${fix.check.title}”,`;
	return `Watching ${what} for ${forMs / 1000} s; Ctrl-C ends it\n`;
}

export const watch: Command = {
	async run(invocation, world) {
		const { options, positionals } = invocation;
		const loaded = await loadArticle(positionals.ARTICLE?.[0] ?? null, world);
		const { article } = loaded;
		if (article.checks.length === 0)
			throw usageError(`${article.id} has no checks: nothing of it can be measured`, [
				'watch another one: kbwizard check KB008 SERVER shows what can be',
			]);
		const forMs = durationMs(options.one('for') ?? defaultFor, 'for');
		if (forMs < leastMs) throw usageError('--for wants at least a second', ['--for 60s']);
		const answers = answersOf(options, article);
		const connection = await connectionOptions(invocation, world);
		const fix = lastFix(await listSessions(stateDir(world)), article, connection.settings);
		const composition = compose({
			loaded,
			connection,
			...(await evidenceOf(options)),
			journal: null,
			waitMs: 0,
			world,
		});
		const looks = createLooks({ composition, loaded, connection, answers, fix, world });
		const json = options.flag('json');
		const samples: WatchState[] = [];
		const begun = performance.now();
		try {
			await world.stderr.write(json ? '' : heading(article, fix, forMs));
			const { keeper } = composition;
			await untilCancelled(keeper.attempt(), world.signal);
			const waitMs = connection.waitMs ?? 0;
			if (keeper.session === null && waitMs > 0) await keeper.wait({ forMs: waitMs, signal: world.signal });
			world.signal.throwIfAborted();
			// What was waited for is over; how it is from now on is what counts.
			keeper.takeOpening();
			const hold = await untilHeld(
				looks.look,
				{ holdMs: forMs, patienceMs: forMs, pauseMs: (steady) => pauseAfter(steady, forMs) },
				(look) => {
					const latest = samples.at(-1);
					if (latest !== undefined && isSame(latest, look)) return;
					const state = { atMs: Math.round(performance.now() - begun), ...look };
					samples.push(state);
					if (!json) void world.stdout.write(watchLine(state));
				},
				world.signal,
			);
			if (hold.stopped && !json)
				await world.stderr.write(
					`stopped after ${count(hold.looks, 'look')}: ${hold.heldMs === null ? 'it did not hold' : `it had held for ${Math.round(hold.heldMs / 1000)} s`}\n`,
				);
			world.signal.throwIfAborted();
			const watchedMs = Math.round(performance.now() - begun);
			const diagnosis = await looks.diagnosis();
			const document: WatchDocument = {
				...diagnosis,
				watch: {
					forMs,
					held: hold.held,
					heldMs: hold.heldMs,
					durationMs: watchedMs,
					fix:
						fix === null
							? null
							: {
									session: fix.session,
									solution: fix.solution.id,
									check: fix.check.id,
									verdicts: fix.verdicts,
								},
					severity: severityOf(hold),
					text: hold.latest.text,
					looks: hold.looks,
					lost: looks.lost,
					samples,
					next: hold.held ? null : (nextSolution(diagnosis.solutions, fix?.tried ?? [])?.id ?? null),
				},
			};
			await world.stdout.write(json ? toJson(document) : watchEnd(document));
			for (const warning of connection.settings.warnings) await world.stderr.write(`kbwizard: ${warning}\n`);
			return statusOfSeverity(document.watch.severity);
		} finally {
			looks.stop();
			await composition.close();
		}
	},
};
