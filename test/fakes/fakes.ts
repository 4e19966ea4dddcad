import {existsSync, mkdirSync, symlinkSync, writeFileSync} from 'node:fs';
import {delimiter, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {findOnPath} from '../../src/clusters/shell.ts';
import {FakeState} from './state.ts';

/** Programs that can be put on PATH in the place of the real ones. */
export type FakeProgram = 'docker' | 'podman' | 'nerdctl' | 'kind' | 'kubectl';

/** Fake programs in a folder of their own, and what they keep. */
export type Fakes = {
	/** To be put on PATH. */
	bin: string;
	state: FakeState;
	/** A PATH with the fakes first, and without any real one of them. */
	path: string;
};

const scripts: Record<FakeProgram, string> = {
	docker: 'runtime.ts',
	podman: 'runtime.ts',
	nerdctl: 'runtime.ts',
	kind: 'kind.ts',
	kubectl: 'kubectl.ts',
};

export type FakesOptions = {
	/** Leaves the system's own programs of these names out too. */
	without?: readonly string[];
};

/**
 * Makes fake programs under a folder. Of the system's own programs their PATH has only a shell's, curl's and kubectl's,
 * so that no real runtime is ever found.
 */
export function createFakes(
	folder: string,
	programs: readonly FakeProgram[] = ['docker', 'kind'],
	{without = []}: FakesOptions = {},
): Fakes {
	const bin = join(folder, 'fake-bin');
	const state = new FakeState(join(folder, 'fake-state'));
	mkdirSync(bin, {recursive: true});
	for (const name of programs) addFake(bin, state, name);
	return {bin, state, path: [bin, systemFolder(folder, without)].join(delimiter)};
}

/** Puts one more fake into the folder of others. */
function addFake(bin: string, state: FakeState, name: FakeProgram): void {
	const script = fileURLToPath(new URL(scripts[name], import.meta.url));
	const words = [process.execPath, script, state.folder, name].map(quoted);
	writeFileSync(join(bin, name), `#!/bin/sh\nNODE_COMPILE_CACHE=${quoted(cache)} exec ${words.join(' ')} "$@"\n`, {
		mode: 0o755,
	});
}

/** Reading the scripts anew would be most of what a call costs, and there are dozens of calls in a test. */
const cache = fileURLToPath(new URL('../../node_modules/.cache/fakes', import.meta.url));

function quoted(word: string): string {
	return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** What the tests' commands and the learner's shell use, by links in a folder of their own: beside them may lie a real docker. */
const systemPrograms = [
	'sh',
	'bash',
	'env',
	'ps',
	'cat',
	'sleep',
	'sed',
	'grep',
	'kubectl',
	'curl',
	'ls',
	'mv',
	'tr',
	'wc',
	'head',
];

function systemFolder(folder: string, without: readonly string[]): string {
	const links = join(folder, 'fake-system');
	mkdirSync(links, {recursive: true});
	for (const name of systemPrograms.filter(name => !without.includes(name))) {
		const found = findOnPath(name, process.env.PATH);
		if (found && !existsSync(join(links, name))) symlinkSync(found, join(links, name));
	}
	return links;
}
