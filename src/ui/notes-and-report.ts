/** What is written into the report while one is on the way, and how it would read now. */
import { safeText } from './safe-text.ts';
import type { UiSession } from './session.ts';

/** Writes the note down; what could not be written stays to be tried again. */
export async function keepNote({ view, keepNote: keep }: UiSession): Promise<void> {
	const text = safeText(view.get().note).trim();
	if (text === '' || keep === undefined) {
		view.change({ overlay: null, note: '', notice: text === '' ? null : 'This run keeps no notes.' });
		return;
	}
	try {
		await keep(text);
		view.change({ overlay: null, note: '', notice: 'Noted: it stands in the report.' });
	} catch (error) {
		const why = error instanceof Error ? error.message : String(error);
		view.change({ overlay: null, notice: `The note was not written: ${safeText(why)}. o shows it again.` });
	}
}

export async function showReport({ view, report }: UiSession): Promise<void> {
	view.change({ overlay: { name: 'report', scroll: 0 }, report: null });
	let markdown: string;
	try {
		markdown = (await report?.()) ?? 'This run keeps no report.';
	} catch (error) {
		markdown = `The report could not be made: ${error instanceof Error ? error.message : String(error)}`;
	}
	if (view.get().overlay?.name === 'report') view.change({ report: markdown });
}
