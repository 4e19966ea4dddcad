// Child of bench.mjs: creates a Deployment of N Pods with a Service on our simulator, its clock as fast as it goes, and
// prints the CPU seconds until every Pod is ready in an EndpointSlice, and the peak memory. usage: node deployment.mjs N

import {bootstrap} from '../../src/simulator/controllers/bootstrap.ts';
import {startControllers} from '../../src/simulator/controllers/index.ts';
import {createNetwork} from '../../src/simulator/network/network.ts';
import {startNodes} from '../../src/simulator/node/index.ts';
import {definitions} from '../../src/simulator/resources/index.ts';
import {createSimulation} from '../../src/simulator/simulation.ts';
import {nginxDeployment, webService} from './manifests.mjs';

const pods = Number(process.argv[2]);
const simulation = createSimulation(definitions, {start: Date.UTC(2026, 0, 1), seed: 1});
// With room for what kube-system has on each node.
bootstrap(simulation, {podsPerNode: pods + 10});
const network = createNetwork(simulation);
const nodes = startNodes(simulation, network);
const controllers = startControllers(simulation, {rootCertificate: () => ''});

const start = process.cpuUsage();
const began = performance.now();
simulation.registry.create('services', webService());
simulation.registry.create('deployments', nginxDeployment(pods));
simulation.clock.setSpeed(Number.POSITIVE_INFINITY);
await new Promise(resolve => {
	simulation.store.subscribe('endpointslices', () => {
		let ready = 0;
		for (const slice of simulation.store.list('endpointslices', 'default'))
			if (slice.metadata.labels?.['kubernetes.io/service-name'] === 'web')
				for (const {conditions} of slice.endpoints ?? []) if (conditions.ready) ready++;
		if (ready === pods) resolve();
	});
});
const {user, system} = process.cpuUsage(start);
simulation.clock.stop();
for (const part of [controllers, nodes, network]) part.stop();
console.log(
	JSON.stringify({
		pods,
		cpuSeconds: (user + system) / 1e6,
		wallSeconds: (performance.now() - began) / 1000,
		peakMegabytes: process.resourceUsage().maxRSS / 1024,
	}),
);
process.exit(0);
