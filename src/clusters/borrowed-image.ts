import {rmSync} from 'node:fs';
import {DamageError, type JsonFormat, readJsonFile, writeJsonFile} from '../state/json-file.ts';
import type {ContainerRuntime} from './container-runtime.ts';
import {fullImageName} from './image-name.ts';

/** An image's name that a pull for another architecture has taken, and the identity that had it; none when it was free. */
export type BorrowedImage = {image: string; id: string | undefined};

const format: JsonFormat<BorrowedImage> = {
	version: 1,
	parse({image, id}) {
		if (typeof image !== 'string') throw new DamageError('content');
		return {image, id: typeof id === 'string' ? id : undefined};
	},
};

/** ms for the runtime to change a name. */
const limitMs = 10_000;

/** Writes down that a name is borrowed, so that it is given back even if this process is killed. */
export function noteBorrowed(file: string | undefined, borrowed: BorrowedImage): void {
	if (file !== undefined) writeJsonFile(file, format.version, borrowed);
}

/**
 * Gives an image's name back: to the one that had it, or by taking away what was pulled. Done even after Ctrl-C; a runtime
 * that does not answer any more is left alone.
 */
export async function giveBack(
	runtime: ContainerRuntime,
	{image, id}: BorrowedImage,
	file: string | undefined,
): Promise<void> {
	const name = fullImageName(image);
	const {ok} = await runtime.run(id ? ['tag', id, name] : ['image', 'rm', name], {
		signal: new AbortController().signal,
		limitMs,
	});
	if (ok && file !== undefined) rmSync(file, {force: true});
}

/** Gives back what a killed process had borrowed. */
export async function giveBackLeft(runtime: ContainerRuntime, file: string): Promise<void> {
	const {value} = readJsonFile(file, format);
	if (!value) return;
	await giveBack(runtime, value, file);
	// An image that is gone cannot be given its name back.
	rmSync(file, {force: true});
}
