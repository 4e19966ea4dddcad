import {createHash} from 'node:crypto';
import {once} from 'node:events';
import {createWriteStream} from 'node:fs';
import {pipeline} from 'node:stream/promises';
import {execa} from 'execa';
import {errorCode} from '../state/json-file.ts';
import type {Text} from '../text/text.ts';
import type {ContainerRuntime} from './container-runtime.ts';
import {fullImageName} from './image-name.ts';
import {imageProblem, imageProblemIn} from './images-problem.ts';

export type SaveOptions = {
	runtime: ContainerRuntime;
	image: string;
	/** As Go names it. */
	architecture: string;
	file: string;
	signal: AbortSignal;
	/** Called with the bytes written so far. */
	onBytes?: (bytes: number) => void;
	text: Text;
};

/** What was written: its size in bytes, and its SHA-256 in hexadecimal. */
export type Saved = {bytes: number; sha256: string};

/**
 * Writes an image of one platform into a file, which may be incomplete when this throws. Docker 28 and newer choose the
 * platform; where that is not possible, and Docker's own image store holds one platform under a name, what is there is
 * written, and refused when it is of another. Throws UserError, the reason of an aborted signal, and the error of a file
 * system that is full.
 */
export async function saveImage(options: SaveOptions): Promise<Saved> {
	const {runtime, image, architecture, text} = options;
	if (runtime.name !== 'podman') {
		const result = await save(['--platform', `linux/${architecture}`], options);
		if (result.saved) return result.saved;
		const unknown = /unknown flag: --platform|requires API version|platform.* not supported/i.test(result.output);
		const final = ['no-space', 'not-found'].includes(imageProblemIn(result.output));
		if (final || (runtime.host.containerdStore && !unknown)) throw imageProblem(image, result.output, text);
	}
	const held = await runtime.run(['image', 'inspect', '--format', '{{.Architecture}}', fullImageName(image)], {
		signal: options.signal,
	});
	if (!held.ok) throw imageProblem(image, held.stderr, text);
	const found = held.stdout.trim();
	if (found !== architecture) {
		throw imageProblem(image, `no match for platform linux/${architecture}: ${found}`, text);
	}
	const result = await save(runtime.name === 'podman' ? ['--format', 'docker-archive'] : [], options);
	if (!result.saved) throw imageProblem(image, result.output, text);
	return result.saved;
}

type SaveResult = {saved: Saved; output?: undefined} | {saved?: undefined; output: string};

/** Streams the archive through our own hands: a runtime that writes files leaves half ones of its own naming behind. */
async function save(args: string[], {runtime, image, file, signal, onBytes}: SaveOptions): Promise<SaveResult> {
	const child = execa(runtime.program, ['save', ...args, fullImageName(image)], {
		env: runtime.environment,
		extendEnv: false,
		reject: false,
		stdin: 'ignore',
		encoding: 'buffer',
		buffer: {stdout: false, stderr: true},
		cancelSignal: signal,
		detached: process.platform !== 'win32',
		forceKillAfterDelay: 2000,
		windowsHide: true,
	});
	const hash = createHash('sha256');
	let bytes = 0;
	const target = createWriteStream(file, {mode: 0o644, flush: true});
	let writing: unknown;
	try {
		await once(target, 'open');
		await pipeline(
			child.stdout,
			async function* (chunks) {
				for await (const chunk of chunks) {
					hash.update(chunk);
					bytes += chunk.length;
					onBytes?.(bytes);
					yield chunk;
				}
			},
			target,
		);
	} catch (error) {
		writing = error;
		child.kill();
	}
	const {failed, stderr, shortMessage} = await child;
	signal.throwIfAborted();
	// The disk of the file, which is not that of the runtime.
	if (isNoSpace(writing)) throw writing;
	const output = Buffer.from(stderr).toString('utf8');
	if (failed || writing) return {output: output || shortMessage || String(writing)};
	return {saved: {bytes, sha256: hash.digest('hex')}};
}

/** Whether a file system says that it is full. */
export function isNoSpace(error: unknown): boolean {
	const code = errorCode(error);
	return code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG';
}
