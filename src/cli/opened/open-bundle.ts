import { type Bundle, parseBundle } from '../../evidence/bundle/bundle.ts';
import { bundledMajor, bundledServer, bundleSources } from '../../evidence/bundle/bundle-sources.ts';
import { type LoadedArticle, loadArticle } from '../article-argument.ts';
import { ExpectedError } from '../errors.ts';
import { exitStatus } from '../exit-status.ts';
import type { World } from '../world.ts';
import type { FileToOpen } from './open-file.ts';
import { inMinutes, type Opened } from './opened.ts';

/** @throws BundleError, ExpectedError: the bundle is of another article */
export async function openBundle(file: FileToOpen, world: World): Promise<Opened> {
	const bundle = parseBundle(file.bytes);
	const { head } = bundle;
	const loaded = await loadArticle(file.article ?? head?.article ?? null, world, file.trust);
	if (head !== null && head.article.toLowerCase() !== loaded.article.id.toLowerCase()) {
		throw new ExpectedError(
			'other-article',
			`${file.path} is a bundle of ${head.article}, not of ${loaded.article.id}`,
			[`name the article that it was made from: kbwizard check ${head.article} --bundle ${file.path}`],
			exitStatus.badData,
		);
	}
	const startedAt = head?.startedAt ?? bundle.logs.takenAt ?? file.writtenAt;
	const latest = [...bundle.checks.values()]
		.map(({ at }) => at)
		.sort()
		.at(-1);
	return {
		loaded,
		what: `${head !== null ? 'a bundle' : bundle.refusal === null ? 'the logs of a site' : 'the text of a refusal'} of ${inMinutes(startedAt)}`,
		sources: bundleSources({ bundle, at: startedAt }),
		answers: new Map(),
		said: [],
		server: bundledServer(bundle),
		refusal: head === null ? (bundle.refusal?.failure ?? null) : null,
		major: bundledMajor(bundle),
		startedAt,
		finishedAt: bundle.finishedAt ?? latest ?? startedAt,
		warnings: warningsOf(bundle, loaded),
	};
}

function warningsOf({ head, damaged, finishedAt }: Bundle, { article }: LoadedArticle): readonly string[] {
	if (head === null) return [];
	const records =
		damaged.size === 1 ? '1 record of the bundle was' : `${damaged.size} records of the bundle were`;
	return [
		...(head.sha256 === article.sha256
			? []
			: [
					`the bundle was made from another version of ${article.id}: what is asked otherwise since is not seen`,
				]),
		...(damaged.size === 0 ? [] : [`${records} damaged on the way, and left out`]),
		...(finishedAt === null ? ['the bundle is not complete: its end is missing'] : []),
	];
}
