// Child of bench.mjs: what the lab adds to a bare `kind create cluster` and the wait until lessons can run on it. Prints one
// JSON object: seconds, least of three runs each. kind and docker are the tests' fakes, whose steps take as long as they are
// told; every call of them is a Node process. usage: node kind.mjs
import {spawn, spawnSync} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {awaitReady} from '../../src/clusters/kind/await-ready.ts';
import {createFakes} from '../../test/fakes/fakes.ts';

const launcher = fileURLToPath(new URL('../../bin/endpoint-lab.mjs', import.meta.url));
const runs = 3;
const folder = mkdtempSync(join(tmpdir(), 'endpoint-lab-bench-'));
const {path, state} = createFakes(folder);
const image = 'kindest/node:v1.36.1';
const config = 'nodes: [{role: control-plane}, {role: worker}, {role: worker}]\n';
const environment = {PATH: path, HOME: folder};
/** The cluster that the fake one leads to. */
const behind = {...environment, ENDPOINT_LAB_HOME: join(folder, 'behind')};
const home = {...environment, ENDPOINT_LAB_HOME: join(folder, 'home')};

try {
	lab(['up', '--cluster', 'embedded', '--detach'], behind);
	for (const name of [image, 'nginx:1.14.2']) state.addImage(name);
	const kubeconfig = join(folder, 'behind/embedded/kubeconfig');
	// Seven steps, 26 s in all, as on a real cluster of three nodes.
	state.behave({kubeconfig, nodesHaveImages: true, create: {stepMs: 3700}});
	const bare = [];
	const wrapped = [];
	for (let run = 0; run < runs; run++) {
		bare.push(await seconds(bareStart));
		wrapped.push(await seconds(labStart));
		lab(['down', '--cluster', 'kind', '--delete'], home);
	}
	const [floor, ours] = [Math.min(...bare), Math.min(...wrapped)];
	console.log(JSON.stringify({bare: floor, lab: ours, adds: ours - floor, share: (ours - floor) / floor}));
} finally {
	lab(['down', '--cluster', 'embedded'], behind);
	rmSync(folder, {recursive: true, force: true});
}

function lab(words, env) {
	return spawnSync(process.execPath, [launcher, ...words], {env, encoding: 'utf8'});
}

async function bareStart() {
	const kubeconfig = join(folder, 'bare');
	const named = ['--name', 'bare', '--kubeconfig', kubeconfig];
	const options = {env: environment, input: config};
	spawnSync('kind', ['create', 'cluster', '--config', '-', '--image', image, ...named], options);
	await awaitReady(kubeconfig, 3, {signal: AbortSignal.timeout(60_000), limitMs: 60_000});
	return () => spawnSync('kind', ['delete', 'cluster', ...named], options);
}

async function labStart() {
	const child = spawn(process.execPath, [launcher, 'up', '--cluster', 'kind'], {
		env: home,
		stdio: ['ignore', 'pipe', 'ignore'],
	});
	const ended = new Promise(resolve => child.once('close', resolve));
	await new Promise(resolve => child.stdout.once('data', resolve));
	return async () => {
		child.kill('SIGINT');
		await ended;
	};
}

async function seconds(start) {
	const began = performance.now();
	const stop = await start();
	const took = (performance.now() - began) / 1000;
	await stop();
	return took;
}
