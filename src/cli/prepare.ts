import {join, resolve} from 'node:path';
import {findContainerRuntime} from '../clusters/container-runtime.ts';
import type {ImageProgress} from '../clusters/images.ts';
import {findKind} from '../clusters/kind/kind-program.ts';
import {kubernetesOfImage, newestKind, nodeImageFor} from '../clusters/kind/node-image.ts';
import {checkOfflineFolder} from '../clusters/offline-folder.ts';
import type {OfflineManifest} from '../clusters/offline-manifest.ts';
import {prepareOfflineFolder} from '../clusters/offline-prepare.ts';
import {sizeText} from '../doctor/sizes.ts';
import {lessonCards} from '../lesson/find-lessons.ts';
import {languages, type Text, textIn} from '../text/text.ts';
import {UserError} from '../text/user-error.ts';
import type {Context, ExitCode} from './context.ts';
import {lessonImages} from './lesson-images.ts';
import type {PrepareOptions} from './program.ts';

/** The folder that is made where none is named. */
const defaultFolder = 'endpoint-lab-offline';

const knownArchitectures = ['amd64', 'arm64'];

/** `endpoint-lab prepare`: gathers what lessons on kind need without a network, or checks what has been gathered. */
export async function prepare(options: PrepareOptions, context: Context): Promise<ExitCode> {
	const {text} = context;
	const architectures = (options.arch ?? []).flatMap(words => words.split(',')).filter(Boolean);
	const unknown = architectures.find(name => !knownArchitectures.includes(name));
	if (unknown !== undefined) throw new UserError(text.offline.unknownArchitecture(unknown), 2);
	if (options.check !== undefined) {
		if (options.to !== undefined || options.arch) throw new UserError(text.offline.checkAlone, 2);
		return await check(options.check, context);
	}
	return await gather(options.to || defaultFolder, architectures, context);
}

async function gather(name: string, architectures: string[], context: Context): Promise<ExitCode> {
	const {text, environment, signal, note, print} = context;
	const words = text.offline;
	const {runtime} = await findContainerRuntime({environment, signal});
	if (!runtime) {
		note(words.embeddedNeedsNothing);
		throw new UserError(words.noRuntime);
	}
	const folder = resolve(name);
	const {kind} = await findKind(environment, signal);
	const nodeImage = nodeImageFor(kind?.version ?? newestKind);
	note(words.gathering(nodeImage, folder));
	using line = progressLine(process.stderr, text);
	const {manifest, kept} = await prepareOfflineFolder({
		runtime,
		folder,
		architectures: architectures.length > 0 ? architectures : [runtime.host.architecture],
		nodeImage,
		images: lessonImages(lessonCards()),
		borrowed: join(context.home().folder, 'borrowed-image.json'),
		lab: context.version,
		created: new Date(),
		readme,
		signal,
		progress: ({number, of, image, architecture}, at) => line.show(words.file(number, of, image, architecture), at),
		text,
	});
	line.end();
	if (kept > 0) note(words.kept(kept));
	print(words.done(folder, manifest.files.length, sizeOf(manifest)));
	print(words.use(quoted(name)));
	print(words.checkHint(quoted(name)));
	return 0;
}

async function check(name: string, {text, signal, print}: Context): Promise<ExitCode> {
	const folder = resolve(name);
	using line = progressLine(process.stderr, text);
	const manifest = await checkOfflineFolder(folder, {signal, text, onFile: ({name}) => line.show(name, undefined)});
	line.end();
	const {nodeImage, architectures, files} = manifest;
	print(text.offline.checked(folder, files.length, sizeOf(manifest), nodeImage, architectures.join(', ')));
	return 0;
}

function sizeOf({files}: OfflineManifest): string {
	return sizeText(files.reduce((sum, {bytes}) => sum + bytes, 0));
}

/** README.txt: in every language, since nobody knows who will read it. */
function readme({lab, created, nodeImage, kind}: OfflineManifest): string {
	const parts = languages.map(language =>
		textIn(language).offline.readme(lab, created.slice(0, 10), nodeImage, kind, kubernetesOfImage(nodeImage) ?? ''),
	);
	return `${parts.map(lines => lines.join('\n')).join('\n\n\n')}\n`;
}

/** Shows each file as a line; on a terminal the last one is drawn anew as it comes along. */
function progressLine(output: NodeJS.WriteStream, text: Text) {
	const words = text.offline;
	let title = '';
	let drawn = false;
	const end = () => {
		if (drawn) output.write('\n');
		drawn = false;
	};
	return {
		show(file: string, at: ImageProgress | undefined) {
			if (!output.isTTY) {
				if (file !== title) output.write(`${file}\n`);
				title = file;
				return;
			}
			if (file !== title) end();
			title = file;
			output.write(`\r\x1b[K${file}${at ? `  ${progressText(at, words)}` : ''}`);
			drawn = true;
		},
		end,
		[Symbol.dispose]: end,
	};
}

function progressText({phase, unit, done, total}: ImageProgress, words: Text['offline']): string {
	if (phase !== 'pull') return words.packing;
	return unit === 'bytes' ? words.pulledBytes(sizeText(done), sizeText(total)) : words.pulledLayers(done, total);
}

function quoted(name: string): string {
	return /^[\w@%+=:,./-]+$/.test(name) ? name : `'${name.replaceAll("'", `'\\''`)}'`;
}
