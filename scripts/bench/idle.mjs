// Child of bench.mjs: 1,000 ready Pods with readiness probes, every ten seconds each, in real time. Prints the share of
// one core that the cluster uses while nothing else happens. usage: node idle.mjs PODS SECONDS
import {setTimeout as sleep} from 'node:timers/promises';
import {bootstrap} from '../../src/simulator/controllers/bootstrap.ts';
import {startControllers} from '../../src/simulator/controllers/index.ts';
import {createNetwork} from '../../src/simulator/network/network.ts';
import {startNodes} from '../../src/simulator/node/index.ts';
import {definitions} from '../../src/simulator/resources/index.ts';
import {createSimulation} from '../../src/simulator/simulation.ts';
import {nginxDeployment, webService} from './manifests.mjs';

const [pods, seconds] = process.argv.slice(2).map(Number);
const simulation = createSimulation(definitions, {start: Date.now(), seed: 1});
bootstrap(simulation, {podsPerNode: pods});
startNodes(simulation, createNetwork(simulation));
startControllers(simulation, {rootCertificate: () => ''});
const deployment = nginxDeployment(pods);
deployment.spec.template.spec.containers[0].readinessProbe = {httpGet: {path: '/', port: 80}};
simulation.registry.create('services', webService());
simulation.registry.create('deployments', deployment);
simulation.clock.setSpeed(Number.POSITIVE_INFINITY);
await new Promise(resolve => {
	simulation.store.subscribe('deployments', ({object}) => (object.status?.readyReplicas ?? 0) === pods && resolve());
});
simulation.clock.setSpeed(1);
await sleep(5000);
const start = process.cpuUsage();
const began = performance.now();
await sleep(seconds * 1000);
const {user, system} = process.cpuUsage(start);
console.log(JSON.stringify({pods, share: (user + system) / 1000 / (performance.now() - began)}));
process.exit(0);
