// Child of bench.mjs: time from starting the embedded cluster to its first answer over HTTPS, in ms, and for the floor an
// HTTPS server that does nothing else in a thread. Compiled code is kept, as the command keeps it; the first run, which
// makes it, is not counted. usage: node start.mjs RUNS
import {mkdirSync, mkdtempSync, readFileSync, rmSync} from 'node:fs';
import https from 'node:https';
import {enableCompileCache} from 'node:module';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {Worker} from 'node:worker_threads';

const folder = mkdtempSync(join(tmpdir(), 'endpoint-lab-bench-'));
enableCompileCache(join(folder, 'compile-cache'));
const {startSimulatorWorker} = await import('../../dist/simulator.mjs');

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

const cluster = join(folder, 'cluster');
const first = [];
const again = [];
const bare = [];
for (let run = 0; run <= Number(process.argv[2]); run++) {
	rmSync(cluster, {recursive: true, force: true});
	mkdirSync(cluster);
	first[run] = await timed(() => startSimulatorWorker({folder: cluster}));
	again[run] = await timed(() => startSimulatorWorker({folder: cluster}));
	const {serverCertificate: cert, serverKey: key} = JSON.parse(readFileSync(join(cluster, 'credentials.json'), 'utf8'));
	bare[run] = await timed(() => startBare({cert, key}));
}
rmSync(folder, {recursive: true, force: true});
const median = values => {
	const counted = values.slice(1).sort((a, b) => a - b);
	return counted[counted.length >> 1];
};
console.log(JSON.stringify({first: median(first), again: median(again), floor: median(bare)}));
process.exit(0);
