import { plainText } from '../article/plain-text.ts';
import type { Effect } from './effect.ts';

/** `step apply`: a person does it, and says so by agreeing. */
export const step: Effect = {
	language: 'step',
	async prepare({ step: { title } }) {
		return {
			kind: 'ready',
			effect: {
				statements: [],
				consequences: [`A person does this: ${plainText(title)}`],
				undoable: [],
				diff: null,
				apply: async () => ({
					rows: [],
					done: [{ what: plainText(title), status: 'done', why: 'a person said so' }],
					failure: null,
				}),
			},
		};
	},
};
