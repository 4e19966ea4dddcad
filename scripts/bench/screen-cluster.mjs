// Thread of screen.mjs: the embedded cluster with PODS Pods behind my-service, its time standing still, in which CHANGES Pods
// a second become ready or unready once it is told to; the last Pod, which a screen of Pods ends with, shows the mark that it is told.
import {parentPort, workerData} from 'node:worker_threads';
import {startKubernetes} from '../../src/simulator/kubernetes.ts';
import {nginxDeployment} from './manifests.mjs';

const {folder, pods, changes} = workerData;
const kubernetes = await startKubernetes({folder, now: Date.now(), seed: 1, speed: 0});
const {registry} = kubernetes.simulation;
const labels = {app: 'my-app'};
const template = nginxDeployment(1).spec.template;
const podIp = index => `10.244.${index >> 8}.${index & 255}`;
const condition = (type, ready) => ({
	type,
	status: ready ? 'True' : 'False',
	lastTransitionTime: new Date().toISOString(),
});
const status = (index, ready, reason) => ({
	phase: 'Running',
	...(reason && {reason}),
	podIP: podIp(index),
	podIPs: [{ip: podIp(index)}],
	hostIP: '172.18.0.2',
	startTime: new Date().toISOString(),
	conditions: ['PodScheduled', 'Initialized', 'ContainersReady', 'Ready'].map(type => condition(type, ready)),
	containerStatuses: [
		{
			name: 'nginx',
			image: 'nginx:1.14.2',
			imageID: 'nginx',
			ready,
			restartCount: 0,
			state: {running: {startedAt: new Date().toISOString()}},
		},
	],
});
const name = index => `nginx-deployment-76fd95557c-${String(index).padStart(5, '0')}`;
const setStatus = (index, ready, reason) =>
	registry.modify('pods', 'default', name(index), pod => ({...pod, status: status(index, ready, reason)}), {
		subresource: 'status',
	});

for (let index = 1; index <= pods; index++) {
	registry.create('pods', {
		metadata: {name: name(index), namespace: 'default', labels},
		spec: {...structuredClone(template.spec), nodeName: 'lab-worker'},
	});
	setStatus(index, true);
}
registry.create('services', {
	metadata: {name: 'my-service', namespace: 'default'},
	spec: {selector: labels, ports: [{port: 80, targetPort: 80}]},
});
// As the controllers keep them: a thousand addresses in the Endpoints, a hundred in each slice.
const target = index => ({kind: 'Pod', namespace: 'default', name: name(index)});
const first = Array.from({length: Math.min(pods, 1000)}, (_, index) => index + 1);
registry.create('endpoints', {
	metadata: {name: 'my-service', namespace: 'default'},
	subsets: [{addresses: first.map(index => ({ip: podIp(index), targetRef: target(index)})), ports: [{port: 80}]}],
});
for (let start = 1; start <= pods; start += 100) {
	registry.create('endpointslices', {
		metadata: {name: `my-service-${start}`, namespace: 'default', labels: {'kubernetes.io/service-name': 'my-service'}},
		addressType: 'IPv4',
		ports: [{port: 80}],
		endpoints: Array.from({length: Math.min(100, pods - start + 1)}, (_, offset) => ({
			addresses: [podIp(start + offset)],
			conditions: {ready: true, serving: true, terminating: false},
			targetRef: target(start + offset),
		})),
	});
}

const ready = new Array(pods + 1).fill(true);
let churning;
parentPort.on('message', ({churn, mark}) => {
	if (mark !== undefined) {
		setStatus(pods, true, mark);
		parentPort.postMessage({marked: mark, at: performance.timeOrigin + performance.now()});
	}
	if (churn === true) {
		const began = performance.now();
		let made = 0;
		churning = setInterval(() => {
			const due = ((performance.now() - began) / 1000) * changes;
			for (; made < due; made++) {
				const index = 1 + Math.floor(Math.random() * (pods - 1));
				ready[index] = !ready[index];
				setStatus(index, ready[index]);
			}
		}, 10);
	}
	if (churn === false) clearInterval(churning);
});
const {kubeconfig, gateway, url} = kubernetes;
parentPort.postMessage({kubeconfig, gateway, server: url});
