#!/usr/bin/env node
// Takes pictures of the built lab in a real terminal: docs/pictures/SCREEN-LANGUAGE-COLUMNSxROWS.svg. They are the same
// each time: the cluster's names come from a seed, its time stands still but for the steps that are made here.
// usage: npm run pictures                (npm run build first)
//        node scripts/pictures.mjs --check   compares with what is there, and ends with 1 if it differs
import {existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import * as pty from '@lydell/node-pty';
import xterm from '@xterm/headless';
import {findOnPath} from '../src/clusters/shell.ts';
import {findLesson} from '../src/lesson/load-lessons.ts';
import {textIn} from '../src/text/text.ts';
import {now, prepareHome} from './pictures/prepare.mjs';
import {drawScreen} from './pictures/svg.mjs';

const check = process.argv.includes('--check');
const folder = fileURLToPath(new URL('../docs/pictures/', import.meta.url));
const launcher = fileURLToPath(new URL('../bin/endpoint-lab.mjs', import.meta.url));
const fixedTime = fileURLToPath(new URL('./pictures/fixed-time.cjs', import.meta.url));
const sizes = [
	[200, 50],
	[120, 40],
	[80, 24],
];
const limitMs = 90_000;
/** How long the screen has to stay as it is until it counts as drawn, where there is nothing to compare it with. */
const settledMs = check ? 0 : 1500;
const keys = {enter: '\r', tab: '\t', down: '\u001b[B', right: '\u001b[C'};
const ctrl = letter => String.fromCharCode(letter.charCodeAt(0) - 96);

const work = mkdtempSync(join(tmpdir(), 'endpoint-lab-pictures-'));
const differing = [];

/** A PATH with the few programs that the pictures need, and without kubectl: the lab's own speaks in them. */
function programs() {
	const bin = join(work, 'bin');
	mkdirSync(bin);
	for (const name of ['bash', 'sh', 'mv', 'cat', 'ls']) {
		const found = findOnPath(name, process.env.PATH);
		if (found) symlinkSync(found, join(bin, name));
	}
	return bin;
}

/** The lab in a terminal. */
function open(home, language, PATH, args) {
	const [columns, rows] = sizes[0];
	const terminal = new xterm.Terminal({cols: columns, rows, allowProposedApi: true});
	const child = pty.spawn(process.execPath, ['--require', fixedTime, launcher, ...args, '--lang', language], {
		name: 'xterm-256color',
		cols: columns,
		rows,
		cwd: home,
		env: {
			PATH,
			HOME: home,
			SHELL: join(PATH, 'bash'),
			TERM: 'xterm-256color',
			LANG: 'C.UTF-8',
			TZ: 'UTC',
			ENDPOINT_LAB_HOME: home,
			PICTURES_NOW: String(now),
		},
	});
	let unparsed = 0;
	let changedAt = performance.now();
	child.onData(data => {
		unparsed++;
		terminal.write(data, () => {
			unparsed--;
			changedAt = performance.now();
		});
	});
	terminal.onData(reply => child.write(reply));
	const lines = () =>
		Array.from({length: terminal.rows}, (_, y) => {
			const buffer = terminal.buffer.active;
			return buffer.getLine(buffer.viewportY + y)?.translateToString(true) ?? '';
		});
	const until = async (what, condition) => {
		const deadline = performance.now() + limitMs;
		while (unparsed > 0 || !condition(lines().join('\n'))) {
			if (performance.now() > deadline) throw new Error(`The lab never showed ${what}:\n${lines().join('\n')}`);
			await sleep(10);
		}
	};
	return {
		terminal,
		text: () => lines().join('\n'),
		shows: wanted => until(wanted, text => (typeof wanted === 'string' ? text.includes(wanted) : wanted.test(text))),
		async press(...pressed) {
			for (const key of pressed) {
				child.write(key);
				await sleep(20);
			}
		},
		async resize(columns, rows) {
			terminal.resize(columns, rows);
			child.resize(columns, rows);
			await until(`${columns}×${rows}`, () => isWhole(lines(), columns, rows));
		},
		/** Takes a picture once the screen shows what is wanted; where there is one already, waits until it is the same. */
		async picture(name, wanted) {
			await this.shows(wanted);
			const file = `${name}-${language}-${terminal.cols}x${terminal.rows}.svg`;
			const path = join(folder, file);
			const before = existsSync(path) ? readFileSync(path, 'utf8') : undefined;
			const draw = () => drawScreen(terminal, `endpoint-lab: ${name}, ${terminal.cols}×${terminal.rows}`);
			// Where one differs, others will; nobody has to wait long for each of them.
			const deadline = performance.now() + (differing.length > 0 ? 3_000 : 20_000);
			const isSettled = () => unparsed === 0 && performance.now() - changedAt > settledMs;
			while (!isSame(draw(), before) && !(check ? false : isSettled()) && performance.now() < deadline) await sleep(20);
			if (isSame(draw(), before)) return;
			differing.push(file);
			if (!check) writeFileSync(path, draw());
		},
		async close() {
			const exited = new Promise(resolve => child.onExit(resolve));
			child.kill('SIGKILL');
			await exited;
		},
	};
}

/**
 * Whether two pictures show the same. How long an address has been gone is counted from the frame that first lacked it,
 * and whether that frame was drawn before or after the next step of the clock is chance.
 */
function isSame(one, other) {
	const settled = picture => picture?.replace(/\d\.\d s/g, '0.0 s');
	return settled(one) === settled(other);
}

/** The frames of the lab and the picker reach from edge to edge, and none is left from another size. */
function isWhole(lines, columns, rows) {
	const framed = lines.filter(line => /^[┌├│└]/.test(line));
	return (
		lines.filter(line => line.includes('endpoint-lab  ')).length === 1 &&
		framed.length > rows / 2 &&
		framed.every(line => line.length === columns || /[\u2e80-\uffef]/.test(line)) &&
		/[┐┤│┘]$/.test(framed.at(-1) ?? '') &&
		/^└/.test(framed.at(-1) ?? '')
	);
}

const lesson = findLesson('endpoints');
/** Steps of the cluster's time from the deletion until the address has left, and until the replacement has its node. */
const untilLeft = 2;
const untilPlaced = 5;
const number = lesson.steps.findIndex(({id}) => id === 'delete-one') + 1;

async function inTheMiddle(language, PATH) {
	const home = join(work, `middle-${language}`);
	await prepareHome(home, {solved: number - 1, manifests: ['deployment.yaml', 'service.yaml']});
	const {screen: words, picker} = textIn(language);
	const lab = open(home, language, PATH, []);
	const atAllSizes = async take => {
		for (const [columns, rows] of sizes) {
			await lab.resize(columns, rows);
			await take(columns >= 110);
		}
	};
	try {
		await lab.shows(picker.keys.start);
		await lab.press(keys.down, keys.down);
		await atAllSizes(() => lab.picture('picker', lesson.text[language].title));
		await lab.press(keys.enter);
		await lab.shows(words.placeholder.predict(3));
		await atAllSizes(() => lab.picture('prediction', words.placeholder.predict(3)));
		await lab.press('3');
		await lab.shows(words.predicted);
		// The lab proposes the step's own command.
		await lab.press(keys.right, keys.enter);
		await lab.shows(words.keys.stop);
		await lab.shows(words.happened['pod-terminating'](' ', '').split(' ').at(-1));
		// One change at a time: the address leaves, the replacement is made and gets its node.
		await lab.press(...Array(untilLeft).fill(ctrl('o')));
		// When an address has gone is known only to who has seen it go.
		await lab.shows('− 10.244.');
		await lab.press(...Array(untilPlaced).fill(ctrl('o')));
		await atAllSizes(async roomy => {
			await showPane(lab, roomy, '− ');
			await lab.picture('deletion', '− ');
		});
		await lab.press(ctrl('v'));
		await atAllSizes(() => lab.picture('slices', words.managedBy('endpointslice-controller').slice(0, 6)));
		await lab.press('?');
		await atAllSizes(() => lab.picture('help', words.helpKeys));
	} finally {
		await lab.close();
	}
}

async function atTheEnd(language, PATH) {
	const home = join(work, `end-${language}`);
	await prepareHome(home, {solved: lesson.steps.length, predictions: {compare: 'pods-did'}});
	const {screen: words} = textIn(language);
	const lab = open(home, language, PATH, [lesson.id]);
	try {
		await lab.shows(words.placeholder.finished);
		for (const [columns, rows] of sizes) {
			await lab.resize(columns, rows);
			await lab.picture('summary', words.finished(lesson.text[language].title).slice(0, 8));
		}
	} finally {
		await lab.close();
	}
}

/** Where only one pane fits, goes from pane to pane until the wanted one shows. */
async function showPane(lab, roomy, wanted) {
	for (let pane = 0; !roomy && pane < 3 && !lab.text().includes(wanted); pane++) {
		await lab.press(keys.tab);
		await sleep(300);
	}
}

try {
	mkdirSync(folder, {recursive: true});
	const PATH = programs();
	for (const language of ['en', 'zh-CN']) {
		await inTheMiddle(language, PATH);
		await atTheEnd(language, PATH);
	}
} finally {
	rmSync(work, {recursive: true, force: true});
}
const list = differing.map(file => `  docs/pictures/${file}`).join('\n');
if (differing.length === 0) console.log('The pictures are as they were.');
else if (check) {
	console.error(`These pictures no longer show what the lab does:\n${list}\nTake them anew with: npm run pictures`);
	process.exitCode = 1;
} else console.log(`These pictures have changed:\n${list}`);
