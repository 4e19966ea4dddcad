// Child of bench.mjs: time from starting the embedded cluster to its first answer over HTTPS, in ms, and for the floor an
// HTTPS server that does nothing else in a thread. Every run is a process of its own. Compiled code is kept between them,
// as the command keeps it; the first run, which makes it, is not counted. usage: node start.mjs RUNS
import {spawnSync} from 'node:child_process';
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
	server.listen(0, '127.0.0.1', () => parentPort.postMessage({url: 'https://127.0.0.1:' + server.address().port}));
`;
const answer = url =>
	new Promise((resolve, reject) => {
		const request = https.get(new URL('/readyz', url), {rejectUnauthorized: false, agent: false}, response => {
			response.resume().on('end', resolve);
		});
		request.on('error', reject);
	});

async function timed(start) {
	const began = performance.now();
	const {url, close} = await start();
	await answer(url);
	const ms = performance.now() - began;
	await close();
	return ms;
}

async function startBare(workerData) {
	const thread = new Worker(floor, {eval: true, workerData});
	const {url} = await new Promise(resolve => thread.once('message', resolve));
	return {url, close: () => thread.terminate()};
}

/** What is started, in ms. */
const measured = {
	first: async folder => timed(await starter(folder)),
	again: async folder => timed(await starter(folder)),
	floor: async folder => {
		const {serverCertificate: cert, serverKey: key} = JSON.parse(
			readFileSync(join(folder, 'credentials.json'), 'utf8'),
		);
		return timed(() => startBare({cert, key}));
	},
};

async function starter(folder) {
	const {startSimulatorWorker} = await import('../../dist/simulator.mjs');
	return () => startSimulatorWorker({folder});
}

const [first, folder, compileCache] = process.argv.slice(2);
if (folder) {
	enableCompileCache(compileCache);
	console.log(await measured[first](folder));
	process.exit(0);
}

const work = mkdtempSync(join(tmpdir(), 'endpoint-lab-bench-'));
const cluster = join(work, 'cluster');
const times = {first: [], again: [], floor: []};
for (let run = 0; run <= Number(first); run++) {
	rmSync(cluster, {recursive: true, force: true});
	mkdirSync(cluster);
	for (const name of Object.keys(times)) {
		const words = [fileURLToPath(import.meta.url), name, cluster, join(work, 'compile-cache')];
		const child = spawnSync(process.execPath, words, {encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit']});
		if (run > 0) times[name].push(Number(child.stdout));
	}
}
rmSync(work, {recursive: true, force: true});
const median = values => values.sort((a, b) => a - b)[values.length >> 1];
console.log(JSON.stringify(Object.fromEntries(Object.entries(times).map(([name, values]) => [name, median(values)]))));
