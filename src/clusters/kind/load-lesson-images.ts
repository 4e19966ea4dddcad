import type {Text} from '../../text/text.ts';
import {UserError} from '../../text/user-error.ts';
import {gatewayImage} from '../gateway-config.ts';
import {type ImageProgress, loadImages} from '../images.ts';
import type {OfflineImages} from '../offline-folder.ts';
import type {KindRecord} from './kind-record.ts';
import type {KindTools} from './kind-tools.ts';

export type LessonImagesOptions = {
	tools: KindTools;
	/** Of the lessons; the gateway's comes on top. */
	images: readonly string[];
	/** Where images lie as files. */
	offline: OfflineImages | undefined;
	signal: AbortSignal;
	text: Text;
	note: (line: string) => void;
	progress: (progress: ImageProgress) => void;
};

/**
 * Sees to it that the nodes on which Pods run have the lessons' images. What cannot be loaded is told and left to the nodes,
 * which may be able to pull it themselves; from a folder everything can be. Throws UserError, and the reason of an aborted
 * signal.
 */
export async function loadLessonImages({name, nodes}: KindRecord, options: LessonImagesOptions): Promise<void> {
	const {tools, images, offline, signal, text, note, progress} = options;
	const workers = nodes.filter(node => node.includes('-worker'));
	try {
		await loadImages({
			runtime: tools.runtime,
			kind: tools.kind.program,
			name,
			nodes: workers.length > 0 ? workers : nodes,
			images: offline ? offline.archives.map(({image}) => image) : [gatewayImage, ...images],
			archives: offline?.archives,
			signal,
			text,
			progress,
		});
	} catch (error) {
		if (offline || !(error instanceof UserError)) throw error;
		note(error.message);
	}
}
