/** Info strings: ```` ```sql check min=14 timeout=5s ````. */
import type { Tokens } from 'marked';
import { nearestName } from '../nearest-name.ts';
import type { Fence, FenceRole } from './article.ts';
import { parseDuration } from './duration.ts';
import { effects, isEffect } from './effects.ts';
import { logSignatures, probes } from './probes.ts';
import type { Report } from './problems.ts';

export const roles: readonly FenceRole[] = ['check', 'evidence', 'preview', 'apply', 'verify', 'undo'];

/** Names that are never an illustration: without a role, the author has forgotten it. */
const alwaysOurs: ReadonlySet<string> = new Set([
	...Object.keys(probes).filter((language) => language !== 'log' && language !== 'openiz'),
	...Object.keys(effects).filter((language) => !['sql', 'write', 'openiz'].includes(language)),
]);

/** Where a fence stands decides what it may be. */
export type FencePlace = 'check' | 'solution' | 'elsewhere';

const rolesAt: Readonly<Record<FencePlace, readonly FenceRole[]>> = {
	check: ['check', 'evidence'],
	solution: ['preview', 'apply', 'undo'],
	elsewhere: [],
};

/** The fence; null: it is an illustration (no role), or it is wrong and has been reported. */
export function readFence(token: Tokens.Code, line: number, place: FencePlace, report: Report): Fence | null {
	if (token.codeBlockStyle === 'indented') return null;
	const [language = '', second, ...rest] = (token.lang ?? '').match(/(?:[^\s"]|"[^"]*"?)+/g) ?? [];
	const role = roles.find((known) => known === second);
	if (role === undefined) {
		reportMissingRole(language, second, line, place, report);
		return null;
	}
	const known = languagesFor(role);
	if (!languagesEver().includes(language)) {
		report({
			line,
			rule: 'unknown-language',
			message: `no probe or effect is called ${language}`,
			expected: known.join(', '),
			nearest: nearestName(language, known),
		});
		return null;
	}
	if (!rolesAt[place].includes(role) || !known.includes(language)) {
		report({
			line,
			rule: 'misplaced-fence',
			message: `a fence ${language} ${role} cannot stand here`,
			expected:
				role === 'verify'
					? 'a paragraph "Verify: [a check](#its-heading) **verdict**"'
					: place === 'elsewhere'
						? 'fences with a role under a ### heading of Checks or Solutions'
						: `${rolesAt[place].join(', ')} here, with ${known.join(', ')} for ${role}`,
		});
		return null;
	}
	const attributes = readAttributes(rest, language, role, line, report);
	const timing = (name: string): number | null => {
		const text = attributes[name];
		if (text === undefined) return null;
		const ms = parseDuration(text);
		if (ms === null || ms === 0 || ms > 3_600_000) {
			report({
				line,
				rule: 'bad-attribute',
				message: `${name}=${text} is not a duration`,
				expected: `${name}=5s, up to an hour`,
			});
		}
		return ms;
	};
	const major = (name: string): number | null => {
		const text = attributes[name];
		if (text === undefined) return null;
		if (/^[1-9]\d?$/.test(text)) return Number(text);
		report({
			line,
			rule: 'bad-attribute',
			message: `${name}=${text} is not a major version`,
			expected: `${name}=14`,
		});
		return null;
	};
	if (language === 'log') reportLogSource(attributes, token.text, line, report);
	if (role === 'apply') reportMissingTarget(language, attributes, line, report);
	const { min: _min, max: _max, timeout: _timeout, again: _again, ...own } = attributes;
	return {
		line,
		language,
		role,
		attributes: own,
		body: token.text,
		min: major('min'),
		max: major('max'),
		timeoutMs: timing('timeout'),
		againMs: timing('again'),
	};
}

/** Which file is written, and which pooler is looked through, cannot be guessed. */
function reportMissingTarget(
	language: string,
	{ path, mode, on }: Readonly<Record<string, string>>,
	line: number,
	report: Report,
): void {
	const wrong = (message: string, expected: string) =>
		report({ line, rule: 'bad-attribute', message, expected });
	if (language === 'write' && path === undefined) wrong('this file has no name', 'path=:path');
	if (language === 'write' && mode !== undefined && !/^0?[0-7]{3}$/.test(mode))
		wrong(`mode=${mode} is no mode of a file`, 'mode=0640');
	if (language === 'pooler' && on === undefined)
		wrong('it is not said through which pooler', 'on=pooler, the name of a parameter of type connection');
}

/** A log is searched for a signature that is known, or for patterns that are written: for one of them. */
function reportLogSource(
	{ signature }: Readonly<Record<string, string>>,
	body: string,
	line: number,
	report: Report,
): void {
	if (signature === undefined ? body.trim() === '' : body.trim() !== '') {
		report({
			line,
			rule: 'log-pattern',
			message:
				signature === undefined
					? 'this log check searches for nothing'
					: `signature=${signature} brings its own patterns`,
			expected: 'either signature=… or lines "name: pattern"',
		});
	}
	if (signature !== undefined && !logSignatures.some((known) => known === signature)) {
		report({
			line,
			rule: 'bad-attribute',
			message: `no log signature is called ${signature}`,
			expected: logSignatures.join(', '),
			nearest: nearestName(signature, logSignatures),
		});
	}
}

function reportMissingRole(
	language: string,
	second: string | undefined,
	line: number,
	place: FencePlace,
	report: Report,
): void {
	const ours = language === 'sql' || languagesEver().includes(language);
	if (second === undefined ? alwaysOurs.has(language) && place !== 'elsewhere' : ours) {
		const expected = place === 'elsewhere' ? roles : rolesAt[place];
		report({
			line,
			rule: 'unknown-role',
			message:
				second === undefined ? `the fence ${language} has no role` : `no role of a fence is called ${second}`,
			expected: expected.join(', '),
			nearest: second === undefined ? null : nearestName(second, roles),
		});
	}
}

/** What narrows a list of processes down. */
const processFilters = ['most', 'state', 'role', 'database', 'address'] as const;

function languagesFor(role: FenceRole): readonly string[] {
	switch (role) {
		case 'check':
		case 'evidence':
			return ['sql', ...Object.keys(probes)];
		case 'preview':
			return ['sql', 'processes'];
		case 'verify':
			return ['sql'];
		case 'apply':
		case 'undo':
			return Object.keys(effects);
	}
}

function languagesEver(): readonly string[] {
	return [...new Set(['sql', ...Object.keys(probes), ...Object.keys(effects)])];
}

function attributesFor(language: string, role: FenceRole): readonly string[] {
	const common = ['min', 'max', 'timeout'];
	if (role === 'check' || role === 'evidence') {
		const own = Object.hasOwn(probes, language) ? (probes[language]?.attributes ?? []) : [];
		return [...common, ...(role === 'check' && language === 'sql' ? ['again'] : []), ...own];
	}
	if (role === 'preview' && language === 'processes') return [...common, ...processFilters];
	const own = isEffect(language) && role !== 'preview' ? (effects[language]?.attributes ?? []) : [];
	return [...common, ...own];
}

function readAttributes(
	words: readonly string[],
	language: string,
	role: FenceRole,
	line: number,
	report: Report,
): Readonly<Record<string, string>> {
	const known = attributesFor(language, role);
	const read = new Map<string, string>();
	for (const word of words) {
		const at = word.indexOf('=');
		const name = at < 0 ? word : word.slice(0, at);
		if (at < 0 || !known.includes(name)) {
			report({
				line,
				rule: 'unknown-attribute',
				message:
					at < 0 ? `${word} in the info string has no value` : `${language} ${role} has no attribute ${name}`,
				expected: known.map((each) => `${each}=…`).join(', '),
				nearest: nearestName(name, known),
			});
		} else if (read.has(name)) {
			report({
				line,
				rule: 'bad-attribute',
				message: `${name} is given twice`,
				expected: 'each attribute once',
			});
		} else read.set(name, word.slice(at + 1).replace(/^"(.*)"$/, '$1'));
	}
	return Object.fromEntries(read);
}
