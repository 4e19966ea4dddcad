// Child of bench.mjs: time from starting the embedded cluster to its first answer over HTTPS, in ms, and for the floor an
// HTTPS server that does nothing else in a thread. Every start is in a process of its own; who asks is this process, which
// has asked such a server before, so that the client's own first steps are not counted. Compiled code is kept between the
// starts, as the command keeps it; the first one, which makes it, is not counted. usage: node start.mjs RUNS
import {fork} from 'node:child_process';
import {mkdirSync, mkdtempSync, readFileSync, rmSync} from 'node:fs';
import https from 'node:https';
import {enableCompileCache} from 'node:module';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {Worker} from 'node:worker_threads';

const floor = `
	const {parentPort, workerData} = require('node:worker_threads');
	const server = require('node:https').createServer(workerData, (_request, response) => response.end('ok'));
	server.listen(0, '127.0.0.1', () => parentPort.postMessage('https://127.0.0.1:' + server.address().port));
`;

/** What is started, and how. Each resolves with what starts it, once all that is no part of the start is done. */
const starters = {
	async first(folder) {
		const {startSimulatorWorker} = await import('../../dist/simulator.mjs');
		return () => startSimulatorWorker({folder});
	},
	again: folder => starters.first(folder),
	async floor(folder) {
		const {serverCertificate: cert, serverKey: key} = JSON.parse(
			readFileSync(join(folder, 'credentials.json'), 'utf8'),
		);
		return async () => {
			const thread = new Worker(floor, {eval: true, workerData: {cert, key}});
			const url = await new Promise(resolve => thread.once('message', resolve));
			return {url, close: () => thread.terminate()};
		};
	},
};

const [first, folder, compileCache] = process.argv.slice(2);
if (folder) {
	enableCompileCache(compileCache);
	const start = await starters[first](folder);
	const began = process.hrtime.bigint();
	const {url, close} = await start();
	process.send({url, began: String(began)});
	process.once('message', async () => {
		await close();
		process.exit();
	});
} else {
	const work = mkdtempSync(join(tmpdir(), 'endpoint-lab-bench-'));
	const cluster = join(work, 'cluster');
	const times = {first: [], again: [], floor: []};
	for (let run = 0; run <= Number(first); run++) {
		rmSync(cluster, {recursive: true, force: true});
		mkdirSync(cluster);
		for (const name of Object.keys(times)) {
			const ms = await timed([name, cluster, join(work, 'compile-cache')]);
			if (run > 0) times[name].push(ms);
		}
	}
	rmSync(work, {recursive: true, force: true});
	const median = values => values.sort((a, b) => a - b)[values.length >> 1];
	console.log(
		JSON.stringify(Object.fromEntries(Object.entries(times).map(([name, values]) => [name, median(values)]))),
	);
}

/** From the start in another process to the answer here, in ms: the monotonic clock is the same for both. */
async function timed(words) {
	const child = fork(fileURLToPath(import.meta.url), words);
	const {url, began} = await new Promise((resolve, reject) => {
		child.once('message', resolve);
		child.once('exit', code => reject(new Error(`the start of ${words[0]} ended with code ${code}`)));
	});
	await new Promise((resolve, reject) => {
		const request = https.get(new URL('/readyz', url), {rejectUnauthorized: false, agent: false}, response => {
			response.resume().on('end', resolve);
		});
		request.on('error', reject);
	});
	const ms = Number(process.hrtime.bigint() - BigInt(began)) / 1e6;
	child.send('close');
	await new Promise(resolve => child.once('exit', resolve));
	return ms;
}
