/** Keys of what is written or read beside the way: an error message that is pasted, a note, the report so far. */
import type { Binding } from './binding.ts';
import { overlay, solutionMeant } from './key-acts.ts';
import { noting, onPage, pasting } from './key-conditions.ts';
import { takesPaste } from './pasting.ts';

/** While something is being written over the page. */
export const writingKeys: readonly Binding[] = [
	{
		keys: ['text'],
		shown: 'text',
		help: 'paste an error message, or type it',
		footer: null,
		when: pasting,
		act: (hand, { view }, key) => hand.change({ pasted: `${view.pasted}${key}`, notice: null }),
	},
	{
		keys: ['backspace'],
		shown: 'Backspace',
		help: 'take back the last character pasted',
		footer: null,
		when: pasting,
		act: (hand, { view }) => hand.change({ pasted: [...view.pasted].slice(0, -1).join('') }),
	},
	{
		keys: ['enter'],
		shown: 'Enter',
		help: 'look at the error message that was pasted',
		footer: () => 'look at it',
		when: pasting,
		act: (hand) => hand.lookAtPaste(),
	},
	{
		keys: ['text'],
		shown: 'text',
		help: 'write the note',
		footer: null,
		when: noting,
		act: (hand, { view }, key) => hand.change({ note: `${view.note}${key}`, notice: null }),
	},
	{
		keys: ['backspace'],
		shown: 'Backspace',
		help: 'take back the last character of the note',
		footer: null,
		when: noting,
		act: (hand, { view }) => hand.change({ note: [...view.note].slice(0, -1).join('') }),
	},
	{
		keys: ['enter'],
		shown: 'Enter',
		help: 'keep the note: it stands in the report',
		footer: () => 'keep it',
		when: noting,
		act: (hand) => hand.keepNote(),
	},
];

/** What opens them. */
export const asideKeys: readonly Binding[] = [
	{
		keys: ['m'],
		shown: 'm',
		help: 'paste an error message or a piece of a log: the checks that it answers are answered by it',
		footer: () => 'paste a message',
		when: onPage(takesPaste),
		act: overlay('paste'),
	},
	{
		keys: ['+'],
		shown: '+',
		help: 'put the solution into a plan that you hand over, or take it out again; the plan is saved when you leave',
		footer: (scene) =>
			scene.snapshot.context.advised.includes(solutionMeant(scene) ?? '') ? 'out of the plan' : 'into a plan',
		when: onPage((scene) => scene.followed === null && solutionMeant(scene) !== null),
		act: (hand, scene) => {
			const solution = solutionMeant(scene);
			if (solution !== null) hand.send({ type: 'advise', solution });
		},
	},
	{
		keys: ['o'],
		shown: 'o',
		help: 'write a note: what the caller said, what you did elsewhere; it stands in the report',
		footer: null,
		when: onPage(({ page, screen }) => page.field === null && screen.name !== 'ended'),
		act: overlay('note'),
	},
	{
		keys: ['v'],
		shown: 'v',
		help: 'view the report as it would be now, names and addresses as tokens',
		footer: ({ screen }) => (screen.name === 'causes' ? 'view the report' : ''),
		when: onPage(({ page, screen }) => page.field === null && screen.name !== 'ended'),
		act: (hand) => hand.showReport(),
	},
];
