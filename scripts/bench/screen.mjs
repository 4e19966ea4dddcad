// Child of bench.mjs: the built lab in a real terminal of 200×50 over 5,000 Pods of which 500 change a second: how long a
// key and a change take to the screen, what the screen's thread and its memory cost, and what it costs when nothing
// happens. Beside it, in the same run, an app of bare Ink that echoes keys. Linux only, since it reads /proc.
// usage: node screen.mjs [SECONDS]    (30 without it, half of them with a learner who types)
//        node screen.mjs 600          shows whether memory grows: what is in use after one minute and after ten
import {existsSync, mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import {Worker} from 'node:worker_threads';
import * as pty from '@lydell/node-pty';
import xterm from '@xterm/headless';
import {homeOf} from '../../src/state/home.ts';
import {takeLock} from '../../src/state/lock.ts';

const seconds = Number(process.argv[2] ?? 30);
const pods = 5000;
const changes = 500;
const size = {cols: 200, rows: 50};
const launcher = fileURLToPath(new URL('../../bin/endpoint-lab.mjs', import.meta.url));
const heapReader = new URL('./heap.mjs', import.meta.url).href;
const echo = fileURLToPath(new URL('./ink-echo.mjs', import.meta.url));
const clock = () => performance.timeOrigin + performance.now();

/** A program in a terminal that tells when its screen shows something. */
function open(args, env) {
	const terminal = new xterm.Terminal({...size, allowProposedApi: true});
	const {CI: _ci, ...inherited} = process.env;
	const child = pty.spawn(process.execPath, args, {
		name: 'xterm-256color',
		...size,
		env: {...inherited, LANG: 'C.UTF-8', ...env},
	});
	const waiting = new Set();
	const text = () =>
		Array.from({length: size.rows}, (_, y) => terminal.buffer.active.getLine(y)?.translateToString(true) ?? '').join(
			'\n',
		);
	child.onData(data => {
		const at = clock();
		terminal.write(data, () => {
			const shown = text();
			for (const wait of waiting) if (wait.holds(shown)) wait.done(at);
		});
	});
	terminal.onData(reply => child.write(reply));
	const exited = new Promise(resolve => child.onExit(resolve));
	return {
		pid: child.pid,
		write: typed => child.write(typed),
		/** The time at which the bytes came with which the screen shows it. */
		shows: (holds, limitMs = 30_000) =>
			new Promise((resolve, reject) => {
				if (holds(text())) return resolve(clock());
				const wait = {
					holds,
					done(at) {
						clearTimeout(limit);
						waiting.delete(wait);
						resolve(at);
					},
				};
				const limit = setTimeout(() => reject(new Error(`The screen never showed it:\n${text()}`)), limitMs);
				waiting.add(wait);
			}),
		async close() {
			child.kill('SIGKILL');
			await exited;
		},
	};
}

/** Types a character every 150 ms for some time; how long each took to the screen, ms. */
async function keyEchoes(screen, until) {
	const times = [];
	let typed = '';
	let full = true;
	while (clock() < until) {
		if (full) {
			screen.write('\u0015');
			await screen.shows(text => !/^\$ [a-z]{1,40}$/m.test(text));
			typed = '';
		}
		const key = String.fromCharCode(97 + Math.floor(Math.random() * 26));
		typed += key;
		full = typed.length === 40;
		const wanted = `$ ${typed}`;
		const pressed = clock();
		const shown = screen.shows(text => text.split('\n').some(line => line.trimStart().startsWith(wanted)));
		screen.write(key);
		times.push((await shown) - pressed);
		await sleep(150);
	}
	return times;
}

/** CPU seconds of a process's main thread, and its memory in bytes. */
function usage(pid) {
	const fields = readFileSync(`/proc/${pid}/task/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
	const [pages] = readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ').slice(1);
	return {cpu: (Number(fields[11]) + Number(fields[12])) / 100, memory: Number(pages) * 4096, at: clock()};
}

const share = (from, to) => (to.cpu - from.cpu) / ((to.at - from.at) / 1000);
const percentile = (values, part) =>
	values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))];

/** Megabytes that a lab has in use once its garbage has been collected. */
async function heap(pid, file) {
	rmSync(file, {force: true});
	process.kill(pid, 'SIGUSR2');
	while (!existsSync(file)) await sleep(10);
	return Number(readFileSync(file, 'utf8')) / 1e6;
}

async function bareInk() {
	const screen = open([echo], {NODE_ENV: 'production'});
	try {
		await screen.shows(text => text.startsWith('$'));
		await keyEchoes(screen, clock() + 2000);
		return percentile(await keyEchoes(screen, clock() + 6000), 0.95);
	} finally {
		await screen.close();
	}
}

const folder = mkdtempSync(join(tmpdir(), 'endpoint-lab-bench-'));
const home = homeOf({ENDPOINT_LAB_HOME: folder});
const {lock} = takeLock(home.clusterLock, 'bench');
const cluster = new Worker(new URL('./screen-cluster.mjs', import.meta.url), {
	workerData: {folder: home.embedded, pods, changes},
});
lock.describe(await new Promise((resolve, reject) => cluster.once('message', resolve).once('error', reject)));
const floorBefore = await bareInk();
const heapFile = join(folder, 'heap');
const words = [launcher, 'endpoints', '--cluster', 'embedded', '--lang', 'en'];
const lab = open(['--expose-gc', '--import', heapReader, ...words], {ENDPOINT_LAB_HOME: folder, HEAP_FILE: heapFile});
try {
	await lab.shows(text => text.includes('SIMULATED') && text.includes(`-0${pods} `));
	cluster.postMessage({churn: true});
	const began = clock();
	await sleep(Math.max(3000, Math.min(60_000, seconds * 100)));
	const heapAfter = (clock() - began) / 1000;
	const heapFirst = await heap(lab.pid, heapFile);

	const from = usage(lab.pid);
	await sleep(began + seconds * 500 - clock());
	const to = usage(lab.pid);

	const end = began + seconds * 1000;
	const changeTimes = [];
	const marking = (async () => {
		for (let count = 0; clock() < end; count++) {
			const mark = `Mark${count}`;
			const marked = new Promise(resolve => {
				cluster.on('message', function told(message) {
					if (message.marked !== mark) return;
					cluster.off('message', told);
					resolve(message.at);
				});
			});
			const shown = lab.shows(text => text.includes(`${mark} `));
			cluster.postMessage({mark});
			changeTimes.push((await shown) - (await marked));
			await sleep(100 + Math.random() * 200);
		}
	})();
	const keyTimes = await keyEchoes(lab, end);
	await marking;
	const typing = share(to, usage(lab.pid));
	const heapLast = await heap(lab.pid, heapFile);

	cluster.postMessage({churn: false});
	await sleep(5000);
	const idleFrom = usage(lab.pid);
	await sleep(10_000);
	const idle = share(idleFrom, usage(lab.pid));
	console.log(
		JSON.stringify({
			seconds,
			keyP95: percentile(keyTimes, 0.95),
			keyMedian: percentile(keyTimes, 0.5),
			changeP99: percentile(changeTimes, 0.99),
			changeMedian: percentile(changeTimes, 0.5),
			cpu: share(from, to),
			cpuTyping: typing,
			idle,
			// In use, garbage aside, once warmed up and at the end.
			heapFirst,
			heapLast,
			heapMinutes: (seconds - heapAfter) / 60,
			megabytes: to.memory / 1e6,
			floorP95: Math.min(floorBefore, await bareInk()),
		}),
	);
} finally {
	await lab.close();
	lock.release();
	rmSync(folder, {recursive: true, force: true});
}
process.exit(0);
