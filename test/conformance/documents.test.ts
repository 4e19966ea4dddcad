import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {AppsV1Api, CoreV1Api, KubeConfig, loadAllYaml, type V1Pod} from '@kubernetes/client-node';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {until} from '../until.ts';
import {type ShellCluster, startShellCluster} from './shell-lines.ts';
import {stockKubectlMinor} from './stock-kubectl.ts';

// The commands of the two documents that the lessons come from, in their order, by stock kubectl and by client-node.

const files = join(import.meta.dirname, '../fixtures/conformance/corpus/manifests');
const hasKubectl = stockKubectlMinor() !== undefined;
if (!hasKubectl) console.warn('SKIPPED: no stock kubectl of 1.32 or newer on PATH to type the documents with');

const deprecated = 'Warning: v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice\n';
const podLine = (name: string) =>
	new RegExp(
		`^${name}-[456789bcdf]{6,10}-[bcdfghjklmnpqrstvwxz2456789]{5} +1/1 +Running +0 +\\S+ +(10\\.244\\.[12]\\.\\d+) +lab-worker2? +<none> +<none>$`,
	);

describe.skipIf(!hasKubectl)('with stock kubectl', () => {
	let cluster: ShellCluster;
	beforeEach(async () => {
		cluster = await startShellCluster({files});
	});
	afterEach(async () => cluster?.close());

	const type = async (line: string) => {
		const {code, stdout, stderr} = await cluster.run(line);
		expect({line, code, stderr: stderr.replace(deprecated, '')}).toEqual({line, code: 0, stderr: ''});
		return stdout;
	};
	/** The addresses of `kubectl get pods -owide` once `count` Pods of that name run. */
	const running = async (name: string, count: number) => {
		let addresses: string[] = [];
		await until(async () => {
			const [head, ...rows] = (await type('kubectl get pods -owide')).trimEnd().split('\n');
			expect(head).toMatch(/^NAME +READY +STATUS +RESTARTS +AGE +IP +NODE +NOMINATED NODE +READINESS GATES$/);
			addresses = rows.flatMap(row => podLine(name).exec(row)?.[1] ?? []);
			return addresses.length === count && rows.length === count;
		});
		return addresses;
	};
	const podOf = async (label: string) =>
		(await type(`kubectl get pods -l ${label} -o name`)).split('\n')[0]!.replace('pod/', '');
	/** The line of a description, as the documents show it. */
	const described = (text: string, field: string) => new RegExp(`^${field}: +(.*)$`, 'm').exec(text)?.[1];
	const inSomeOrder = (addresses: string[], port = 80) => addresses.map(ip => `${ip}:${port}`).sort();
	const endpointsLine = async (service: string) =>
		(described(await type(`kubectl describe svc ${service}`), 'Endpoints') ?? '').split(',').sort();

	it('document 000 §2: a deleted Pod comes back under another name and address', async () => {
		expect(await type('kubectl create deploy test --image=nginx --replicas=1')).toBe('deployment.apps/test created\n');
		const [before] = await running('test', 1);
		const pod = await podOf('app=test');
		expect(await type(`kubectl delete pod ${pod}`)).toMatch(`pod "${pod}" deleted`);
		const [after] = await running('test', 1);
		expect(after).not.toBe(before);
		await type('kubectl delete deploy test');
		await until(async () => (await cluster.run('kubectl get pods')).stderr.startsWith('No resources found'));
	});

	it('document 000 §3 and §4: the Service answers, and its list equals the Pods; an edited file is applied as a strategic merge', async () => {
		expect(await type('kubectl apply -f deployment.yaml')).toBe('deployment.apps/nginx-deployment created\n');
		expect(await type('kubectl apply -f service.yaml')).toBe('service/my-service created\n');
		await running('nginx-deployment', 3);
		expect(await type('curl -sS my-service')).toMatch(
			/^<!DOCTYPE html>\n<html>\n<head>\n<title>Welcome to nginx!<\/title>/,
		);

		// §4: the list equals the Pods, before and after one is deleted.
		const text = await type('kubectl describe svc my-service');
		for (const [field, value] of [
			['Name', 'my-service'],
			['Namespace', 'default'],
			['Selector', 'app=my-app'],
			['Type', 'ClusterIP'],
			['Port', '<unset>  80/TCP'],
			['TargetPort', '80/TCP'],
		] as const)
			expect(described(text, field)).toBe(value);
		const before = await running('nginx-deployment', 3);
		expect(await endpointsLine('my-service')).toEqual(inSomeOrder(before));
		const pod = await podOf('app=my-app');
		expect(await type(`kubectl delete pod ${pod}`)).toMatch(`pod "${pod}" deleted`);
		const after = await running('nginx-deployment', 3);
		expect(after.filter(ip => before.includes(ip))).toHaveLength(2);
		expect(await endpointsLine('my-service')).toEqual(inSomeOrder(after));

		expect(await type('kubectl apply -f deployment-2.yaml')).toBe('deployment.apps/nginx-deployment configured\n');
		await running('nginx-deployment', 2);
		await type('kubectl delete -f service.yaml -f deployment.yaml');
		await until(async () => (await cluster.run('kubectl get pods')).stderr.startsWith('No resources found'));
	});

	it('document 002: every address is replaced when all three Pods are deleted', async () => {
		expect(await type('kubectl apply -f nginx-deploy.yaml')).toBe(
			'service/nginx-svc-clusterip created\ndeployment.apps/deployment-nginx created\n',
		);
		const before = await running('deployment-nginx', 3);
		const text = await type('kubectl describe svc nginx-svc-clusterip');
		for (const [field, value] of [
			['Labels', '<none>'],
			['Annotations', '<none>'],
			['IP Family Policy', 'SingleStack'],
			['IP Families', 'IPv4'],
			['Port', 'clusterip-nginx  80/TCP'],
			['Session Affinity', 'None'],
			['Events', '<none>'],
		] as const)
			expect(described(text, field)).toBe(value);
		const list = async () => {
			const lines = (await type('kubectl get endpoints')).trimEnd().split('\n');
			expect(lines[0]).toMatch(/^NAME +ENDPOINTS +AGE$/);
			expect(lines[1]).toMatch(/^kubernetes +172\.18\.0\.3:6443 +\S+$/);
			return /^nginx-svc-clusterip +(\S+) +\S+$/.exec(lines[2] ?? '')?.[1]?.split(',') ?? [];
		};
		expect(await list()).toEqual(inSomeOrder(before));
		const pods = (await type('kubectl get po -o name'))
			.trim()
			.split('\n')
			.map(name => name.replace('pod/', ''));
		const deleted = await type(`kubectl delete po ${pods.join(' ')}`);
		for (const pod of pods) expect(deleted).toMatch(`pod "${pod}" deleted`);
		const after = await running('deployment-nginx', 3);
		expect(after.some(ip => before.includes(ip))).toBe(false);
		expect(await endpointsLine('nginx-svc-clusterip')).toEqual(inSomeOrder(after));
		expect(await list()).toEqual(inSomeOrder(after));
	});

	it('document 002: Endpoints written by hand stand behind a Service without a selector', async () => {
		await type('kubectl apply -f ep.yaml');
		await until(
			async () => described(await type('kubectl describe svc harbor-huangxin'), 'Endpoints') === '10.0.0.250:80',
		);
		const text = await type('kubectl describe svc harbor-huangxin');
		expect(described(text, 'Selector')).toBe('<none>');
		expect(await type('kubectl get ep harbor-huangxin')).toMatch(
			/^NAME +ENDPOINTS +AGE\nharbor-huangxin +10\.0\.0\.250:80 +\S+\n$/,
		);
	});
});

