/**
 * How cultures mark the halves of the day on a clock of twelve hours: what .NET Framework has, and what Unicode's CLDR
 * has, which .NET uses from version 5 on. Lower case, without dots and blanks.
 */
const first =
	'am|vm|ጥዋት|ص|পূৰ্বাহ্ন|སྔ་དྲོ་|སྔ་ཆ་|dop|πμ|قظ|ap|rn|sf|de|n’ụtụtụ|fh|午前|오전|тң|moies|ກ່ອນທ່ຽງ|priešpiet|priekšp|претпл|үө|pg|နံနက်|पूर्वाह्न|غم|صبح|පෙව|gh|pd|fm|ቅቀ|goöň|hh|öö|چب|дп|to|sa|sub|àárọ̀|上午|早上|凌晨|清晨|wd|subaka|ntɔ́ngɔ́|sn|subaxnimo|icm|asubuhi|de';
const second =
	'pm|nm|ከሰዓት|م|অপৰাহ্ন|ཕྱི་དྲོ་|ཕྱི་ཆ་|odp|μμ|بظ|ip|in|ym|du|n’abalị|eh|午後|오후|тк|nomëttes|ຫຼັງທ່ຽງ|popiet|pēcp|попл|үх|ptg|ညနေ|अपराह्न|غو|شام|පව|pop|gd|md|em|ድቀ|gosoň|ea|ös|چك|пп|tk|ch|ngo|ọ̀sán|下午|晚上|中午|wb|kikiiɗe|mpókwa|gn|galabnimo|ipm|jioni|du';

const firstHalf: ReadonlySet<string> = new Set(first.split('|'));
const secondHalf: ReadonlySet<string> = new Set(second.split('|'));

/** Which half a mark beside a time means; null: it is no such mark. */
export function dayHalf(mark: string): 'first' | 'second' | null {
	const plain = mark.toLowerCase().replace(/[.,\s]/g, '');
	return secondHalf.has(plain) ? 'second' : firstHalf.has(plain) ? 'first' : null;
}
