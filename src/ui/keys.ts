/** The key table: it dispatches, it is the footer, and it is the help. There is no other list of keys. */
import { isGuided } from '../machine/guided.ts';
import { currentPlan } from '../machine/plans.ts';
import type { Binding } from './binding.ts';
import {
	choose,
	enter,
	enterLabel,
	leave,
	nextParameter,
	overlay,
	quit,
	takeBack,
	tickable,
	tickSymptom,
} from './key-acts.ts';
import { can, findingShown, isChanging, on, onPage, over, typing } from './key-conditions.ts';
import { onlyAsks } from './scene.ts';
import { asideKeys, writingKeys } from './writing-keys.ts';

/** First match wins. */
export const keyTable: readonly Binding[] = [
	{
		keys: ['ctrl-c'],
		shown: 'Ctrl-C',
		help: 'leave at once; while a change is made, only when pressed twice',
		footer: null,
		when: () => true,
		act: (hand, scene) => {
			if (isChanging(scene) && !scene.view.interrupted) {
				hand.change({
					interrupted: true,
					overlay: null,
					notice:
						'A change is being made. Wait for its end, or press Ctrl-C again to leave: kbwizard resume goes on from there.',
				});
			} else hand.leave('interrupted');
		},
	},
	{
		keys: ['y'],
		shown: 'y',
		help: 'yes: leave',
		footer: () => 'leave',
		when: (scene) => scene.view.overlay?.name === 'quit' && !isChanging(scene),
		act: (hand, scene) => leave(hand, scene),
		alone: true,
	},
	...writingKeys,
	{
		keys: ['esc', 'enter', 'q', 'b'],
		shown: 'Esc',
		help: 'close what lies over the page',
		footer: ({ view }) => (view.overlay?.name === 'quit' ? 'stay' : 'close'),
		when: over,
		act: (hand) => hand.change({ overlay: null }),
	},
	{
		keys: ['text'],
		shown: 'text',
		help: 'type the name or the value asked for',
		footer: null,
		when: typing,
		act: (hand, { view }, key) => hand.change({ draft: `${view.draft}${key}`, notice: null }),
	},
	{
		keys: ['backspace'],
		shown: 'Backspace',
		help: 'take back the last character typed',
		footer: null,
		when: typing,
		act: (hand, { view }) => hand.change({ draft: [...view.draft].slice(0, -1).join('') }),
	},
	{
		keys: ['y'],
		shown: 'y',
		help: 'yes: apply exactly the plan that is shown (never Enter)',
		footer: () => 'apply exactly this',
		when: onPage(({ screen, page }) => screen.name === 'preview' && page.field === null),
		act: (hand, { snapshot }) => {
			const plan = currentPlan(snapshot.context);
			if (plan !== null) hand.send({ type: 'confirm', plan: plan.id, typed: null });
		},
		alone: true,
	},
	{
		keys: ['y'],
		shown: 'y',
		help: 'yes: it helped',
		footer: ({ screen }) => ('step' in screen && screen.step !== null ? 'it is in place' : 'it helped'),
		when: onPage((scene) => can(scene, { type: 'helped' })),
		act: (hand) => hand.send({ type: 'helped' }),
	},
	{
		keys: ['d'],
		shown: 'd',
		help: 'done: you have carried it out, or go on to the next step all the same',
		footer: ({ screen }) => (screen.name === 'did not hold' ? 'go on all the same' : 'done'),
		when: onPage((scene) => can(scene, { type: 'done' })),
		act: (hand) => hand.send({ type: 'done' }),
	},
	{
		keys: ['n'],
		shown: 'n',
		help: 'no: it did not help',
		footer: ({ screen }) =>
			screen.name === 'did it help' && screen.step !== null ? 'it is not' : 'did not help',
		when: onPage((scene) => can(scene, { type: 'did not help' })),
		act: (hand) => hand.send({ type: 'did not help' }),
	},
	{
		keys: ['enter'],
		shown: 'Enter',
		help: 'go on, or take what is selected; it never applies a plan by itself',
		footer: (scene) => enterLabel(scene) ?? '',
		when: onPage((scene) => scene.screen.name === 'preview' || enterLabel(scene) !== null),
		act: enter,
	},
	{
		keys: ['tab'],
		shown: 'Tab',
		help: 'another value for the plan; pressed again, the next one',
		footer: ({ screen }) => (screen.name === 'parameter' ? 'next value' : 'other values'),
		when: onPage((scene) => {
			const name = nextParameter(scene);
			return name !== null && can(scene, { type: 'ask anew', name });
		}),
		act: (hand, scene) => {
			const name = nextParameter(scene);
			if (name === null) return;
			if (scene.screen.name === 'parameter' && scene.view.draft !== '') {
				hand.change({ notice: 'Enter takes what is typed, first; Esc drops it.' });
				return;
			}
			hand.change({ draft: '', selected: 0, notice: null });
			hand.send({ type: 'ask anew', name });
		},
	},
	{
		keys: ['up', 'down'],
		shown: 'arrows',
		help: 'select, or scroll a line',
		footer: null,
		when: () => true,
		act: (hand, scene, key) => {
			const step = key === 'up' ? -1 : 1;
			const { choices } = scene.page;
			if (over(scene) || choices.length === 0) hand.scroll(step);
			else {
				const selected = Math.min(choices.length - 1, Math.max(0, scene.view.selected + step));
				hand.change({ selected, scroll: null, notice: null });
			}
		},
	},
	{
		keys: ['page up', 'page down'],
		shown: 'PgUp PgDn',
		help: 'scroll a screen',
		footer: null,
		when: () => true,
		act: (hand, _, key) => hand.scrollPages(key === 'page up' ? -1 : 1),
	},
	{
		keys: ['home', 'end'],
		shown: 'Home End',
		help: 'scroll to the beginning, to the end',
		footer: null,
		when: () => true,
		act: (hand, _, key) => hand.scroll(key === 'home' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY),
	},
	{
		keys: ['1', '2', '3', '4', '5', '6', '7', '8', '9'],
		shown: '1-9',
		help: 'take the choice with that number',
		footer: null,
		when: onPage(({ page }) => page.choices.length > 0),
		act: (hand, scene, key) => choose(hand, scene, Number(key) - 1),
	},
	{
		keys: ['1', '2', '3', '4', '5', '6', '7', '8', '9'],
		shown: '1-9',
		help: 'say of the symptom with that number: seen, not seen, not known',
		footer: (scene) => {
			const count = Math.min(9, tickable(scene).length);
			return count === 1 ? 'say what is seen' : `say what is seen (to ${count})`;
		},
		when: onPage((scene) => tickable(scene).length > 0),
		act: (hand, scene, key) => tickSymptom(hand, scene, Number(key) - 1),
	},
	...asideKeys,
	{
		keys: ['p'],
		shown: 'p',
		help: 'on the phone: there is no server here, nobody connects, and you are asked; pressed again: there is one',
		footer: ({ snapshot }) => (snapshot.context.asksOnly ? 'connect after all' : 'no server here'),
		when: onPage((scene) => !isGuided(scene.article) && can(scene, { type: 'ask only', only: true })),
		act: (hand, { snapshot }) => hand.send({ type: 'ask only', only: !snapshot.context.asksOnly }),
	},
	{
		keys: ['c'],
		shown: 'c',
		help: 'to the causes at once: what was not gone into is noted as not seen',
		footer: () => 'to the causes',
		when: onPage((scene) => can(scene, { type: 'conclude' })),
		act: (hand) => {
			hand.auto('off');
			hand.send({ type: 'conclude' });
		},
	},
	{
		keys: ['w'],
		shown: 'w',
		help: 'wait for the first free slot, and hold it',
		footer: () => 'wait for a slot',
		when: onPage((scene) => can(scene, { type: 'wait for a slot' })),
		act: (hand) => hand.send({ type: 'wait for a slot' }),
	},
	{
		keys: ['w'],
		shown: 'w',
		help: 'watch whether it goes on to hold, for as long as you like',
		footer: () => 'go on watching',
		when: onPage((scene) => can(scene, { type: 'watch' })),
		act: (hand) => hand.send({ type: 'watch' }),
	},
	{
		keys: ['x'],
		shown: 'x',
		help: 'stop what is under way: looking, waiting for a slot, measuring, watching',
		footer: ({ screen }) => (screen.name === 'looking' ? 'stop looking' : 'stop'),
		when: onPage((scene) => can(scene, { type: 'skip' }) || can(scene, { type: 'stop waiting' })),
		act: (hand, scene) => {
			hand.auto('off');
			hand.send(can(scene, { type: 'skip' }) ? { type: 'skip' } : { type: 'stop waiting' });
		},
	},
	{
		keys: ['u'],
		shown: 'u',
		help: 'take back what was changed',
		footer: () => 'take it back',
		when: onPage((scene) => can(scene, { type: 'undo' })),
		act: takeBack,
	},
	{
		keys: ['l'],
		shown: 'l',
		help: 'leave a question unanswered: the check is noted as not seen',
		footer: () => 'leave unanswered',
		when: onPage((scene) => can(scene, { type: 'leave' })),
		act: (hand) => hand.send({ type: 'leave' }),
	},
	{
		keys: ['e'],
		shown: 'e',
		help: 'the evidence: rows and numbers as they came',
		footer: () => 'evidence',
		when: onPage((scene) => {
			const finding = findingShown(scene);
			return finding !== undefined && finding.rows.length + Object.keys(finding.facts).length > 0;
		}),
		act: overlay('evidence'),
	},
	{
		keys: ['s'],
		shown: 's',
		help: 'the SQL that decided',
		footer: () => 'query',
		when: onPage((scene) => (findingShown(scene)?.sql ?? null) !== null),
		act: overlay('query'),
	},
	{
		keys: ['a'],
		shown: 'a',
		help: "the article's own text",
		footer: () => 'article',
		when: onPage(({ screen, page }) => screen.name !== 'ended' && page.field === null),
		act: overlay('article'),
	},
	{
		keys: ['g'],
		shown: 'g',
		help: 'look again: at this check, at the plan, or from the causes at everything',
		footer: (scene) => {
			const { name } = scene.screen;
			if (!onlyAsks(scene)) return 'look again';
			// There is nothing to look at: what was answered can be answered otherwise.
			if (name === 'asking') return '';
			return name === 'finding' ? 'answer anew' : name === 'causes' ? 'ask again' : 'look again';
		},
		when: onPage((scene) => scene.page.field === null && can(scene, { type: 'again' })),
		act: (hand) => {
			hand.auto('off');
			hand.send({ type: 'again' });
		},
	},
	{
		keys: ['r'],
		shown: 'r',
		help: 'run all the rest to the causes, stopping where you are asked something',
		footer: ({ view }) => (view.auto === 'off' ? 'run the rest' : ''),
		when: on('intro', 'finding', 'looking'),
		act: (hand) => hand.auto('asking'),
	},
	{
		keys: ['R'],
		shown: 'R',
		help: 'run all the rest and ask nothing: what nobody can look at is noted as not seen',
		footer: null,
		when: on('intro', 'finding', 'looking', 'asking'),
		act: (hand) => hand.auto('silent'),
	},
	{
		keys: ['b'],
		shown: 'b',
		help: 'back',
		footer: () => 'back',
		when: onPage((scene) => scene.page.field === null && can(scene, { type: 'back' })),
		act: (hand) => {
			hand.auto('off');
			hand.send({ type: 'back' });
		},
	},
	{
		keys: ['esc'],
		shown: 'Esc',
		help: 'back, where a name or a value is typed',
		footer: () => 'back',
		when: onPage((scene) => scene.page.field !== null && can(scene, { type: 'back' })),
		act: (hand) => hand.send({ type: 'back' }),
	},
	{
		keys: ['esc'],
		shown: 'Esc',
		help: 'stop running on by itself',
		footer: null,
		when: onPage(({ view }) => view.auto !== 'off'),
		act: (hand) => hand.auto('off'),
	},
	{
		keys: ['?'],
		shown: '?',
		help: 'these keys',
		footer: () => 'help',
		when: onPage(() => true),
		act: overlay('help'),
	},
	{
		keys: ['q'],
		shown: 'q',
		help: 'quit; asks first when a change is in force or something is under way',
		footer: () => 'quit',
		when: onPage(({ page }) => page.field === null),
		act: quit,
	},
];
