import {createHash} from 'node:crypto';
import {createReadStream, statSync} from 'node:fs';
import {join} from 'node:path';
import {pipeline} from 'node:stream/promises';
import {errorCode} from '../state/json-file.ts';
import type {Text} from '../text/text.ts';
import {UserError} from '../text/user-error.ts';
import {type ContainerRuntime, lastLine} from './container-runtime.ts';
import {fullImageName} from './image-name.ts';
import {hasImage, type ImageArchive} from './images.ts';
import {compareVersions} from './kind/node-image.ts';
import {type OfflineFile, type OfflineManifest, readManifest} from './offline-manifest.ts';
import {isForThisMachine} from './offline-tools.ts';

/** What a kind cluster takes from an offline folder; every file that is needed has been found to be what was written. */
export type OfflineImages = {nodeImage: string; node: ImageArchive; archives: ImageArchive[]};

export type OpenOfflineOptions = {
	folder: string;
	/** Of the container runtime, as Go names it. */
	architecture: string;
	/** Of the kind program. */
	kindVersion: string;
	/** The images that are needed; `all`: whatever the folder has. */
	images: readonly string[] | 'all';
	/** Whether the runtime has an image already: then its file is not looked at, since sticks are slow. */
	has?: (image: string) => Promise<boolean>;
	signal: AbortSignal;
	text: Text;
};

/**
 * Opens a folder that `endpoint-lab prepare` has made, for one machine. Throws UserError for a folder that is none, is
 * damaged or unfinished, is of a newer format, or does not fit the machine; and the reason of an aborted signal.
 */
export async function openOfflineFolder(options: OpenOfflineOptions): Promise<OfflineImages> {
	const {folder, architecture, kindVersion, images, signal, text} = options;
	const words = text.offline;
	const manifest = await wholeManifest(folder, text);
	if (!manifest.architectures.includes(architecture)) {
		throw new UserError(words.otherArchitecture(folder, manifest.architectures.join(', '), architecture));
	}
	if (compareVersions(kindVersion, manifest.kind) < 0) {
		throw new UserError(words.kindTooOld(folder, manifest.nodeImage, manifest.kind, kindVersion));
	}
	const files = manifest.files.filter(file => file.architecture === architecture && file.image);
	const fileOf = (image: string) =>
		files.find(file => file.image && fullImageName(file.image) === fullImageName(image));
	const node = fileOf(manifest.nodeImage);
	const others = files.flatMap(({image}) => (image && image !== manifest.nodeImage ? [image] : []));
	const wanted = (images === 'all' ? others : images).map(image => ({image, file: fileOf(image)}));
	const lacking = [...(node ? [] : [manifest.nodeImage]), ...wanted.flatMap(({image, file}) => (file ? [] : [image]))];
	if (!node || lacking.length > 0) throw new UserError(words.lacksImages(folder, manifest.lab, lacking.join(', ')));
	const used = wanted.flatMap(({file}) => file ?? []);
	if (!(await options.has?.(manifest.nodeImage))) used.unshift(node);
	for (const file of used) await checkFile(folder, file, signal, text);
	const archive = (image: string, {name}: OfflineFile) => ({image, file: join(folder, name)});
	return {
		nodeImage: manifest.nodeImage,
		node: archive(manifest.nodeImage, node),
		archives: wanted.flatMap(({image, file}) => (file ? [archive(image, file)] : [])),
	};
}

/** The command that puts a folder's kind on PATH; undefined when the folder has none for this machine, or a damaged one. */
export async function installKindFrom(folder: string, signal: AbortSignal): Promise<string | undefined> {
	const {manifest} = await readManifest(folder);
	const file = manifest?.files.find(file => file.tool === 'kind' && isForThisMachine(file));
	if (!file || (await fileProblem(folder, file, signal))) return undefined;
	const program = join(folder, file.name);
	return process.platform === 'win32'
		? `copy "${program}" "%LOCALAPPDATA%\\Microsoft\\WindowsApps"`
		: `sudo install '${program.replaceAll("'", `'\\''`)}' /usr/local/bin/kind`;
}

/**
 * Gives the runtime the node image from an offline folder, unless it has it. `docker load` loses the image's digest, so
 * kind has to ask for it by its tag alone, and then never asks a registry. Throws UserError.
 */
export async function loadNodeImage(
	runtime: ContainerRuntime,
	{nodeImage, node}: OfflineImages,
	signal: AbortSignal,
	text: Text,
): Promise<void> {
	if (await hasImage(runtime, nodeImage, signal)) return;
	const {ok, stdout, stderr} = await runtime.run(['load', '-i', node.file], {signal});
	if (ok && (await hasImage(runtime, nodeImage, signal))) return;
	throw new UserError(text.offline.notLoaded(node.file, lastLine(`${stdout}\n${stderr}`)));
}

/** Checks every file of an offline folder. Returns its manifest. Throws UserError, and the reason of an aborted signal. */
export async function checkOfflineFolder(
	folder: string,
	{signal, text, onFile}: {signal: AbortSignal; text: Text; onFile?: (file: OfflineFile) => void},
): Promise<OfflineManifest> {
	const manifest = await wholeManifest(folder, text);
	for (const file of manifest.files) {
		await checkFile(folder, file, signal, text);
		onFile?.(file);
	}
	return manifest;
}

async function wholeManifest(folder: string, text: Text): Promise<OfflineManifest> {
	const words = text.offline;
	const {manifest, problem} = await readManifest(folder);
	const isFile = () => statSync(folder, {throwIfNoEntry: false})?.isFile() ?? false;
	if (problem === 'absent') throw new UserError(isFile() ? words.notFolder(folder) : words.noManifest(folder));
	if (problem === 'damaged') throw new UserError(words.manifestDamaged(folder));
	if (problem) throw new UserError(words.newer(folder, problem.newer));
	if (!manifest.complete) throw new UserError(words.unfinished(folder));
	return manifest;
}

async function checkFile(folder: string, file: OfflineFile, signal: AbortSignal, text: Text): Promise<void> {
	const problem = await fileProblem(folder, file, signal);
	if (problem) throw new UserError(text.offline.fileProblems[problem](join(folder, file.name)));
}

/** What is wrong with a file of an offline folder; undefined when it is what the manifest says. */
export async function fileProblem(
	folder: string,
	{name, bytes, sha256}: OfflineFile,
	signal: AbortSignal,
): Promise<'missing' | 'size' | 'checksum' | 'unreadable' | undefined> {
	const path = join(folder, name);
	const size = statSync(path, {throwIfNoEntry: false})?.size;
	if (size === undefined) return 'missing';
	if (size !== bytes) return 'size';
	const hash = createHash('sha256');
	try {
		await pipeline(createReadStream(path, {highWaterMark: 1 << 20}), hash, {signal});
	} catch (error) {
		signal.throwIfAborted();
		if (errorCode(error) === undefined) throw error;
		return 'unreadable';
	}
	return hash.digest('hex') === sha256 ? undefined : 'checksum';
}
