// Child of bench.mjs: what the lab adds to a bare `kind create cluster` and the wait until lessons can run on it. Prints one
// JSON object: seconds, medians of the runs. kind and docker are the tests' fakes: kind takes seven seconds, and the nodes
// become ready three seconds later, which on a real cluster are 25 and 11. Every call of a fake is a Node process, and so
// slower than one of the real programs: `calls` is how long those that the lab makes before kind take by themselves.
// usage: node kind.mjs [RUNS]
import {spawn, spawnSync} from 'node:child_process';
import {existsSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import {awaitReady} from '../../src/clusters/kind/await-ready.ts';
import {kubeRequest} from '../../src/clusters/kube-request.ts';
import {createFakes} from '../../test/fakes/fakes.ts';

const launcher = fileURLToPath(new URL('../../bin/endpoint-lab.mjs', import.meta.url));
const runs = Number(process.argv[2] ?? 5);
const nodesAfterMs = 3_000;
const folder = mkdtempSync(join(tmpdir(), 'endpoint-lab-bench-'));
const {path, state} = createFakes(folder);
const image = 'kindest/node:v1.36.1';
const config = 'nodes: [{role: control-plane}, {role: worker}, {role: worker}]\n';
const environment = {PATH: path, HOME: folder};
/** The cluster that the fake one leads to. */
const behind = {...environment, ENDPOINT_LAB_HOME: join(folder, 'behind')};
const home = {...environment, ENDPOINT_LAB_HOME: join(folder, 'home')};
const kubeconfig = join(folder, 'behind/embedded/kubeconfig');

try {
	lab(['up', '--cluster', 'embedded', '--detach'], behind);
	for (const name of [image, 'nginx:1.14.2']) state.addImage(name);
	state.behave({kubeconfig, nodesHaveImages: true, create: {stepMs: 1_000}});
	const times = {bare: [], lab: [], calls: []};
	// The first run of each is not counted.
	for (let run = 0; run <= runs; run++) {
		const took = {bare: await seconds(bareStart), lab: await seconds(labStart), calls: await seconds(callsAlone)};
		if (run > 0) for (const [what, value] of Object.entries(took)) times[what].push(value);
	}
	const [bare, ours, calls] = [times.bare, times.lab, times.calls].map(median);
	console.log(JSON.stringify({bare, lab: ours, adds: ours - bare, share: (ours - bare) / bare, calls}));
} finally {
	lab(['down', '--cluster', 'kind', '--delete'], home);
	lab(['down', '--cluster', 'embedded'], behind);
	rmSync(folder, {recursive: true, force: true});
}

function lab(words, env) {
	return spawnSync(process.execPath, [launcher, ...words], {env, encoding: 'utf8'});
}

async function bareStart() {
	const own = join(folder, 'bare');
	rmSync(own, {force: true});
	await nodesReadyAfter(own);
	const named = ['--name', 'bare', '--kubeconfig', own];
	const kind = spawn('kind', ['create', 'cluster', '--config', '-', '--image', image, ...named], {
		env: environment,
		stdio: ['pipe', 'ignore', 'ignore'],
	});
	kind.stdin.end(config);
	await new Promise(resolve => kind.once('close', resolve));
	const missing = await awaitReady(own, 3, {signal: AbortSignal.timeout(60_000), limitMs: 50_000});
	if (missing) throw new Error(JSON.stringify(missing));
	return () => spawnSync('kind', ['delete', 'cluster', ...named], {env: environment});
}

async function labStart() {
	await nodesReadyAfter(join(home.ENDPOINT_LAB_HOME, 'kind/kubeconfig'));
	const child = spawn(process.execPath, [launcher, 'up', '--cluster', 'kind'], {
		env: home,
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	let said = '';
	child.stderr.on('data', piece => {
		said += piece;
	});
	const ended = new Promise(resolve => child.once('close', resolve));
	await Promise.race([
		new Promise(resolve => child.stdout.once('data', resolve)),
		ended.then(() => Promise.reject(new Error(said))),
	]);
	return async () => {
		child.kill('SIGINT');
		await ended;
		lab(['down', '--cluster', 'kind', '--delete'], home);
	};
}

async function callsAlone() {
	const call = words =>
		new Promise(resolve => {
			const [program, ...rest] = words.split(' ');
			spawn(program, rest, {env: environment, stdio: 'ignore'}).once('close', resolve);
		});
	await Promise.all(['docker -v', 'docker info', 'docker context show', 'kind version'].map(call));
	await Promise.all([`docker image inspect ${image}`, 'docker ps -a'].map(call));
	return () => {};
}

/** Takes the nodes away, and the Pods of the DNS; they come back some time after a kubeconfig was written. */
async function nodesReadyAfter(file) {
	await setNodes('False');
	const dns = '/api/v1/namespaces/kube-system/pods?labelSelector=k8s-app%3Dkube-dns';
	await ask(dns, {method: 'DELETE', body: JSON.stringify({gracePeriodSeconds: 0})});
	void (async () => {
		while (!existsSync(file)) await delay(20, undefined, {ref: false});
		await delay(nodesAfterMs);
		await setNodes('True');
	})();
}

async function setNodes(status) {
	const {items} = await ask('/api/v1/nodes');
	await Promise.all(
		items.map(async node => {
			const conditions = node.status.conditions.map(one => (one.type === 'Ready' ? {...one, status} : one));
			const body = JSON.stringify({...node, status: {...node.status, conditions}});
			await ask(`/api/v1/nodes/${node.metadata.name}/status`, {method: 'PUT', body});
		}),
	);
}

async function ask(path, options) {
	const {status, body} = await kubeRequest(kubeconfig, path, AbortSignal.timeout(10_000), options);
	if (status !== 200) throw new Error(`${path} answered ${status}: ${body}`);
	return JSON.parse(body);
}

async function seconds(start) {
	// What the step before has left to do is done by then.
	await delay(500);
	const began = performance.now();
	const stop = await start();
	const took = (performance.now() - began) / 1000;
	await stop();
	return took;
}

function median(values) {
	return values.toSorted((a, b) => a - b)[values.length >> 1];
}
