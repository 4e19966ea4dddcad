import {createHash} from 'node:crypto';
import {type FileHandle, open, readFile, realpath} from 'node:fs/promises';
import {execa} from 'execa';
import {compareVersions, kubernetesOfImage} from './kind/node-image.ts';
import type {OfflineFile} from './offline-manifest.ts';
import {type Environment, findOnPath} from './shell.ts';

/** A program on this machine that other machines of its kind can take along. */
export type OfflineTool = {tool: 'kind' | 'kubectl'; version: string; content: Buffer; file: OfflineFile};

export type ToolOptions = {
	environment: Environment;
	/** Architectures that the folder is for. */
	architectures: readonly string[];
	nodeImage: string;
	/** The oldest kind that makes nodes of it. */
	oldestKind: string;
	signal: AbortSignal;
};

/** The machine that this runs on, as Go names it. */
const thisMachine = {
	architecture: process.arch === 'x64' ? 'amd64' : process.arch,
	system: process.platform === 'win32' ? 'windows' : process.platform,
};

/** Whether a program in an offline folder runs on this machine. */
export function isForThisMachine({architecture, system}: OfflineFile): boolean {
	return architecture === thisMachine.architecture && system === thisMachine.system;
}

/** How programs of a system begin: ELF, Mach-O (64 bits, or for several processors), PE. */
const programSigns = ['7f454c46', 'cffaedfe', 'cafebabe', '4d5a'];

/**
 * kind and kubectl from PATH, where they fit the node image and are programs in one file for an architecture of the folder;
 * a script that finds the real one elsewhere is none.
 */
export async function findTools(options: ToolOptions): Promise<OfflineTool[]> {
	const {environment, architectures, nodeImage, oldestKind, signal} = options;
	const {architecture, system} = thisMachine;
	if (!architectures.includes(architecture)) return [];
	const kubernetes = kubernetesOfImage(nodeImage) ?? '';
	const found: OfflineTool[] = [];
	for (const tool of ['kind', 'kubectl'] as const) {
		const path = findOnPath(tool, environment.PATH);
		if (!path || !(await isProgram(path))) continue;
		const args = tool === 'kind' ? ['version'] : ['version', '--client', '-o', 'json'];
		const {stdout} = await execa(path, args, {
			env: environment,
			extendEnv: false,
			reject: false,
			stdin: 'ignore',
			cancelSignal: signal,
			timeout: 10_000,
		});
		signal.throwIfAborted();
		const version = /\bv(\d+\.\d+\.\d+[\w.+-]*)/.exec(stdout)?.[1];
		if (!version) continue;
		const fits = tool === 'kind' ? compareVersions(version, oldestKind) >= 0 : minorDistance(version, kubernetes) <= 1;
		if (!fits) continue;
		const content = await readFile(path);
		const name = `tools/${system}-${architecture}/${tool}${system === 'windows' ? '.exe' : ''}`;
		const sha256 = createHash('sha256').update(content).digest('hex');
		found.push({
			tool,
			version,
			content,
			file: {name, bytes: content.length, sha256, architecture, tool, system},
		});
	}
	return found;
}

/** How many minor versions two Kubernetes versions are apart. */
function minorDistance(one: string, other: string): number {
	const minor = (version: string) => Number(/^\d+\.(\d+)/.exec(version)?.[1]);
	return Math.abs(minor(one) - minor(other));
}

async function isProgram(path: string): Promise<boolean> {
	let file: FileHandle | undefined;
	try {
		file = await open(await realpath(path));
		const {buffer, bytesRead} = await file.read(Buffer.alloc(4), 0, 4, 0);
		const start = buffer.subarray(0, bytesRead).toString('hex');
		return programSigns.some(sign => start.startsWith(sign));
	} catch {
		return false;
	} finally {
		await file?.close();
	}
}
