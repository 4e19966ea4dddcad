import {basename, dirname} from 'node:path';
import {isScalar, LineCounter, parseAllDocuments, visit} from 'yaml';
import {type LessonFiles, reportUnfilled} from './lesson-files.ts';
import type {Problem} from './problem.ts';

/** Reports a problem at a path of lesson.yaml. */
type At = (path: (string | number)[], message: string) => void;

type Wanted = {manifests: string[]; images: string[]; commands: {line: string; path: (string | number)[]}[]};

/**
 * Checks what a lesson's files say about each other: each manifest is there and is YAML with apiVersion and kind, its
 * images are among the lesson's, and each file that a command names after `-f` is among the manifests.
 */
export function checkManifests(files: LessonFiles, wanted: Wanted, at: At, problems: Problem[]): void {
	const {manifests, images, commands} = wanted;
	for (const [index, name] of manifests.entries()) {
		const file = files.path(name);
		if (!files.exists(name)) at(['manifests', index], `there is no file ${basename(file)} in ${dirname(file)}`);
		else if (/\.ya?ml$/.test(name)) checkManifest(file, files.read(name), images, problems);
	}
	for (const {line, path} of commands) {
		for (const [, name = ''] of line.matchAll(/(?:^|\s)(?:-f|--filename)[ =]([\w./-]+\.(?:ya?ml|json))(?=\s|$)/g)) {
			if (!manifests.includes(name)) at(path, `the command reads ${name}, which is not among the manifests`);
		}
	}
}

function checkManifest(file: string, source: string, images: string[], problems: Problem[]): void {
	reportUnfilled(file, source, problems);
	const lineCounter = new LineCounter();
	const complain = (offset: number, message: string) => {
		const {line, col} = lineCounter.linePos(offset);
		problems.push({file, line, column: col, message});
	};
	const documents = parseAllDocuments(source, {lineCounter});
	if ('empty' in documents) {
		complain(0, 'the manifest is empty');
		return;
	}
	for (const document of documents) {
		for (const error of document.errors) complain(error.pos[0], error.message.split('\n')[0] ?? error.message);
		for (const key of ['apiVersion', 'kind']) {
			if (typeof document.get(key) !== 'string') complain(document.range[0], `the manifest lacks "${key}"`);
		}
		visit(document, {
			Pair(_key, {key, value}) {
				if (!isScalar(key) || key.value !== 'image' || !isScalar(value) || typeof value.value !== 'string') return;
				if (images.includes(value.value)) return;
				complain(value.range?.[0] ?? 0, `the image ${value.value} is not among the lesson's images`);
			},
		});
	}
}
