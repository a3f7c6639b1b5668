/** Where one is: article, step, server, database, role, slots, connection. Always in sight. */
import type { Gauge, Slot } from '../machine/ports.ts';
import type { ConnectionState } from '../machine/screen.ts';
import { type Looks, stackBelowColumns } from './looks.ts';
import { onlyAsks, type Scene } from './scene.ts';
import { drawn, faint, plain, type Span, strong, type Tone, toned } from './span.ts';
import { textWidth } from './text-width.ts';
import { serverInWords } from './words.ts';

const connectionWords: Readonly<Record<ConnectionState, { readonly words: string; readonly tone: Tone }>> = {
	none: { words: 'no connection', tone: 'faint' },
	connecting: { words: 'connecting', tone: 'info' },
	waiting: { words: 'waiting for a slot', tone: 'warning' },
	held: { words: 'connected', tone: 'ok' },
	refused: { words: 'refused', tone: 'critical' },
	lost: { words: 'connection lost', tone: 'critical' },
};

const slotWords: Readonly<Record<Slot, string>> = {
	ordinary: '',
	reserved: ' in a reserved slot',
	waited: ' in a slot waited for',
};

/** From here on the gauge is a warning, then critical: shares of the slots that ordinary roles can have. */
const warnAt = 0.8;
const criticalAt = 0.95;

function gaugeTone({ used, usable }: Gauge): Tone {
	const share = usable > 0 ? used / usable : 1;
	if (share >= criticalAt) return 'critical';
	return share >= warnAt ? 'warning' : 'ok';
}

function gaugeSpans(gauge: Gauge | null, { glyphs }: Looks): readonly Span[] {
	if (gauge === null) return [faint('slots not counted')];
	const width = 10;
	const share = gauge.usable > 0 ? Math.min(1, gauge.used / gauge.usable) : 1;
	// A slot in use is never drawn as none, nor one left as full.
	const filled =
		share === 0 ? 0 : share === 1 ? width : Math.min(width - 1, Math.max(1, Math.round(share * width)));
	const tone = gaugeTone(gauge);
	return [
		plain('slots '),
		drawn(`${glyphs.used.repeat(filled)}${glyphs.free.repeat(width - filled)} `, tone),
		toned(`${gauge.used} of ${gauge.usable}`, tone),
		plain(' taken'),
	];
}

/** `step 3 of 26` while checks, or the steps of a solution, are walked; null elsewhere. */
function stepWords({ screen, snapshot }: Scene): string | null {
	if ('step' in screen && screen.step !== null) {
		const steps = snapshot.context.article.solutions.find(({ id }) => id === screen.solution)?.steps ?? [];
		return `step ${steps.findIndex(({ id }) => id === screen.step) + 1} of ${steps.length}`;
	}
	if (!('check' in screen)) return null;
	const { article, leaveOut, trail } = snapshot.context;
	const at = trail.indexOf(screen.check);
	return `step ${at < 0 ? trail.length : at + 1} of ${article.checks.length - leaveOut.length}`;
}

const width = (spans: readonly Span[]): number => spans.reduce((sum, { text }) => sum + textWidth(text), 0);

/** Two things at the ends of one line, or below one another where it is narrow. */
function spread(left: readonly Span[], right: readonly Span[], looks: Looks): readonly (readonly Span[])[] {
	const room = looks.columns - width(left) - width(right);
	if (looks.reader || looks.columns < stackBelowColumns || room < 2) return [left, right];
	return [[...left, plain(' '.repeat(room)), ...right]];
}

/** Lines of spans, not wrapped: what does not fit is cut off, because a header must not grow. */
export function headerLines(scene: Scene): readonly (readonly Span[])[] {
	const { snapshot, connection, looks, target, article } = scene;
	const { server, gauge } = snapshot.context;
	const step = stepWords(scene);
	const { words, tone } = connectionWords[connection];
	// Of what a file tells, no slot is held now.
	const slot = server?.slot == null || connection === 'none' ? '' : slotWords[server.slot];
	const severity =
		tone === 'ok' || tone === 'critical' || tone === 'warning' || tone === 'info' ? tone : 'notSeen';
	const place = serverInWords(server) ?? target;
	const at = [strong(article.id), ...(step === null ? [] : [plain(`  ${step}`)])];
	if (onlyAsks(scene)) {
		return [at, [drawn(`${looks.glyphs.notSeen} `, 'faint'), plain('nobody connects: you are asked')]];
	}
	return [
		...spread(at, gaugeSpans(gauge, looks), looks),
		[
			drawn(`${looks.glyphs[severity]} `, tone),
			toned(`${words}${slot}`, tone),
			plain('  '),
			place === null ? faint('no server') : plain(place),
		],
	];
}
