/**
 * Configurations of any kind, written in pieces: some are marked as what an edit is to change, with what they become,
 * so that the text that is wanted after the edit is known without doing it.
 */
import fc from 'fast-check';

export type Piece = string | { readonly before: string; readonly after: string };

export type Written = { readonly before: string; readonly after: string };

export function written(pieces: readonly Piece[]): Written {
	const of = (side: 'before' | 'after') =>
		pieces.map((piece) => (typeof piece === 'string' ? piece : piece[side])).join('');
	return { before: of('before'), after: of('after') };
}

/** Text as an attribute may hold it: each character plain where that is allowed, or as some reference. */
const spelled = (text: string, quote: string): fc.Arbitrary<string> =>
	fc
		.array(fc.nat(9), { minLength: text.length, maxLength: text.length })
		.map((picks) => [...text].map((character, index) => spell(character, quote, picks[index] ?? 0)).join(''));

function spell(character: string, quote: string, pick: number): string {
	const code = character.codePointAt(0) ?? 0;
	if (pick === 0) return `&#${code};`;
	if (pick === 1) return `&#x${code.toString(16)};`;
	switch (character) {
		case '&':
			return '&amp;';
		case '<':
			return '&lt;';
		case '>':
			return pick === 2 ? '&gt;' : '>';
		case quote:
			return quote === '"' ? '&quot;' : '&apos;';
		default:
			return character;
	}
}

const words = fc
	.string({ unit: 'grapheme', maxLength: 12 })
	// What XML does not allow, or reads as something else.
	.map((text) => text.replace(/[\x00-\x1f\ufffe\uffff\ud800-\udfff]/g, '').toWellFormed());
const quote = fc.constantFrom('"', "'");
const newline = fc.constantFrom('\n', '\r\n');
const name = fc.constantFrom('a', 'x.y', 'ns:z', 'connectionManager', 'add', 'stm', 'ä');
const attribute = fc
	.tuple(name, quote, words, fc.constantFrom('=', ' = ', '=\r\n '))
	.chain(([own, mark, text, equals]) =>
		spelled(text, mark).map((value) => ({ own, text: `${own}${equals}${mark}${value}${mark}` })),
	);
const attributes = fc
	.uniqueArray(attribute, { maxLength: 3, selector: ({ own }) => own })
	.map((list) => list.map(({ text }) => ` ${text}`).join(''));

/** What may stand between the elements that count, and looks like them. */
const noise: fc.Arbitrary<string> = fc.oneof(
	fc.constantFrom(
		'<!-- <openiz.persistence.data.ado><connectionManager stm="false"/></openiz.persistence.data.ado> -->',
		'<!-- <add name="PSQL_RW" connectionString="MaxPoolSize=1" providerName="Npgsql"/> -->',
		'<?pi <connectionManager?>',
		'<openiz.warehouse.ado><connectionManager readWriteConnection="PSQL_RW" stm="false"/></openiz.warehouse.ado>',
		'<x><connectionStrings><add name="Y" connectionString="Host=z;MaxPoolSize=9" providerName="Npgsql"/></connectionStrings></x>',
		'<c><![CDATA[<connectionManager stm="false">&]]></c>',
		'<t>text --> &amp; more</t>',
	),
	fc.tuple(name, attributes).map(([own, list]) => `<${own}${list}/>`),
	newline,
);
const someNoise = fc.array(noise, { maxLength: 4 });
/** An element of that name there would count. */
const without = (pieces: readonly string[], element: string): string =>
	pieces.filter((piece) => !piece.startsWith(`<${element}`)).join('');

const manager = (wanted: boolean): fc.Arbitrary<readonly Piece[]> =>
	fc
		.tuple(
			fc.constantFrom(null, 'true', ' TRUE', 'false', 'False ', '0', 'a&b<c'),
			quote,
			fc.nat(3),
			fc.constantFrom(' ', '\r\n    '),
			fc.constantFrom('/>', ' />', '></connectionManager>'),
		)
		.chain(([stm, mark, at, blank, end]) =>
			spelled(stm ?? '', mark).map((value): readonly Piece[] => {
				const others = ['readWriteConnection="PSQL_RW"', "provider='P, Q'", 'insertUpdate = "true"'];
				const list: Piece[] = others.map((each) => `${blank}${each}`);
				const on = stm?.trim().toLowerCase() === 'true';
				const after = wanted && !on ? 'true' : value;
				if (stm === null) list.push({ before: '', after: wanted ? ' stm="true"' : '' });
				else list.splice(at, 0, `${blank}stm=${mark}`, { before: value, after }, mark);
				return ['<connectionManager', ...list, end];
			}),
		);

