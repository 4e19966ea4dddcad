import {readFileSync} from 'node:fs';
import {describe, expect, it} from 'vitest';
import {defaultPullPolicy} from '../../../src/simulator/resources/pod-spec.ts';
import type {
	Deployment,
	EndpointSlice,
	KubeObject,
	Pod,
	PodSpec,
	ReplicaSet,
	Service,
} from '../../../src/simulator/types.ts';
import {emptyCluster, type Manifest} from './lab.ts';

/** What kubectl printed on a real three-node cluster, by kind. */
const real = JSON.parse(
	readFileSync(new URL('../../fixtures/golden/kind-objects.json', import.meta.url), 'utf8'),
) as Record<string, KubeObject & {spec: unknown}>;

const applied = (kind: string) =>
	JSON.parse(real[kind]!.metadata.annotations!['kubectl.kubernetes.io/last-applied-configuration']!) as Manifest & {
		metadata: {name: string};
	};

const template = (spec: Record<string, unknown>) => ({
	selector: {matchLabels: {app: 'x'}},
	template: {metadata: {labels: {app: 'x'}}, spec: {containers: [{name: 'c', image: 'i'}], ...spec}},
});

describe('what the API server fills in equals what a real cluster filled in', () => {
	it('for a Deployment', () => {
		const {create} = emptyCluster();
		const manifest = applied('Deployment');
		const deployment = create<Deployment>('deployments', manifest, manifest.metadata.name);
		expect(deployment.spec).toEqual(real.Deployment!.spec);
		expect(deployment.metadata.generation).toBe(1);
	});

	it('for a ReplicaSet', () => {
		const {create} = emptyCluster();
		const wanted = real.ReplicaSet as ReplicaSet;
		const {selector, template} = applied('Deployment').spec as ReplicaSet['spec'];
		const labels = wanted.spec.template.metadata!.labels!;
		const set = create<ReplicaSet>('replicasets', {
			spec: {
				replicas: 3,
				selector: {...selector, matchLabels: labels},
				template: {...template, metadata: {labels}},
			},
		});
		expect(set.spec).toEqual(wanted.spec);
	});

	it('for a Pod, with its token, its tolerations and its account', () => {
		const {create} = emptyCluster();
		const wanted = real.Pod as Pod;
		const {template} = applied('Deployment').spec as ReplicaSet['spec'];
		const pod = create<Pod>('pods', {spec: template.spec});
		const volume = (spec: PodSpec) => spec.volumes![0]!.name as string;
		expect(volume(pod.spec)).toMatch(/^kube-api-access-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
		const renamed = JSON.parse(JSON.stringify(pod.spec).replaceAll(volume(pod.spec), volume(wanted.spec)));
		const {nodeName: _, ...spec} = wanted.spec;
		expect(renamed).toEqual(spec);
		expect(pod.status).toEqual({phase: 'Pending', qosClass: wanted.status.qosClass});
		expect(pod.metadata.generation).toBe(1);
	});

	it('for a Service', () => {
		const {create} = emptyCluster();
		const manifest = applied('Service');
		const service = create<Service>('services', manifest, manifest.metadata.name);
		const wanted = real.Service as Service;
		const {clusterIP} = service.spec;
		expect(clusterIP).toMatch(/^10\.96\.\d+\.\d+$/);
		expect({...service.spec, clusterIP: '', clusterIPs: []}).toEqual({...wanted.spec, clusterIP: '', clusterIPs: []});
		expect(service.spec.clusterIPs).toEqual([clusterIP]);
		expect(service.status).toEqual(wanted.status);
	});

	it('for Endpoints and an EndpointSlice, as the controllers write them', () => {
		const {create} = emptyCluster();
		for (const [kind, plural] of [
			['Endpoints', 'endpoints'],
			['EndpointSlice', 'endpointslices'],
		] as const) {
			const {apiVersion: _, kind: _kind, metadata: _metadata, ...rest} = real[kind]!;
			const {apiVersion, kind: stored, metadata, ...kept} = create(plural, rest);
			expect(kept).toEqual(rest);
		}
	});
});

describe('defaults of Pods', () => {
	const pod = (spec: Record<string, unknown>) => emptyCluster().create<Pod>('pods', {spec}).spec;
	const container = {name: 'c', image: 'nginx'};

	it.each([
		['nginx', 'Always'],
		['nginx:latest', 'Always'],
		['nginx:1.14.2', 'IfNotPresent'],
		['localhost:5000/nginx', 'Always'],
		['localhost:5000/nginx:1', 'IfNotPresent'],
		['nginx@sha256:0123', 'IfNotPresent'],
	])('image %s is pulled %s', (image, policy) => {
		expect(defaultPullPolicy(image)).toBe(policy);
	});

	it('probes have a second to answer, every ten seconds', () => {
		const {containers} = pod({containers: [{...container, readinessProbe: {httpGet: {port: 80}}}]});
		expect(containers[0]!.readinessProbe).toEqual({
			httpGet: {port: 80, path: '/', scheme: 'HTTP'},
			timeoutSeconds: 1,
			periodSeconds: 10,
			successThreshold: 1,
			failureThreshold: 3,
		});
	});

	it('a limit is also the request', () => {
		const {containers} = pod({
			containers: [{...container, resources: {limits: {cpu: '1', memory: '1Gi'}, requests: {cpu: '500m'}}}],
		});
		expect(containers[0]!.resources).toEqual({
			limits: {cpu: '1', memory: '1Gi'},
			requests: {cpu: '500m', memory: '1Gi'},
		});
	});

	it.each([
		[{}, 'BestEffort'],
		[{requests: {cpu: '1'}}, 'Burstable'],
		[{limits: {cpu: '1'}}, 'Burstable'],
		[{limits: {cpu: '1', memory: '1Gi'}}, 'Guaranteed'],
		[{limits: {cpu: '1', memory: '1Gi'}, requests: {cpu: '500m'}}, 'Burstable'],
	])('resources %j make it %s', (resources, quality) => {
		const created = emptyCluster().create<Pod>('pods', {spec: {containers: [{...container, resources}]}});
		expect(created.status.qosClass).toBe(quality);
	});

	it('volumes without a source are empty, files are readable', () => {
		const {volumes} = pod({
			containers: [container],
			volumes: [{name: 'a'}, {name: 'b', configMap: {name: 'm'}}, {name: 'c', hostPath: {path: '/x'}}],
		});
		expect(volumes!.slice(0, 3)).toEqual([
			{name: 'a', emptyDir: {}},
			{name: 'b', configMap: {name: 'm', defaultMode: 420}},
			{name: 'c', hostPath: {path: '/x', type: ''}},
		]);
	});

	it('on the host network ports are host ports', () => {
		const {containers} = pod({hostNetwork: true, containers: [{...container, ports: [{containerPort: 80}]}]});
		expect(containers[0]!.ports).toEqual([{containerPort: 80, protocol: 'TCP', hostPort: 80}]);
	});

	it('a Pod that wants no token gets none', () => {
		const spec = pod({automountServiceAccountToken: false, containers: [container]});
		expect(spec.volumes).toBeUndefined();
		expect(spec.serviceAccountName).toBe('default');
	});

	it('a toleration that is already there is not added again', () => {
		const {tolerations} = pod({containers: [container], tolerations: [{operator: 'Exists'}]});
		expect(tolerations).toEqual([{operator: 'Exists'}]);
	});
});

describe('other defaults', () => {
	it('a Deployment that recreates has no rolling update', () => {
		const {create} = emptyCluster();
		const {spec} = create<Deployment>('deployments', {spec: {...template({}), strategy: {type: 'Recreate'}}});
		expect(spec.strategy).toEqual({type: 'Recreate'});
		expect(spec.replicas).toBe(1);
	});

	it('half a rolling update is completed', () => {
		const {create} = emptyCluster();
		const {spec} = create<Deployment>('deployments', {
			spec: {...template({}), strategy: {rollingUpdate: {maxSurge: 2}}},
		});
		expect(spec.strategy).toEqual({type: 'RollingUpdate', rollingUpdate: {maxSurge: 2, maxUnavailable: '25%'}});
	});

	it('the port of an EndpointSlice has an empty name and TCP, its generation starts at 1', () => {
		const {create} = emptyCluster();
		const slice = create<EndpointSlice>('endpointslices', {
			addressType: 'IPv4',
			endpoints: [{addresses: ['10.0.0.251']}],
			ports: [{port: 80}],
		});
		expect(slice.ports).toEqual([{name: '', port: 80, protocol: 'TCP'}]);
		expect(slice.endpoints).toEqual([{addresses: ['10.0.0.251'], conditions: {}}]);
		expect(slice.metadata.generation).toBe(1);
	});

	it('an EndpointSlice without endpoints and ports says null', () => {
		const slice = emptyCluster().create<EndpointSlice>('endpointslices', {addressType: 'IPv4'});
		expect([slice.endpoints, slice.ports]).toEqual([null, null]);
	});

	it("a namespace is active, labelled with its name and held by its controller's finalizer", () => {
		const {registry} = emptyCluster();
		expect(registry.get('namespaces', undefined, 'default')).toMatchObject({
			metadata: {labels: {'kubernetes.io/metadata.name': 'default'}},
			spec: {finalizers: ['kubernetes']},
			status: {phase: 'Active'},
		});
	});

	it('a Secret keeps its plain texts encoded', () => {
		const secret = emptyCluster().create<KubeObject & {data: object; type: string}>('secrets', {
			stringData: {a: 'hello'},
		});
		expect(secret).toMatchObject({type: 'Opaque', data: {a: 'aGVsbG8='}});
		expect(secret).not.toHaveProperty('stringData');
	});
});

describe('the generation counts wishes', () => {
	it("a Deployment's annotations count, its labels do not", () => {
		const {create, edit} = emptyCluster();
		create('deployments', {spec: template({})});
		const label = edit<Deployment>('deployments', draft => {
			draft.metadata.labels = {a: 'b'};
		});
		expect(label.metadata.generation).toBe(1);
		const note = edit<Deployment>('deployments', draft => {
			draft.metadata.annotations = {a: 'b'};
		});
		expect(note.metadata.generation).toBe(2);
		const scaled = edit<Deployment>('deployments', draft => {
			draft.spec.replicas = 5;
		});
		expect(scaled.metadata.generation).toBe(3);
	});

	it("a ReplicaSet's annotations do not count", () => {
		const {create, edit} = emptyCluster();
		create('replicasets', {spec: template({})});
		const note = edit<ReplicaSet>('replicasets', draft => {
			draft.metadata.annotations = {a: 'b'};
		});
		expect(note.metadata.generation).toBe(1);
	});

	it("a slice's labels count, its annotations do not", () => {
		const {create, edit} = emptyCluster();
		create('endpointslices', {addressType: 'IPv4'});
		const note = edit<EndpointSlice>('endpointslices', draft => {
			draft.metadata.annotations = {a: 'b'};
		});
		expect(note.metadata.generation).toBe(1);
		const label = edit<EndpointSlice>('endpointslices', draft => {
			draft.metadata.labels = {a: 'b'};
		});
		expect(label.metadata.generation).toBe(2);
	});

	it('deleting a Pod with grace counts', () => {
		const {create, registry, store} = emptyCluster();
		const pod = create<Pod>('pods', {spec: {containers: [{name: 'c', image: 'i'}]}});
		store.put('pods', {...pod, spec: {...pod.spec, nodeName: 'node-a'}});
		const {object} = registry.delete('pods', 'default', 'x');
		expect(object.metadata).toMatchObject({
			generation: 2,
			deletionGracePeriodSeconds: 30,
			deletionTimestamp: '2026-11-22T00:00:30Z',
		});
	});
});

describe('how long a deleted Pod stays', () => {
	const deleted = (spec: Record<string, unknown>, asked?: number, phase = 'Running') => {
		const {create, registry, store} = emptyCluster();
		const pod = create<Pod>('pods', {spec: {containers: [{name: 'c', image: 'i'}], ...spec}});
		store.put('pods', {...pod, status: {...pod.status, phase: phase as 'Running'}});
		const options = asked === undefined ? {} : {gracePeriodSeconds: asked};
		const {object, removed} = registry.delete('pods', 'default', 'x', options);
		return removed ? 'gone' : object.metadata.deletionGracePeriodSeconds;
	};
	const bound = {nodeName: 'node-a'};

	it.each([
		['30 seconds by default', bound, undefined, 'Running', 30],
		['its own grace period', {...bound, terminationGracePeriodSeconds: 5}, undefined, 'Running', 5],
		['what the client asks for', bound, 7, 'Running', 7],
		['a second for a negative grace period', {...bound, terminationGracePeriodSeconds: -1}, undefined, 'Running', 1],
		['not at all when the client says now', bound, 0, 'Running', 'gone'],
		['not at all without a node', {}, undefined, 'Pending', 'gone'],
		['not at all once it has ended', bound, undefined, 'Succeeded', 'gone'],
	] as const)('%s', (_, spec, asked, phase, expected) => {
		expect(deleted(spec, asked, phase)).toBe(expected);
	});
});
