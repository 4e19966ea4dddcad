import {fullImageName} from '../clusters/image-name.ts';
import {compareVersions, newestKind, nodeImageFor, oldestKind} from '../clusters/kind/node-image.ts';
import type {Text} from '../text/text.ts';
import type {Facts} from './facts.ts';
import {type Finding, fail, ok, warn} from './finding.ts';
import {installKind, updateKind} from './remedies.ts';

/** The first kind that understands Podman 6. */
const kindForPodman6 = '0.33.0';

const prepare = ['endpoint-lab prepare --to FOLDER'];

/** The kind program, and the images that a cluster needs. */
export function checkKind(facts: Facts, text: Text): Finding[] {
	return [checkKindProgram(facts, text), ...checkImages(facts, text), ...checkOtherClusters(facts, text)];
}

/** The kind program, and whether it fits the node image and the runtime. */
export function checkKindProgram(
	{kind, runtime, system}: Pick<Facts, 'kind' | 'runtime' | 'system'>,
	text: Text,
): Finding {
	const words = text.doctor;
	if (!kind) {
		const install = installKind(system, newestKind);
		return fail('kind-absent', ['kind'], words.kindAbsent, words.kindAbsentFix, install);
	}
	const {path, version} = kind;
	const update = updateKind(system, newestKind);
	if (!version) return fail('kind-broken', ['kind'], words.kindBroken(path), words.kindBrokenFix, ['kind version']);
	if (compareVersions(version, oldestKind) < 0) {
		const seen = words.kindOld(version, oldestKind);
		return fail('kind-old', ['kind'], seen, words.kindOldFix, update);
	}
	if (
		runtime?.name === 'podman' &&
		compareVersions(runtime.version, '6') >= 0 &&
		compareVersions(version, kindForPodman6) < 0
	) {
		return fail('kind-podman', ['kind'], words.kindPodman(version, runtime.version), words.kindOldFix, update);
	}
	return ok('kind', words.kind(version, nodeImageFor(version)));
}

function checkImages({runtime, kind, images}: Facts, text: Text): Finding[] {
	const words = text.doctor;
	if (!runtime?.images) return [];
	const nodeImage = nodeImageFor(kind?.version ?? newestKind);
	const held = new Set(runtime.images);
	const missing = images.filter(image => !held.has(fullImageName(image)));
	return [
		held.has(fullImageName(nodeImage))
			? ok('node-image', words.nodeImage(nodeImage))
			: warn('node-image-absent', words.nodeImageAbsent(nodeImage), words.imagesAbsentFix, prepare),
		missing.length === 0
			? ok('lesson-images', words.lessonImages(images.length))
			: warn(
					'lesson-images-absent',
					words.lessonImagesAbsent(missing.join(', '), images.length),
					words.imagesAbsentFix,
					prepare,
				),
	];
}

function checkOtherClusters({runtime}: Facts, text: Text): Finding[] {
	if (!runtime?.kindClusters) return [];
	return [ok('kind-clusters', text.doctor.kindClusters(runtime.kindClusters.length))];
}
