import type { Change, Report } from '../../report.ts';
import { type Content, h } from '../markup.ts';
import { codeBlock, list, nothing, type Section, section } from '../section.ts';

function isInForce({ at, undone, undoable }: Change): boolean {
	return at !== null && undone === null && undoable.length > 0;
}

function lines({ at, undoable, undone }: Change): readonly Content[] {
	if (undone === null) return at === null ? [] : undoable;
	return [
		...undone.undone.map((what) => [h('span', { class: 'side' }, 'taken back'), ' ', what]),
		...undone.skipped.map(({ what, why }) => [
			h('span', { class: 'side' }, 'left as it is'),
			' ',
			what,
			` (${why})`,
		]),
	];
}

/** What is still in force and can be taken back, the command that does it, and what was taken back already. */
export function undoSection({ changes, session }: Report): Section {
	return section(
		'undo',
		'How to undo it',
		list(changes.flatMap(lines)) ?? nothing('There is nothing to take back.'),
		session !== null && changes.some(isInForce) ? codeBlock(`kbwizard undo ${session}`) : null,
	);
}