describe('with client-node', () => {
	let cluster: ShellCluster;
	let core: CoreV1Api;
	let apps: AppsV1Api;
	beforeEach(async () => {
		cluster = await startShellCluster({files});
		const config = new KubeConfig();
		config.loadFromFile(cluster.kubeconfig);
		core = config.makeApiClient(CoreV1Api);
		apps = config.makeApiClient(AppsV1Api);
	});
	afterEach(async () => cluster?.close());

	const namespace = 'default';
	const documents = (file: string) => loadAllYaml(readFileSync(join(files, file), 'utf8'));
	const ready = ({status}: V1Pod) =>
		status?.conditions?.some(({type, status}) => type === 'Ready' && status === 'True');
	/** The Pods of a label and the Service's list, once both hold the same `count` addresses. */
	const settled = async (labelSelector: string, service: string, count: number) => {
		let names: string[] = [];
		let addresses: string[] = [];
		await until(async () => {
			const {items} = await core.listNamespacedPod({namespace, labelSelector});
			// The list comes a moment after its Service.
			const lists = await core.listNamespacedEndpoints({namespace, fieldSelector: `metadata.name=${service}`});
			const {subsets = []} = lists.items[0] ?? {};
			names = items.map(({metadata}) => metadata!.name!);
			addresses = (subsets[0]?.addresses ?? []).map(({ip}) => ip);
			const pods = items.filter(ready).map(({status}) => status!.podIP!);
			return items.length === count && addresses.length === count && addresses.every(ip => pods.includes(ip));
		});
		return {names, addresses};
	};

	it('document 000: create, look, delete one Pod, look again', async () => {
		await apps.createNamespacedDeployment({namespace, body: documents('deployment.yaml')[0]});
		await core.createNamespacedService({namespace, body: documents('service.yaml')[0]});
		const before = await settled('app=my-app', 'my-service', 3);
		await core.deleteNamespacedPod({namespace, name: before.names[0]!});
		await until(async () => !(await settled('app=my-app', 'my-service', 3)).names.includes(before.names[0]!));
		const after = await settled('app=my-app', 'my-service', 3);
		expect(after.addresses.filter(ip => before.addresses.includes(ip))).toHaveLength(2);
	});

	it('document 002: a named port, all Pods deleted, session affinity, Endpoints by hand', async () => {
		const [service, deployment] = documents('nginx-deploy.yaml');
		await core.createNamespacedService({namespace, body: service});
		await apps.createNamespacedDeployment({namespace, body: deployment});
		const before = await settled('app=nginx', 'nginx-svc-clusterip', 3);
		for (const name of before.names) await core.deleteNamespacedPod({namespace, name});
		let after = before;
		await until(async () => {
			after = await settled('app=nginx', 'nginx-svc-clusterip', 3);
			return !after.names.some(name => before.names.includes(name));
		});
		expect(after.addresses.some(ip => before.addresses.includes(ip))).toBe(false);

		const known = await core.readNamespacedService({namespace, name: 'nginx-svc-clusterip'});
		const changed = await core.replaceNamespacedService({
			namespace,
			name: 'nginx-svc-clusterip',
			body: {...known, spec: {...known.spec, sessionAffinity: 'ClientIP'}},
		});
		expect(changed.spec?.sessionAffinityConfig?.clientIP?.timeoutSeconds).toBe(10_800);

		const [endpoints, harbor] = documents('ep.yaml');
		await core.createNamespacedEndpoints({namespace, body: endpoints});
		await core.createNamespacedService({namespace, body: harbor});
		const {subsets} = await core.readNamespacedEndpoints({namespace, name: 'harbor-huangxin'});
		expect(subsets?.[0]?.addresses?.map(({ip}) => ip)).toEqual(['10.0.0.250']);
	});
});