type Part = { readonly text: string; readonly size: 'max' | 'min' | null };

/** @param size what MaxPoolSize is lowered to; null: it is left */
const connectionString = (own: string, size: number | null): fc.Arbitrary<readonly Piece[]> =>
	fc
		.record({
			mark: quote,
			max: fc.option(
				fc.tuple(fc.constantFrom('MaxPoolSize', 'maximum pool size'), fc.integer({ min: 1, max: 200 })),
			),
			min: fc.option(fc.tuple(fc.constantFrom('MinPoolSize', 'MINIMUM POOL SIZE'), fc.nat(50))),
			rest: words.map((text) => `"${text.replaceAll('"', '""')}"`),
			first: fc.boolean(),
			separator: fc.constantFrom(';', '; ', ' ;'),
			tail: fc.constantFrom('', ';', '; '),
			blank: fc.constantFrom(' ', '\r\n\t'),
		})
		.chain(({ mark, max, min, rest, first, separator, tail, blank }) => {
			const fixed: Part[] = ['Host=db', 'Database=o', `Password=${rest}`].map((text) => ({
				text,
				size: null,
			}));
			const sizes: Part[][] = [
				...(max === null
					? []
					: [
							[
								{ text: `${max[0]}=`, size: null },
								{ text: String(max[1]), size: 'max' as const },
							],
						]),
				...(min === null
					? []
					: [
							[
								{ text: `${min[0]} = `, size: null },
								{ text: String(min[1]), size: 'min' as const },
							],
						]),
			];
			const settings = first
				? [...sizes, ...fixed.map((part) => [part])]
				: [...fixed.map((part) => [part]), ...sizes];
			const parts = settings.flatMap((setting, index): readonly Part[] =>
				index === 0 ? setting : [{ text: separator, size: null }, ...setting],
			);
			return fc
				.tuple(...parts.map(({ text }) => spelled(text, mark)), spelled(tail, mark))
				.map((raw): readonly Piece[] => {
					const pieces = parts.map((part, index): Piece => {
						const before = raw[index] ?? '';
						const lowered = part.size !== null && size !== null && Number(part.text) > size;
						return { before, after: lowered ? String(size) : before };
					});
					const joint = tail === '' ? ';' : '';
					const added = max === null && size !== null && size < 100 ? `${joint}MaxPoolSize=${size}` : '';
					return [
						`<add name="${own}"${blank}connectionString=${mark}`,
						...pieces,
						{ before: raw.at(-1) ?? '', after: `${raw.at(-1) ?? ''}${added}` },
						`${mark} providerName='Npgsql'/>`,
					];
				});
		});

/** A configuration before and after: `stm` on, or its pools at most that large. */
export function anyConfiguration(edit: { readonly stm: boolean; readonly size: number | null }) {
	return fc
		.record({
			bom: fc.constantFrom('', '\ufeff'),
			declaration: fc.constantFrom('', '<?xml version="1.0"?>', "<?xml version='1.0' encoding='UTF-8'?>\r\n"),
			noises: fc.tuple(someNoise, someNoise, someNoise, someNoise, someNoise),
			manager: manager(edit.stm),
			one: connectionString('PSQL_RW', edit.size),
			two: connectionString('QRY', edit.size),
			stringsFirst: fc.boolean(),
			tail: fc.constantFrom('', '\n', '<!-- end -->\r\n'),
		})
		.map(({ bom, declaration, noises, manager: own, one, two, stringsFirst, tail }): Written => {
			const [a, b, c, d, e] = noises;
			const strings: Piece[] = [
				'<connectionStrings>',
				'<add name="S" connectionString="Data Source=s; Min Pool Size=10; MaxPoolSize=77" providerName="System.Data.SqlClient"/>',
				...one,
				without(b, 'add'),
				...two,
				'</connectionStrings>',
			];
			const section: Piece[] = [
				'<openiz.persistence.data.ado>',
				without(c, 'connectionManager'),
				...own,
				...d,
				'</openiz.persistence.data.ado>',
			];
			const body = stringsFirst ? [...strings, ...a, ...section] : [...section, ...a, ...strings];
			return written([bom, declaration, '<configuration>', ...body, ...e, '</configuration>', tail]);
		});
}
