/**
 * A real browser for tests, from npm alone: Chromium comes packed in `@sparticuz/chromium`, with a font and the shared
 * libraries that a bare machine lacks. It is unpacked once, beside the packages.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Browser, chromium } from 'playwright-core';

const root = fileURLToPath(new URL('../..', import.meta.url));
const unpacked = join(root, 'node_modules/.cache/kbwizard-chromium');

/** The packed font first, so that pictures are the same everywhere; for what it lacks, the machine's own. */
function fontConfiguration(folder: string): string {
	const ours = ['sans-serif', 'system-ui', 'ui-sans-serif'].map(
		(family) =>
			`<match target="pattern"><test name="family"><string>${family}</string></test><edit name="family" mode="prepend" binding="strong"><string>Open Sans</string></edit></match>`,
	);
	return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
<dir>${join(folder, 'fonts')}</dir>
<dir>/usr/share/fonts</dir>
<cachedir>${join(folder, 'font-cache')}</cachedir>
${ours.join('\n')}
</fontconfig>
`;
}

/** The folder with the browser; two processes that unpack it at once do not meet. */
async function unpack(): Promise<string> {
	const about = await readFile(join(root, 'node_modules/@sparticuz/chromium/package.json'), 'utf8');
	const { version }: { version: string } = JSON.parse(about);
	const folder = `${unpacked}-${version}`;
	if (existsSync(folder)) return folder;
	await mkdir(dirname(folder), { recursive: true });
	const staging = await mkdtemp(`${unpacked}-`);
	try {
		// It unpacks into the folder for temporary files, and its libraries only where it takes itself to be in a cloud.
		await promisify(execFile)(
			process.execPath,
			[
				'--input-type=module',
				'--eval',
				"import packed from '@sparticuz/chromium'; await packed.executablePath();",
			],
			{ cwd: root, env: { ...process.env, TMPDIR: staging, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x' } },
		);
		await writeFile(join(staging, 'fonts.conf'), fontConfiguration(folder));
		await rename(staging, folder).catch((error: unknown) => {
			if (!existsSync(folder)) throw error;
		});
	} finally {
		await rm(staging, { recursive: true, force: true });
	}
	return folder;
}

/** Starts the browser; the caller closes it. @throws where this machine cannot run it */
export async function startBrowser(): Promise<Browser> {
	const folder = await unpack();
	const launch = (libraries: string | undefined): Promise<Browser> =>
		chromium.launch({
			executablePath: join(folder, 'chromium'),
			// As root it has no sandbox to offer; the pages are ours.
			args: ['--no-sandbox', '--no-zygote', '--disable-gpu', '--font-render-hinting=none'],
			env: {
				...process.env,
				FONTCONFIG_FILE: join(folder, 'fonts.conf'),
				...(libraries === undefined ? {} : { LD_LIBRARY_PATH: libraries }),
			},
		});
	try {
		return await launch(process.env.LD_LIBRARY_PATH);
	} catch {
		// The machine's own libraries are preferred: the packed ones are older than some systems can bear.
		return launch(join(folder, 'al2023/lib'));
	}
}
