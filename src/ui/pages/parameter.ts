import type { Planned } from '../../machine/ports.ts';
import { type Block, gap, markdown, text } from '../block.ts';
import { type Page, page } from '../page.ts';
import type { Scene } from '../scene.ts';
import { faint, strong, toned } from '../span.ts';

export type Asked = Extract<Planned, { kind: 'parameter' }>;

/** A value that the plan needs. With a list it is chosen, else typed; a secret shows dots only. */
export function parameterPage({ snapshot }: Scene, title: string, asked: Asked): Page {
	const given = asked.secret && snapshot.context.parameters[asked.name] !== undefined;
	const listed = asked.choices.length > 0;
	return page(title, {
		blocks: [
			markdown(asked.question),
			...(asked.problem === null ? [] : [text(toned(asked.problem, 'warning'))]),
			...(listed || asked.suggestion === null || asked.secret
				? []
				: [text(faint('Enter alone takes '), strong(asked.suggestion), faint('.'))]),
			...(given ? [text(faint('Enter alone takes the one that was given before.'))] : []),
			gap,
			...asked.choices.map(
				(value, index): Block => ({
					kind: 'choice',
					index,
					spans: [
						{ text: value, tone: 'plain' },
						...(value === asked.suggestion ? [faint('  suggested')] : []),
					],
				}),
			),
			gap,
			text(faint('Nothing is changed by this: the plan comes next.')),
		],
		choices: asked.choices.map((value) => ({ label: `take ${value}` })),
		field: listed ? null : { prompt: asked.name, secret: asked.secret },
	});
}
