import { resolveSettings } from '../../evidence/postgres/connection-settings.ts';
import { allMajors, type Major } from '../../lab/binaries.ts';
import { type LabRun, listScenarios, startScenario } from '../../lab/lab-run.ts';
import { toJson } from '../../report/json.ts';
import type { OptionValues } from '../arguments.ts';
import { loadArticle } from '../article-argument.ts';
import type { Command } from '../command.ts';
import { type ConnectionOptions, otherServer } from '../connection-options.ts';
import { usageError } from '../errors.ts';
import { type ExitStatus, exitStatus } from '../exit-status.ts';
import { walkThrough } from '../lab-walk.ts';
import { openSession } from '../open-session.ts';
import { surroundingsOf } from '../surroundings.ts';
import { untilCancelled } from '../until-cancelled.ts';
import { runWizardHere } from '../wizard-run.ts';
import type { World } from '../world.ts';
import { wrapWords } from '../wrap-words.ts';

/** The article that the scenarios are made for. */
const labArticle = 'KB008';

function majorOf(options: OptionValues): Major | null {
	const text = options.one('major');
	if (text === null) return null;
	const major = allMajors.find((known) => String(known) === text);
	if (major === undefined) throw usageError(`--major is one of ${allMajors.join(', ')}, not "${text}"`);
	return major;
}

/** The ordinary role, as the application is configured; the superuser's reserve as the way in; no environment of ours. */
function labConnection(lab: LabRun, world: World): ConnectionOptions {
	const surroundings = { ...surroundingsOf(world), env: {} };
	const settings = resolveSettings({ conninfo: lab.conninfo }, surroundings);
	return {
		settings,
		rescue: resolveSettings({ conninfo: lab.adminConninfo }, surroundings),
		verifyAs: settings,
		otherServer: (conninfo) => otherServer(conninfo, settings, world),
		waitMs: null,
		timeoutMs: null,
	};
}

async function inTheLab(lab: LabRun, options: OptionValues, world: World): Promise<ExitStatus> {
	const loaded = await loadArticle(labArticle, world);
	const common = {
		loaded,
		connection: labConnection(lab, world),
		logs: [lab.files.logs],
		configs: lab.files.configs,
		maxRows: null,
	};
	const openJournal = () => openSession(loaded.article, world);
	const { terminal } = world;
	if (terminal === null || options.flag('json') || options.flag('no-input')) {
		return walkThrough({ ...common, journal: await openJournal() }, options.flag('json'), world);
	}
	return runWizardHere(
		{ ...common, mayAskPassword: false, parameters: {}, findings: [], openJournal, terminal },
		world,
	);
}

async function list(options: OptionValues, world: World): Promise<ExitStatus> {
	const scenarios = listScenarios();
	const width = Math.max(...scenarios.map(({ id }) => id.length));
	await world.stdout.write(
		options.flag('json')
			? toJson({ scenarios })
			: scenarios.map(({ id, title }) => `${id.padEnd(width)}  ${title}\n`).join(''),
	);
	return exitStatus.done;
}

export const lab: Command = {
	async run({ options, positionals }, world) {
		if (options.flag('list')) return list(options, world);
		const [first] = listScenarios();
		const id = positionals.SCENARIO?.[0] ?? first?.id ?? '';
		const major = majorOf(options);
		const starting = startScenario(id, {
			...(major === null ? {} : { major }),
			onProgress: (text) => void world.stderr.write(`${text}\n`),
		});
		let run: LabRun | null = null;
		try {
			run = await untilCancelled(starting, world.signal);
			await world.stderr.write(`${wrapWords(run.describe, world.terminal?.output.columns ?? 80)}\n\n`);
			return await inTheLab(run, options, world);
		} finally {
			// A signal may have come while it was starting: it is waited for, and ended.
			await (run ?? (await starting.catch(() => null)))?.stop();
		}
	},
};
