/** The one line that monitoring reads (Nagios, Icinga, cron): state, what was found, and the numbers. */
import type { Severity } from '../article/article.ts';
import type { Diagnosis, ReportedFinding } from './diagnosis.ts';

export type MonitoringState = 'OK' | 'WARNING' | 'CRITICAL' | 'UNKNOWN';

const states: Readonly<Record<Severity, MonitoringState>> = {
	ok: 'OK',
	info: 'OK',
	warning: 'WARNING',
	critical: 'CRITICAL',
	unknown: 'UNKNOWN',
};

/** A severity as monitoring plugins say it; there is nothing between OK and WARNING there. */
export function monitoringState(severity: Severity): MonitoringState {
	return states[severity];
}

/** A pipe begins the numbers, and a second line the details: neither may come from a finding's text. */
function asOneField(text: string): string {
	return text
		.replaceAll(/[\r\n]+/g, ' ')
		.replaceAll('|', '/')
		.trim();
}

/** Also where an ordinary role sees too little to say how many are used. */
function countsSlots({ facts }: ReportedFinding): boolean {
	return 'used' in facts && typeof facts.usable === 'number' && facts.usable > 0;
}

/**
 * The finding that the overall severity comes from: where several do, the one that counted the slots, else the first.
 * Null: nothing was determined.
 */
export function decidingFinding(diagnosis: Diagnosis): ReportedFinding | null {
	const worst = diagnosis.findings.filter(({ severity }) => severity === diagnosis.severity);
	return worst.find(countsSlots) ?? worst[0] ?? null;
}

/** What was found; where that is "something unknown", what the server itself said is better. */
export function inOneLine({ severity, text, error }: ReportedFinding): string {
	return severity === 'unknown' && error !== null ? error.message : text;
}

/** Shares of the usable slots at which monitoring should warn, and call. */
const warnAt = 0.8;
const criticalAt = 0.95;

/** `used=3;13;16;0;17`: value, warning, critical, least, most; null: nothing counted the slots. */
function slotNumbers({ findings }: Diagnosis): string | null {
	for (const { facts } of findings) {
		const { used, usable } = facts;
		if (typeof used === 'number' && typeof usable === 'number' && usable > 0) {
			return `used=${used};${Math.floor(usable * warnAt)};${Math.floor(usable * criticalAt)};0;${usable}`;
		}
	}
	return null;
}

function summary(diagnosis: Diagnosis): string {
	const finding = decidingFinding(diagnosis);
	if (finding !== null) return inOneLine(finding);
	if (diagnosis.path.length === 0) return `${diagnosis.article.id} has no checks that a tool can make`;
	return 'nothing could be determined';
}

/** As `CRITICAL - 97 of 97 slots are taken | used=97;77;92;0;97`; the numbers only where slots were counted. */
export function statusLine(diagnosis: Diagnosis): string {
	return statusLineOf(diagnosis.severity, summary(diagnosis), diagnosis);
}

/** The same line about something else than the worst finding; the numbers are the diagnosis'. */
export function statusLineOf(severity: Severity, text: string, diagnosis: Diagnosis): string {
	const numbers = slotNumbers(diagnosis);
	const line = `${monitoringState(severity)} - ${asOneField(text)}`;
	return numbers === null ? line : `${line} | ${numbers}`;
}
