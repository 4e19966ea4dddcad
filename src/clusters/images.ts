import {rmSync} from 'node:fs';
import {join} from 'node:path';
import {execa} from 'execa';
import {makeTemporaryFolder} from '../state/temporary-folder.ts';
import type {Text} from '../text/text.ts';
import {UserError} from '../text/user-error.ts';
import type {ContainerRuntime} from './container-runtime.ts';
import {fullImageName, hasFixedTag} from './image-name.ts';
import {archiveImage} from './images-archive.ts';
import {imageProblem} from './images-problem.ts';
import {isNoSpace} from './images-save.ts';
import {kindEnvironment} from './kind/kind-program.ts';

/** How far the images have come. A pull counts bytes where the runtime tells them, else layers; the rest counts images. */
export type ImageProgress = {
	phase: 'pull' | 'pack' | 'load';
	image: string;
	done: number;
	total: number;
	unit: 'bytes' | 'layers' | 'images';
};

/** A file that `docker save` has written, and the image in it. */
export type ImageArchive = {image: string; file: string};

export type LoadImagesOptions = {
	runtime: ContainerRuntime;
	/** The kind program. */
	kind: string;
	/** The cluster's name. */
	name: string;
	/** Names of the nodes that get the images. */
	nodes: readonly string[];
	/** As a manifest names them. Those without a fixed tag are left out, since the kubelet fetches them anew each time. */
	images: readonly string[];
	/** Where images lie as files; those are not pulled. */
	archives?: readonly ImageArchive[] | undefined;
	signal: AbortSignal;
	progress?: (progress: ImageProgress) => void;
	text: Text;
};

/**
 * Sees to it that the nodes of a kind cluster have the images: what is missing is pulled by the runtime and handed over as
 * an archive of one platform, which works with every image store; `kind load docker-image` does not work with containerd's. Those
 * that can be had are loaded in any case.
 * Throws UserError, and the reason of an aborted signal.
 */
export async function loadImages(options: LoadImagesOptions): Promise<void> {
	const {runtime, name, nodes, archives = [], signal, progress, text} = options;
	const images = [...new Set(options.images.filter(hasFixedTag))];
	const missing = await missingImages(runtime, nodes, images, signal);
	if (missing.length === 0) return;
	const folder = makeTemporaryFolder();
	const failures: string[] = [];
	try {
		for (const [index, image] of missing.entries()) {
			const given = archives.find(archive => fullImageName(archive.image) === fullImageName(image));
			const file = given?.file ?? join(folder, 'image.tar');
			try {
				if (!given) {
					await archiveImage({runtime, image, architecture: runtime.host.architecture, file, signal, progress, text});
				}
				progress?.({phase: 'load', image, done: index, total: missing.length, unit: 'images'});
				await loadArchive(file, image, options);
			} catch (error) {
				// One image that cannot be had keeps none of the others from the nodes.
				if (!(error instanceof UserError)) throw error;
				failures.push(error.message);
			}
		}
	} catch (error) {
		if (isNoSpace(error)) throw new UserError(text.images.noRoom(folder));
		throw error;
	} finally {
		rmSync(folder, {recursive: true, force: true});
	}
	if (failures.length > 0) throw new UserError([...new Set(failures)].join('\n'));
	const still = await missingImages(runtime, nodes, missing, signal);
	if (still.length > 0) throw new UserError(text.images.notInNodes(still.join(', '), name));
}

/** Whether the runtime has an image itself. */
export async function hasImage(runtime: ContainerRuntime, image: string, signal: AbortSignal): Promise<boolean> {
	return (await runtime.run(['image', 'inspect', '--format', '{{.Id}}', fullImageName(image)], {signal})).ok;
}

/** The images that at least one of the nodes lacks. A node that cannot be asked counts as one that has none. */
async function missingImages(
	runtime: ContainerRuntime,
	nodes: readonly string[],
	images: readonly string[],
	signal: AbortSignal,
): Promise<string[]> {
	if (images.length === 0) return [];
	const held = await Promise.all(
		nodes.map(async node => {
			const {stdout} = await runtime.run(['exec', node, 'crictl', 'images', '-o', 'json'], {signal});
			return new Set(imageTags(stdout));
		}),
	);
	return images.filter(image => held.some(tags => !tags.has(fullImageName(image))));
}

/** The tags in what `crictl images -o json` prints; none when it is something else. */
function imageTags(json: string): string[] {
	try {
		const {images} = JSON.parse(json) as {images: {repoTags?: string[] | null}[]};
		return images.flatMap(({repoTags}) => repoTags ?? []);
	} catch {
		return [];
	}
}

async function loadArchive(file: string, image: string, options: LoadImagesOptions): Promise<void> {
	const {runtime, kind, name, nodes, signal, text} = options;
	const {failed, stderr, shortMessage} = await execa(
		kind,
		['load', 'image-archive', file, '--name', name, '--nodes', nodes.join(',')],
		{
			env: kindEnvironment(runtime),
			extendEnv: false,
			reject: false,
			stdin: 'ignore',
			cancelSignal: signal,
			detached: process.platform !== 'win32',
			windowsHide: true,
		},
	);
	signal.throwIfAborted();
	if (failed) throw imageProblem(image, stderr || shortMessage || '', text);
}
