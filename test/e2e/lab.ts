import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {afterEach} from 'vitest';
import {type Language, textIn} from '../../src/text/text.ts';
import {openScreen} from './screen.ts';

const launcher = fileURLToPath(new URL('../../bin/endpoint-lab.mjs', import.meta.url));

export const keys = {
	enter: '\r',
	escape: '\u001b',
	tab: '\t',
	up: '\u001b[A',
	down: '\u001b[B',
	right: '\u001b[C',
	ctrl: (letter: string) => String.fromCharCode(letter.charCodeAt(0) - 96),
	paste: (text: string) => `\u001b[200~${text}\u001b[201~`,
};

export type LabScreen = ReturnType<typeof openLab>;

const opened: {screen: ReturnType<typeof openScreen>}[] = [];
const folders: string[] = [];

afterEach(async () => {
	for (const {screen} of opened.splice(0)) {
		screen.kill('SIGKILL');
		await screen.exited;
	}
	for (const folder of folders.splice(0)) rmSync(folder, {recursive: true, force: true});
});

/** A folder for all state of the lab, removed after the test. */
export function newHome(): string {
	const folder = mkdtempSync(join(tmpdir(), 'endpoint-lab-e2e-'));
	folders.push(folder);
	return folder;
}

export type LabOptions = {
	lesson?: string;
	/** More of the command line. */
	args?: string[];
	language?: Language;
	columns?: number;
	rows?: number;
	home?: string;
	env?: Record<string, string>;
};

/** The built program in a terminal; without a lesson it opens the picker. */
export function openLab({lesson, args = [], language = 'en', columns, rows, home = newHome(), env}: LabOptions = {}) {
	const screen = openScreen([launcher, ...(lesson ? [lesson] : []), ...args, '--lang', language], {
		columns,
		rows,
		cwd: home,
		env: {ENDPOINT_LAB_HOME: home, LANG: 'C.UTF-8', LC_ALL: '', NO_COLOR: '', ...env},
	});
	opened.push({screen});
	const {screen: words} = textIn(language);
	return {
		...screen,
		home,
		words,
		/** Waits until the screen shows a text, or something a pattern describes. */
		shows: (wanted: string | RegExp) =>
			screen.waitFor(text => (typeof wanted === 'string' ? text.includes(wanted) : wanted.test(text))),
		/** Waits for the lesson's screen. */
		isOpen: () => screen.waitFor(text => text.includes('SIMULATED') && text.includes('$ ')),
		/** Enters a command at the prompt. */
		async run(command: string) {
			await screen.press(command, keys.enter);
		},
	};
}
