/** LF line ends, no BOM: the same article, however it was checked out. */
export function normalised(text: string): string {
	return text.replace(/^\ufeff/, '').replace(/\r\n?/g, '\n');
}
