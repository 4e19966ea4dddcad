// Child of bench.mjs: time from starting the embedded cluster's thread to its first answer over HTTPS, in ms, and for
// the floor an HTTPS server that does nothing else in a thread. usage: node start.mjs RUNS
import {mkdtempSync, rmSync} from 'node:fs';
import https from 'node:https';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {Worker} from 'node:worker_threads';

const worker = new URL('../../dist/simulator-worker.mjs', import.meta.url);
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
	const thread = start();
	const {url} = await new Promise(resolve => thread.once('message', resolve));
	await answer(url);
	const ms = performance.now() - began;
	await thread.terminate();
	return ms;
}

const folder = mkdtempSync(join(tmpdir(), 'endpoint-lab-bench-'));
const runs = Number(process.argv[2]);
const first = [];
const again = [];
const bare = [];
for (let run = 0; run < runs; run++) {
	rmSync(folder, {recursive: true, force: true});
	first.push(await timed(() => new Worker(worker, {workerData: {folder}})));
	again.push(await timed(() => new Worker(worker, {workerData: {folder}})));
	const {readFileSync} = await import('node:fs');
	const {serverCertificate: cert, serverKey: key} = JSON.parse(readFileSync(join(folder, 'credentials.json'), 'utf8'));
	bare.push(await timed(() => new Worker(floor, {eval: true, workerData: {cert, key}})));
}
rmSync(folder, {recursive: true, force: true});
const median = values => values.sort((a, b) => a - b)[values.length >> 1];
console.log(JSON.stringify({first: median(first), again: median(again), floor: median(bare)}));
process.exit(0);
