import type { Configuration, NpgsqlString } from '../../evidence/openiz/configuration.ts';
import { defaultMaxPoolSize, type SettingName, settingOf } from '../../evidence/openiz/connection-string.ts';
import { stringsOfServer } from '../../evidence/openiz/pools.ts';
import { appendSetting, type Edit, setPart } from './edit.ts';

export type PoolEdits = {
	readonly edits: readonly Edit[];
	/** Strings whose MaxPoolSize is lowered. */
	readonly lowered: readonly string[];
	/** Strings whose MinPoolSize was above it, and comes down with it. */
	readonly floors: readonly string[];
};

/** No pool for the server that the IMS writes to may open more than `size`; one that is smaller already stays so. */
export function shrinkPools(configuration: Configuration, size: number): PoolEdits {
	const results = stringsOfServer(configuration).map((string) => shrink(configuration.text, string, size));
	return {
		edits: results.flatMap(({ edits }) => edits),
		lowered: results.flatMap(({ name, max }) => (max ? [name] : [])),
		floors: results.flatMap(({ name, min }) => (min ? [name] : [])),
	};
}

function shrink(text: string, string: NpgsqlString, size: number) {
	const { name, attribute, settings } = string;
	const edits: Edit[] = [];
	const lower = (which: SettingName): boolean => {
		const setting = settingOf(settings, which);
		if (setting === null || Number(setting.value) <= size) return false;
		edits.push(setPart(text, attribute, setting, String(size)));
		return true;
	};
	let max = lower('maxPoolSize');
	if (settingOf(settings, 'maxPoolSize') === null && defaultMaxPoolSize > size) {
		edits.push(appendSetting(text, attribute, `MaxPoolSize=${size}`));
		max = true;
	}
	return { name, edits, max, min: lower('minPoolSize') };
}
