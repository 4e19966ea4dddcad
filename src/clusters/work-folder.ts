import {chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {type Environment, findOnPath} from './shell.ts';

/**
 * The folder that a lesson's commands run in: its manifests, copied once, so that a learner may edit them and finds them
 * edited the next day. `reset` copies them again and leaves nothing else there.
 */
export function prepareWorkFolder(
	work: string,
	lesson: {id: string; folder: string; manifests: string[]},
	{reset = false} = {},
): string {
	const folder = join(work, lesson.id);
	if (reset) rmSync(folder, {recursive: true, force: true});
	mkdirSync(folder, {recursive: true, mode: 0o700});
	for (const name of lesson.manifests) {
		const target = join(folder, name);
		if (existsSync(target)) continue;
		mkdirSync(dirname(target), {recursive: true});
		copyFileSync(join(lesson.folder, name), target);
		// An installed package's files may be read-only.
		chmodSync(target, 0o644);
	}
	return folder;
}

/**
 * On a machine without kubectl: a folder with a program of that name that runs the lab's own, to go at the end of PATH.
 * Undefined where the learner has a kubectl. `launcher` is the lab's start script.
 */
export function prepareBin(bin: string, environment: Environment, launcher: string): string | undefined {
	if (findOnPath('kubectl', environment.PATH)) return undefined;
	mkdirSync(bin, {recursive: true, mode: 0o700});
	if (process.platform === 'win32') {
		writeFileSync(join(bin, 'kubectl.cmd'), `@"${process.execPath}" "${launcher}" kubectl %*\r\n`);
		return bin;
	}
	const quoted = (path: string) => `'${path.replaceAll("'", `'\\''`)}'`;
	const file = join(bin, 'kubectl');
	writeFileSync(file, `#!/bin/sh\nexec ${quoted(process.execPath)} ${quoted(launcher)} kubectl "$@"\n`);
	chmodSync(file, 0o755);
	return bin;
}

/**
 * A folder for CURL_HOME, in which curl keeps its progress meter to itself: it shows one whenever its output is no terminal,
 * and a pane is none. The learner's own curlrc stays in force.
 */
export function prepareCurl(folder: string, environment: Environment): string {
	const own = [environment.CURL_HOME, environment.XDG_CONFIG_HOME, environment.HOME]
		.map(home => home && join(home, '.curlrc'))
		.find(file => file && existsSync(file));
	mkdirSync(folder, {recursive: true, mode: 0o700});
	writeFileSync(join(folder, '.curlrc'), `silent\nshow-error\n${own ? readFileSync(own, 'utf8') : ''}`, {mode: 0o600});
	return folder;
}
