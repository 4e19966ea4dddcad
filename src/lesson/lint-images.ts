import {asList, asMap, type PlacedCommand} from './lint-commands.ts';
import {shellCommands} from './shell-words.ts';
import type {YamlPath} from './yaml-file.ts';

/**
 * Finds images without a fixed tag, which are fetched anew for every Pod and are others tomorrow, and images in commands that are
 * not among the lesson's. `NAME:latest` in `images` says that it is meant, in a lesson that says what it does without a registry.
 * Wrong answers may name what they like.
 */
export function lintImages(
	lesson: unknown,
	commands: readonly PlacedCommand[],
	at: (path: YamlPath, message: string) => void,
): void {
	const images = asList(asMap(lesson).images).map(String);
	const asksForRegistry = /\bcan\(\\?["']registry\\?["']\)|"needs":\["registry"/.test(JSON.stringify(lesson));
	for (const [index, image] of images.entries()) {
		const tag = tagOf(image);
		if (tag === '') {
			at(['images', index], `the image ${image} has no tag; name a version, or ${image}:latest if any will do`);
		} else if (tag === 'latest' && !asksForRegistry) {
			const instead = 'say needs: [registry], or take another image where can("registry") is false';
			at(['images', index], `the nodes ask a registry for ${image} each time; ${instead}`);
		}
	}
	for (const {line, path} of commands) {
		if (path.includes('wrong')) continue;
		for (const image of shellCommands(line).flatMap(imagesIn)) {
			// What an expression names is not known here.
			if (image.includes('${')) continue;
			const whole = tagOf(image) === '' ? `${image}:latest` : image;
			if (!images.includes(whole)) at(path, `the image ${whole} is not among the lesson's images`);
		}
	}
}

/** The tag or digest of an image; '' without one. */
function tagOf(image: string): string {
	return /[:@]([^/]+)$/.exec(image)?.[1] ?? '';
}

function imagesIn([program, command, ...words]: string[]): string[] {
	if (program !== 'kubectl') return [];
	if (command === 'set' && words[0] === 'image')
		return words.slice(2).flatMap(word => /^[^=-][^=]*=(.+)$/.exec(word)?.[1] ?? []);
	return words.flatMap((word, index) => {
		if (word === '--image') return words[index + 1] ?? [];
		return /^--image=(.+)$/.exec(word)?.[1] ?? [];
	});
}
