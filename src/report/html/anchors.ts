/** Where in the page a finding stands: by its place, for names and slugs are not ours to make anchors of. */
import type { ReportedFinding } from '../diagnosis.ts';

export class Anchors {
	readonly #findings: readonly ReportedFinding[];

	constructor(findings: readonly ReportedFinding[]) {
		this.#findings = findings;
	}

	idOf(finding: ReportedFinding): string {
		return `finding-${this.#findings.indexOf(finding) + 1}`;
	}

	/** Null: nothing was found by that check. With a verdict, what said so is meant where several answered. */
	linkTo(check: string, verdict: string | null = null): `#${string}` | null {
		const ofCheck = this.#findings.filter((finding) => finding.check === check);
		const found = ofCheck.find((finding) => finding.verdict === verdict) ?? ofCheck[0];
		return found === undefined ? null : `#${this.idOf(found)}`;
	}
}
