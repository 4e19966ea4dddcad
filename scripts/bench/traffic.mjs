// Child of bench.mjs: over HTTPS, a list of 10,000 Pods beside the same bytes from a bare server, and 100 watchers while
// 500 Pods churn; each watcher's replayed state is compared with a fresh list, and no event may come twice.
// usage: node traffic.mjs PODS WATCHERS CHURN
import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import https from 'node:https';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {startKubernetes} from '../../src/simulator/kubernetes.ts';
import {nginxDeployment} from './manifests.mjs';

const [pods, watchers, churn] = process.argv.slice(2).map(Number);
const folder = mkdtempSync(join(tmpdir(), 'endpoint-lab-bench-'));
const kubernetes = await startKubernetes({folder, now: Date.now(), seed: 1, speed: 0});
const {token, caCertificate} = JSON.parse(readFileSync(join(folder, 'credentials.json'), 'utf8'));
const agent = new https.Agent({keepAlive: true, ca: caCertificate});
const open = (path, url = kubernetes.url) =>
	new Promise((resolve, reject) => {
		https.get(new URL(path, url), {agent, headers: {authorization: `Bearer ${token}`}}, resolve).on('error', reject);
	});
const read = async response => {
	const chunks = [];
	for await (const chunk of response) chunks.push(chunk);
	return Buffer.concat(chunks);
};
const {registry, store, clock} = kubernetes.simulation;
const podOf = index => {
	const {metadata, spec} = nginxDeployment(1).spec.template;
	return {metadata: {...metadata, name: `pod-${index}`, namespace: 'default'}, spec: structuredClone(spec)};
};
for (let index = 0; index < pods; index++) registry.create('pods', podOf(index));

const median = values => values.sort((a, b) => a - b)[values.length >> 1];
const listMs = [];
let body;
for (let run = 0; run < 5; run++) {
	const began = performance.now();
	body = await read(await open('/api/v1/namespaces/default/pods'));
	listMs.push(performance.now() - began);
}
const {serverCertificate: cert, serverKey: key} = JSON.parse(readFileSync(join(folder, 'credentials.json'), 'utf8'));
const bare = https.createServer({cert, key}, (_request, response) => response.end(body));
await new Promise(resolve => bare.listen(0, '127.0.0.1', resolve));
const floorMs = [];
for (let run = 0; run < 5; run++) {
	const began = performance.now();
	await read(await open('/', `https://127.0.0.1:${bare.address().port}`));
	floorMs.push(performance.now() - began);
}
bare.close();

const from = store.revision;
const states = [];
const arrivals = [];
let repeated = 0;
for (let watcher = 0; watcher < watchers; watcher++) {
	const response = await open(`/api/v1/namespaces/default/pods?watch=true&resourceVersion=${from}`);
	const state = new Map();
	states.push(state);
	let rest = '';
	let last = 0;
	arrivals[watcher] = 0;
	response.setEncoding('utf8').on('data', chunk => {
		const lines = (rest + chunk).split('\n');
		rest = lines.pop();
		for (const line of lines) {
			const {type, object} = JSON.parse(line);
			const revision = Number(object.metadata.resourceVersion);
			if (revision <= last) repeated++;
			last = revision;
			arrivals[watcher]++;
			if (type === 'DELETED') state.delete(object.metadata.name);
			else state.set(object.metadata.name, revision);
		}
	});
}
const began = performance.now();
for (let index = 0; index < churn; index++) {
	registry.create('pods', podOf(`churn-${index}`));
	for (let change = 0; change < 8; change++)
		registry.modify('pods', 'default', `pod-churn-${index}`, pod => ({
			...pod,
			metadata: {...pod.metadata, labels: {...pod.metadata.labels, change: String(change)}},
		}));
	if (index % 2 === 0) registry.delete('pods', 'default', `pod-churn-${index}`, {gracePeriodSeconds: 0});
	if (index % 10 === 0) await new Promise(resolve => setImmediate(resolve));
}
const sent = store.changesSince('pods', from).length;
while (arrivals.some(count => count < sent)) await new Promise(resolve => setImmediate(resolve));
const seconds = (performance.now() - began) / 1000;
const truth = new Map();
for (const {metadata} of store.list('pods', 'default'))
	if (Number(metadata.resourceVersion) > from) truth.set(metadata.name, Number(metadata.resourceVersion));
const wrong = states.filter(
	state => state.size !== truth.size || [...truth].some(([name, revision]) => state.get(name) !== revision),
).length;
console.log(
	JSON.stringify({
		listMs: median(listMs),
		floorMs: median(floorMs),
		megabytes: body.length / 1e6,
		watchers,
		events: sent,
		eventsPerSecond: Math.round((sent * watchers) / seconds),
		repeated,
		wrong,
	}),
);
clock.stop();
rmSync(folder, {recursive: true, force: true});
process.exit(0);
