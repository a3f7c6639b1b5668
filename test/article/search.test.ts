import { describe, expect, test } from 'vitest';
import { searchArticles } from '../../src/article/search.ts';
import { compiledFixture } from './read-fixture.ts';

const articles = ['published', 'well-formed', 'published-steps'].map(compiledFixture);

function found(text: string): string[] {
	return searchArticles(articles, text).map(({ article }) => article.id);
}

describe('search', () => {
	test.each([
		['KB902', 'KB902'],
		['kb900', 'KB900'],
		['blank labels', 'KB902'],
		['53300', 'KB900'],
		['my printer prints nothing', 'KB902'],
		['connecting slot', 'KB900'],
		['dirty rollers', 'HS900'],
	])('%s → %s first', (text, id) => {
		expect(found(text)[0]).toBe(id);
	});

	test('knows a pasted error message, whatever its numbers are', () => {
		const message = `2026-11-22 14:00:00.123 UTC [4711] FATAL:  53300: remaining connection slots are reserved for roles with the SUPERUSER attribute
    at Npgsql.NpgsqlConnector.<>c__DisplayClass161_0.<<ReadMessage>g__ReadMessageLong|0>d.MoveNext()`;
		expect(found(message)[0]).toBe('KB900');
	});

	test('finds nothing for what no article has, or for words that say nothing', () => {
		expect(found('xylophone')).toEqual([]);
		expect(found('what is the error')).toEqual([]);
		expect(found('')).toEqual([]);
	});

	test('says which words were found', () => {
		expect(searchArticles(articles, 'blank xylophone')[0]?.matched).toEqual(['blank']);
	});
});
