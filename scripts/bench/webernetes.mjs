// Child of bench.mjs, bundled by it: the same Deployment and Service on @ngrok/webernetes, its clock driven without
// waiting. Prints what deployment.mjs prints. usage: node webernetes.mjs N
import {BaseImage, Cluster} from '@ngrok/webernetes';
import {nginxDeployment, webService} from './manifests.mjs';

class Nginx extends BaseImage {
	static imageName = 'nginx';
	static imageVersion = '1.14.2';
	defaultCommand = ['nginx'];

	async exec(context, argv) {
		if (argv[0] !== 'nginx') return super.exec(context, argv);
		context.listenHttp(80, async () => ({statusCode: 200, body: 'hello'}));
		return context.waitUntilKilled();
	}
}

const pods = Number(process.argv[2]);
const cluster = new Cluster();
cluster.registerImage(Nginx);
await cluster.init();

const start = process.cpuUsage();
const began = performance.now();
const ready = () =>
	cluster.api.discoveryv1
		.listNamespacedEndpointSlice({namespace: 'default'})
		.then(
			({items}) => items.flatMap(({endpoints}) => endpoints ?? []).filter(({conditions}) => conditions?.ready).length,
		);
await cluster.apply([webService(), nginxDeployment(pods)]);
cluster.pause();
for (let turn = 1; ; turn++) {
	cluster.clock.step(50);
	await new Promise(resolve => setImmediate(resolve));
	if (turn % 20 === 0 && (await ready()) >= pods) break;
}
const {user, system} = process.cpuUsage(start);
console.log(
	JSON.stringify({
		pods,
		cpuSeconds: (user + system) / 1e6,
		wallSeconds: (performance.now() - began) / 1000,
		peakMegabytes: process.resourceUsage().maxRSS / 1024,
	}),
);
process.exit(0);
