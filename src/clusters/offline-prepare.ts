import {mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {errorCode} from '../state/json-file.ts';
import type {Text} from '../text/text.ts';
import {UserError} from '../text/user-error.ts';
import {giveBackLeft} from './borrowed-image.ts';
import type {ContainerRuntime} from './container-runtime.ts';
import {fullImageName} from './image-name.ts';
import type {ImageProgress} from './images.ts';
import {archiveImage} from './images-archive.ts';
import {isNoSpace} from './images-save.ts';
import {oldestKindFor} from './kind/node-image.ts';
import {fileProblem} from './offline-folder.ts';
import {type OfflineFile, type OfflineManifest, readManifest, writeManifest} from './offline-manifest.ts';
import {findTools} from './offline-tools.ts';

export type PrepareOptions = {
	runtime: ContainerRuntime;
	folder: string;
	/** As Go names them. Those that the folder has already stay. */
	architectures: readonly string[];
	nodeImage: string;
	/** Images of the lessons, with fixed tags. */
	images: readonly string[];
	/** A file of this machine for images whose names are borrowed meanwhile; see borrowed-image.ts. */
	borrowed: string;
	/** The version of the lab. */
	lab: string;
	created: Date;
	/** What README.txt in the folder says. */
	readme: (manifest: OfflineManifest) => string;
	signal: AbortSignal;
	/** Called before each file that is written, and with how far that has come. */
	progress?: (file: {image: string; architecture: string; number: number; of: number}, at?: ImageProgress) => void;
	text: Text;
};

export type Prepared = {manifest: OfflineManifest; kept: number; written: number};

/**
 * Gathers in a folder what a kind cluster and the lessons on it need without a network. What a run before has brought there
 * is kept where it is right; a file gets its name once it is whole, and the manifest says that everything is there only at
 * the end. Names and files are such that exFAT can hold them. Throws UserError, and the reason of an aborted signal.
 */
export async function prepareOfflineFolder(options: PrepareOptions): Promise<Prepared> {
	try {
		return await gather(options);
	} catch (error) {
		if (options.signal.aborted || error instanceof UserError || !errorCode(error)) throw error;
		const {folder, text} = options;
		if (isNoSpace(error)) throw new UserError(text.offline.noSpace(folder));
		throw new UserError(text.offline.notWritten(folder, (error as Error).message));
	}
}

async function gather(options: PrepareOptions): Promise<Prepared> {
	const {runtime, folder, nodeImage, images, borrowed, lab, created, signal, progress, text} = options;
	const before = await readManifest(folder);
	if (typeof before.problem === 'object') throw new UserError(text.offline.newer(folder, before.problem.newer));
	makeFolder(folder, text);
	removeHalfFiles(folder);
	await giveBackLeft(runtime, borrowed);
	const architectures = [...new Set([...(before.manifest?.architectures ?? []), ...options.architectures])].sort();
	const plan = architectures.flatMap(architecture =>
		[nodeImage, ...images].map(image => ({image, architecture, name: archiveName(image, architecture)})),
	);
	const manifest: OfflineManifest = {
		lab,
		created: created.toISOString(),
		nodeImage,
		kind: oldestKindFor(nodeImage),
		architectures,
		complete: false,
		files: [],
	};
	// A file that is right stays listed from the first moment on: an interrupted run must not forget it.
	for (const {name, image} of plan) {
		const old = before.manifest?.files.find(file => file.name === name && file.image === image);
		if (old && (await fileProblem(folder, old, signal)) === undefined) manifest.files.push(old);
	}
	const kept = manifest.files.length;
	removeOthers(folder, before.manifest?.files ?? [], plan);
	writeManifest(folder, manifest);
	for (const [index, {image, architecture, name}] of plan.entries()) {
		if (manifest.files.some(file => file.name === name)) continue;
		const file = {image, architecture, number: index + 1, of: plan.length};
		progress?.(file);
		const part = partOf(folder, name);
		try {
			const tell = (at: ImageProgress) => progress?.(file, at);
			const saved = await archiveImage({
				runtime,
				image,
				architecture,
				file: part,
				borrowed,
				signal,
				progress: tell,
				text,
			});
			renameSync(part, join(folder, name));
			manifest.files.push({name, architecture, image, ...saved});
			writeManifest(folder, manifest);
		} finally {
			rmSync(part, {force: true});
		}
	}
	for (const {file, content} of await findTools({...options, ...toolNeeds(options, manifest)})) {
		const part = partOf(folder, file.name);
		writeFileSync(part, content, {mode: 0o755, flush: true});
		renameSync(part, join(folder, file.name));
		manifest.files.push(file);
	}
	writeFileSync(join(folder, 'README.txt'), options.readme(manifest));
	manifest.complete = true;
	writeManifest(folder, manifest);
	return {manifest, kept, written: plan.length - kept};
}

function toolNeeds({runtime}: PrepareOptions, {architectures, kind}: OfflineManifest) {
	return {environment: runtime.environment, architectures, oldestKind: kind};
}

/** Makes a folder and those above it, one by one: Node's own `recursive` never ends in /proc. Throws UserError for a file. */
function makeFolder(folder: string, text: Text): void {
	const found = statSync(folder, {throwIfNoEntry: false});
	if (found?.isDirectory()) return;
	if (found) throw new UserError(text.offline.notFolder(folder));
	makeFolder(dirname(folder), text);
	mkdirSync(folder);
}

/** Where an image's archive lies in the folder: letters, digits, points and dashes only. */
export function archiveName(image: string, architecture: string): string {
	const short = fullImageName(image).replace(/^docker\.io\/(library\/)?/, '');
	return `images/${architecture}/${short.replace(/[^A-Za-z0-9._-]+/g, '-')}.tar`;
}

/** The name that a file has until it is whole. Its folder is made. */
function partOf(folder: string, name: string): string {
	const path = join(folder, name);
	mkdirSync(dirname(path), {recursive: true});
	return `${path}.part`;
}

/** Removes what a killed run has left. */
function removeHalfFiles(folder: string): void {
	for (const top of ['images', 'tools']) {
		for (const name of listAll(join(folder, top))) {
			if (name.endsWith('.part')) rmSync(join(folder, top, name), {force: true});
		}
	}
}

function listAll(folder: string): string[] {
	try {
		return readdirSync(folder, {recursive: true, encoding: 'utf8'});
	} catch (error) {
		if (errorCode(error) === 'ENOENT') return [];
		throw error;
	}
}

/** Removes what a run before has written and nothing needs any more, as after an update of the lab. */
function removeOthers(folder: string, old: readonly OfflineFile[], current: readonly {name: string}[]): void {
	const names = new Set(current.map(({name}) => name));
	for (const {name} of old) if (!names.has(name)) rmSync(join(folder, name), {force: true});
}
