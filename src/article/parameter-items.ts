/** A solution's parameter: ``- `name` (integer 20 to 1000): question, default {fact}``. */
import { nearestName } from '../nearest-name.ts';
import type { Parameter, ParameterType } from './article.ts';
import { plainInline } from './plain-text.ts';
import type { Report } from './problems.ts';

const item = /^`([^`]+)`\s*\(([^()]*)\)\s*:\s*([\s\S]+)$/;
const kinds = [
	'integer',
	'integer 20 to 1000',
	'name',
	'interval',
	'path',
	'files',
	'choice of {column}',
	'one of a, b',
	'secret',
	'connection',
];

export function isParameterItem(text: string): boolean {
	return /^`[^`]+`\s*\(/.test(text);
}

/** The parameter; null: it cannot be read, which has been reported. */
export function readParameter(text: string, line: number, report: Report): Parameter | null {
	const match = item.exec(text);
	const [, name = '', kind = '', rest = ''] = match ?? [];
	if (match === null || !/^[a-z_][a-z0-9_]*$/.test(name)) {
		report({
			line,
			rule: 'parameter-syntax',
			message: `this parameter cannot be read: ${plainInline(text).slice(0, 60)}`,
			expected: '- `name` (type): question, default {fact}',
		});
		return null;
	}
	const type = readType(kind.trim());
	if (type === null) {
		report({
			line,
			rule: 'parameter-syntax',
			message: `${name} has no type called ${kind}`,
			expected: kinds.join(' | '),
			nearest: nearestName(kind, kinds),
		});
		return null;
	}
	const parts = /^([\s\S]*?)\s*[,;]\s*default:?\s+((?:(?![,;]\s*default\b)[\s\S])+)$/i.exec(rest);
	const question = (parts?.[1] ?? rest).replace(/\s+/g, ' ').trim();
	const value = parts?.[2] === undefined ? null : plainInline(parts[2]).replace(/\.$/, '');
	const [, open = value, meaning = null] =
		/^([\s\S]*\b(?:any|all|none))\s+\(([^()]+)\)$/.exec(value ?? '') ?? [];
	return { line, name, type, question, default: open, open: meaning };
}

function readType(text: string): ParameterType | null {
	const integer = /^integer(?:\s+(?:from\s+)?(-?\d{1,15}))?(?:\s+(?:up\s+)?to\s+(-?\d{1,15}))?$/.exec(text);
	if (integer !== null) {
		const min = integer[1] === undefined ? null : Number(integer[1]);
		const max = integer[2] === undefined ? null : Number(integer[2]);
		return min !== null && max !== null && min > max ? null : { kind: 'integer', min, max };
	}
	const column = /^choice of \{([A-Za-z_]\w*)\}$/.exec(text)?.[1];
	if (column !== undefined) return { kind: 'choice', column };
	const list = /^one of\s+([\s\S]+)$/.exec(text)?.[1];
	if (list !== undefined) {
		const values = list
			.split(/\s*,\s*(?:or\s+)?|\s+or\s+/)
			.map((value) => value.replaceAll('`', '').trim())
			.filter((value) => value !== '');
		return values.length < 2 ? null : { kind: 'one of', values };
	}
	switch (text) {
		case 'name':
		case 'interval':
		case 'path':
		case 'files':
		case 'secret':
		case 'connection':
			return { kind: text };
		default:
			return null;
	}
}
