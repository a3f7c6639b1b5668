/** A text as a regular expression that matches just that. (`RegExp.escape` is in no Node before 24.) */
export function literally(text: string): string {
	return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
