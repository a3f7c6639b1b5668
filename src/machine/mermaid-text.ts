/** Text inside a Mermaid drawing, which a label could otherwise end. */

/** Longest label, in characters: a symptom may quote a whole log line. */
const longestLabel = 80;

export function shortened(label: string): string {
	const letters = [...label];
	return letters.length <= longestLabel ? label : `${letters.slice(0, longestLabel - 1).join('')}…`;
}

/** Inside quotes Mermaid reads entities (`#35;` is `#`), HTML, and Markdown after a backtick: none may come from text. */
export function mermaidText(label: string): string {
	return shortened(label).replaceAll(/[#&<>"'`\\;|{}[\]]/g, (found) => `#${found.charCodeAt(0)};`);
}
