/** Finished steps as lines that scroll away: the transcript of a session, which pastes into a ticket. */
import type { WizardContext } from '../machine/context.ts';
import type { DrivenSnapshot, DrivenWizard } from '../machine/driven.ts';
import type { Finding, NotSeen } from '../machine/finding.ts';
import { type ConnectionState, connectionOf, screenOf } from '../machine/screen.ts';
import { type Block, item } from './block.ts';
import type { Glyphs } from './glyphs.ts';
import type { Store } from './hooks/use-store.ts';
import { inlineSpans } from './inline.ts';
import { changedFacts, rowsInWords } from './pages/outcome.ts';
import { drawn, faint, plain, type Span, severitySpans, strong, toned } from './span.ts';
import { checkTitle, partTitle, triedInWords } from './words.ts';

/** `✔ ok  Are the slots used up?  12 of 97 are taken` */
function findingLine(context: WizardContext, finding: Finding, glyphs: Glyphs): Block {
	return item(severitySpans(finding.severity, glyphs), [
		plain('  '),
		strong(checkTitle(context.article, finding.check)),
		plain('  '),
		...inlineSpans(finding.text),
		...(finding.answeredBy === null ? [] : [faint(` (said by ${finding.answeredBy})`)]),
		...(finding.stale === undefined ? [] : [faint(' (stale: not seen again since)')]),
	]);
}

function notSeenLine(context: WizardContext, { check }: NotSeen, why: string, glyphs: Glyphs): Block {
	return item(
		[drawn(`${glyphs.notSeen} `), faint('not seen')],
		[plain('  '), strong(checkTitle(context.article, check)), faint(why === '' ? '' : `  ${why}`)],
	);
}

function triedLine(context: WizardContext, tried: WizardContext['tried'][number], glyphs: Glyphs): Block {
	const words = triedInWords(tried);
	const good =
		words === tried.outcome &&
		(tried.outcome === 'held' || tried.outcome === 'helped' || tried.outcome === 'undone');
	const severity = good ? 'ok' : tried.outcome === 'not verified' ? 'info' : 'critical';
	const sessions = rowsInWords(tried.applied);
	// What was measured is the change's; of taking it back it would say the opposite.
	const changes =
		tried.verified === null || tried.outcome === 'undone'
			? []
			: changedFacts(tried.verified.before, tried.verified.after, glyphs.arrow);
	const details = [...(sessions === null ? [] : [`sessions: ${sessions}`]), ...changes].join(', ');
	return item(severitySpans(severity, glyphs, words), [
		plain('  '),
		strong(partTitle(context.article, tried.solution, tried.step)),
		plain(details === '' ? '' : `  ${details}`),
	]);
}

function connectionLine(
	before: ConnectionState,
	now: ConnectionState,
	context: WizardContext,
	glyphs: Glyphs,
): Block[] {
	const say = (severity: 'ok' | 'warning', words: string): Block[] => [
		item(severitySpans(severity, glyphs, words), [faint(reason(context))] satisfies Span[]),
	];
	if (now === 'lost' && before !== 'lost') return say('warning', 'connection lost');
	if (now === 'held' && before === 'waiting') {
		return [
			item([drawn(`${glyphs.ok} `, 'ok'), toned('ok', 'ok')], [plain('  a slot came free, and is held')]),
		];
	}
	if (now === 'held' && before === 'lost') {
		return [item([drawn(`${glyphs.ok} `, 'ok'), toned('ok', 'ok')], [plain('  connected again')])];
	}
	return [];
}

const reason = ({ connectionFailure }: WizardContext): string =>
	connectionFailure === null ? '' : `  ${connectionFailure.message}`;

export interface TranscriptStore extends Store<readonly Block[]> {
	append(blocks: readonly Block[]): void;
	/** Stops listening to the machine. */
	close(): void;
}

/** Listens to the machine from now on; what is finished is noted once, when its screen is left. */
export function createTranscript(wizard: DrivenWizard, glyphs: Glyphs): TranscriptStore {
	const listeners = new Set<() => void>();
	const told = new Set<string>();
	/** The same answer, looked at again after going back, is not another step. */
	const isNew = (...parts: readonly (string | null)[]): boolean => {
		const key = JSON.stringify(parts);
		if (told.has(key)) return false;
		told.add(key);
		return true;
	};
	let lines: readonly Block[] = [];
	let reasonBefore = '';
	let before: DrivenSnapshot = wizard.getSnapshot();
	let tried = before.context.tried.length;

	const append = (blocks: readonly Block[]): void => {
		if (blocks.length === 0) return;
		lines = [...lines, ...blocks];
		for (const listener of listeners) listener();
	};

	const left = (last: DrivenSnapshot, now: DrivenSnapshot): readonly Block[] => {
		const was = screenOf(last);
		if (!('check' in was)) return [];
		const is = screenOf(now);
		if (is.name === was.name && 'check' in is && is.check === was.check) return [];
		const { context } = now;
		if (was.name === 'finding') {
			return context.findings
				.filter(
					({ check, verdict, text, answeredBy, stale = null }) =>
						check === was.check && isNew(check, verdict, text, answeredBy, stale),
				)
				.map((finding) => findingLine(context, finding, glyphs));
		}
		if (was.name !== 'asking') return [];
		const unseen = context.notSeen.find(({ check }) => check === was.check);
		if (unseen === undefined || !isNew(unseen.check, unseen.why)) return [];
		// Without a session twenty checks have one long reason: it is said once.
		const why = unseen.why !== '' && unseen.why === reasonBefore ? 'for the same reason' : unseen.why;
		reasonBefore = unseen.why;
		return [notSeenLine(context, unseen, why, glyphs)];
	};

	const subscription = wizard.subscribe((snapshot) => {
		const last = before;
		before = snapshot;
		const { context } = snapshot;
		const outcomes = context.tried.slice(tried).map((entry) => triedLine(context, entry, glyphs));
		tried = context.tried.length;
		append([
			...left(last, snapshot),
			...connectionLine(connectionOf(last), connectionOf(snapshot), context, glyphs),
			...outcomes,
		]);
	});

	return {
		get: () => lines,
		subscribe: (listener) => {
			listeners.add(listener);
			return () => listeners.delete(listener);
		},
		append,
		close: () => subscription.unsubscribe(),
	};
}
