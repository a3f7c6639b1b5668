import type { Symptom } from './article.ts';

/** Symptoms and those below them, in document order. */
export function flatSymptoms(symptoms: readonly Symptom[]): readonly Symptom[] {
	return symptoms.flatMap((symptom) => [symptom, ...flatSymptoms(symptom.children)]);
}
