/** The character references that people and GitBook write. An unknown one stays as it is. */
const named: ReadonlyMap<string, string> = new Map([
	['amp', '&'],
	['lt', '<'],
	['gt', '>'],
	['quot', '"'],
	['apos', "'"],
	['nbsp', ' '],
	['copy', '©'],
	['reg', '®'],
	['trade', '™'],
	['hellip', '…'],
	['mdash', '—'],
	['ndash', '–'],
	['lsquo', '‘'],
	['rsquo', '’'],
	['ldquo', '“'],
	['rdquo', '”'],
	['laquo', '«'],
	['raquo', '»'],
	['bull', '•'],
	['middot', '·'],
	['rarr', '→'],
	['larr', '←'],
	['times', '×'],
	['deg', '°'],
	['plusmn', '±'],
	['le', '≤'],
	['ge', '≥'],
	['ne', '≠'],
	['sect', '§'],
	['para', '¶'],
	['euro', '€'],
	['pound', '£'],
]);

/** Text with its character references replaced. A reference to a control or format character gives nothing. */
export function decodeEntities(text: string): string {
	return text.replace(
		/&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([A-Za-z]{2,8}));/g,
		(whole: string, decimal?: string, hex?: string, name?: string) => {
			if (name !== undefined) return named.get(name) ?? whole;
			const code = decimal !== undefined ? Number.parseInt(decimal, 10) : Number.parseInt(hex ?? '', 16);
			if (code === 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return '\ufffd';
			if (code === 9 || code === 10 || code === 13) return ' ';
			const character = String.fromCodePoint(code);
			return /[\p{Cc}\p{Cf}]/u.test(character) ? '' : character;
		},
	);
}
