import {chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {delimiter, dirname, join} from 'node:path';
import {type Environment, findOnPath} from './shell.ts';

/**
 * The folder that a lesson's commands run in: its manifests, copied once, so that a learner may edit them and finds them
 * edited the next day. `reset` copies them again and leaves nothing else there; `anew` names some to copy again.
 */
export function prepareWorkFolder(
	work: string,
	lesson: {id: string; folder: string; manifests: string[]; drill?: {files: Record<string, string>} | undefined},
	{reset = false, anew = []}: {reset?: boolean; anew?: readonly string[]} = {},
): string {
	const folder = join(work, lesson.id);
	if (reset) rmSync(folder, {recursive: true, force: true});
	mkdirSync(folder, {recursive: true, mode: 0o700});
	for (const name of lesson.manifests) {
		const target = join(folder, name);
		if (existsSync(target) && !anew.includes(name)) continue;
		mkdirSync(dirname(target), {recursive: true});
		const drawn = lesson.drill?.files[name];
		if (drawn === undefined) copyFileSync(join(lesson.folder, name), target);
		else writeFileSync(target, drawn);
		// An installed package's files may be read-only.
		chmodSync(target, 0o644);
	}
	return folder;
}

/**
 * A folder to go at the end of PATH, with programs that start the lab again: `endpoint-lab`, which npx and a checkout do not
 * put there, and on a machine without kubectl the lab's own under that name. `launcher` is the lab's start script.
 */
export function prepareBin(bin: string, environment: Environment, launcher: string): string {
	mkdirSync(bin, {recursive: true, mode: 0o700});
	// In a shell of the lab the folder is on PATH already.
	const others = environment.PATH?.split(delimiter)
		.filter(folder => folder !== bin)
		.join(delimiter);
	writeProgram(bin, 'endpoint-lab', [process.execPath, launcher]);
	if (findOnPath('kubectl', others))
		for (const name of ['kubectl', 'kubectl.cmd']) rmSync(join(bin, name), {force: true});
	else writeProgram(bin, 'kubectl', [process.execPath, launcher, 'kubectl']);
	return bin;
}

function writeProgram(folder: string, name: string, words: string[]): void {
	if (process.platform === 'win32') {
		writeFileSync(join(folder, `${name}.cmd`), `@${words.map(word => `"${word}"`).join(' ')} %*\r\n`);
	}
	// On Windows too: Git's bash, which runs the prompt's lines, finds no .cmd.
	const quoted = words.map(word => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
	writeFileSync(join(folder, name), `#!/bin/sh\nexec ${quoted} "$@"\n`, {mode: 0o755});
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
