import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {sync as writeFileAtomic} from 'write-file-atomic';
import {errorCode} from '../state/json-file.ts';

/** A file of an offline folder. */
export type OfflineFile = {
	/** Below the folder, with slashes. */
	name: string;
	bytes: number;
	/** In hexadecimal. */
	sha256: string;
	/** As Go names it: `amd64`, `arm64`. */
	architecture: string;
	/** The image in it, as manifests name it. */
	image?: string;
	/** Or the program that it is, and for which system, as Go names it. */
	tool?: 'kind' | 'kubectl';
	system?: string;
};

/** What an offline folder holds, as its manifest.json tells. */
export type OfflineManifest = {
	/** The version of the lab that made it, and when (ISO 8601). */
	lab: string;
	created: string;
	nodeImage: string;
	/** The oldest kind that makes nodes of the node image. */
	kind: string;
	architectures: string[];
	/** Everything is there; while it is being made, and after an interruption, it is not. */
	complete: boolean;
	files: OfflineFile[];
};

/** `newer`: of a later format than this program knows, made by the lab of that version. */
export type ManifestProblem = 'absent' | 'damaged' | {newer: string};

const format = 1;

const manifestName = 'manifest.json';

/** Reads the manifest of a folder, or says why it cannot be read. */
export async function readManifest(
	folder: string,
): Promise<{manifest: OfflineManifest; problem?: undefined} | {manifest?: undefined; problem: ManifestProblem}> {
	let text: string;
	try {
		text = await readFile(join(folder, manifestName), 'utf8');
	} catch (error) {
		if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return {problem: 'absent'};
		throw error;
	}
	try {
		const content: unknown = JSON.parse(text);
		if (!isRecord(content)) return {problem: 'damaged'};
		if (typeof content.format === 'number' && content.format > format) return {problem: {newer: String(content.lab)}};
		return isManifest(content) ? {manifest: content} : {problem: 'damaged'};
	} catch {
		return {problem: 'damaged'};
	}
}

/** Replaces the manifest of a folder in one step. Throws what the file system throws. */
export function writeManifest(folder: string, manifest: OfflineManifest): void {
	writeFileAtomic(join(folder, manifestName), `${JSON.stringify({format, ...manifest}, null, '\t')}\n`, {mode: 0o644});
}

function isRecord(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isManifest(content: Record<string, unknown>): content is Record<string, unknown> & OfflineManifest {
	const {lab, created, nodeImage, kind, architectures, complete, files} = content;
	const texts = [lab, created, nodeImage, kind].every(value => typeof value === 'string');
	return (
		texts && isTexts(architectures) && typeof complete === 'boolean' && Array.isArray(files) && files.every(isFile)
	);
}

function isTexts(value: unknown): value is string[] {
	return Array.isArray(value) && value.every(each => typeof each === 'string');
}

function isFile(value: unknown): value is OfflineFile {
	if (!isRecord(value)) return false;
	const {name, bytes, sha256, architecture, image, tool} = value;
	return (
		typeof name === 'string' &&
		// Nothing outside of the folder.
		name.split('/').every(part => /^[\w-][\w.-]*$/.test(part)) &&
		typeof bytes === 'number' &&
		typeof sha256 === 'string' &&
		typeof architecture === 'string' &&
		(typeof image === 'string' || tool === 'kind' || tool === 'kubectl')
	);
}
