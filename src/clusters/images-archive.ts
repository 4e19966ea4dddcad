import type {Text} from '../text/text.ts';
import {giveBack, noteBorrowed} from './borrowed-image.ts';
import type {ContainerRuntime} from './container-runtime.ts';
import {fullImageName} from './image-name.ts';
import type {ImageProgress} from './images.ts';
import {pullImage} from './images-pull.ts';
import {type Saved, saveImage} from './images-save.ts';

export type ArchiveOptions = {
	runtime: ContainerRuntime;
	image: string;
	/** As Go names it. */
	architecture: string;
	file: string;
	/** Where it is written down that a name is borrowed, for a next process. */
	borrowed?: string | undefined;
	signal: AbortSignal;
	progress?: ((progress: ImageProgress) => void) | undefined;
	text: Text;
};

/**
 * Writes an image of an architecture into a file, pulling it where the runtime has none of that. Docker's own image store
 * keeps one architecture under a name, so what had the name before gets it back. The file may be incomplete when this
 * throws. Throws UserError, and the reason of an aborted signal.
 */
export async function archiveImage(options: ArchiveOptions): Promise<Saved> {
	const {runtime, image, architecture, signal, progress} = options;
	const own = architecture === runtime.host.architecture;
	const held = await inspect(runtime, image, signal);
	const pulls = held?.architecture !== architecture;
	const borrowed = pulls && (held || !own) ? {image, id: held?.id} : undefined;
	if (borrowed) noteBorrowed(options.borrowed, borrowed);
	try {
		if (pulls) await pullImage({...options, architecture: own && !held ? undefined : architecture});
		progress?.({phase: 'pack', image, done: 0, total: 1, unit: 'images'});
		return await saveImage(options);
	} finally {
		if (borrowed) await giveBack(runtime, borrowed, options.borrowed);
	}
}

async function inspect(runtime: ContainerRuntime, image: string, signal: AbortSignal) {
	const format = '{{.Id}} {{.Architecture}}';
	const {ok, stdout} = await runtime.run(['image', 'inspect', '--format', format, fullImageName(image)], {signal});
	if (!ok) return undefined;
	const [id = '', architecture = ''] = stdout.trim().split(' ');
	return {id, architecture};
}
