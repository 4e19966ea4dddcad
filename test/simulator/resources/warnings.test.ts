import {describe, expect, it} from 'vitest';
import {emptyCluster} from './lab.ts';

/** The warnings that go with creating an object. */
function warnings(plural: string, spec: object, name = 'x'): string[] {
	const {create, registry} = emptyCluster();
	const object = create(plural, {spec}, name);
	return registry.definition(plural).warnings?.(object, undefined) ?? [];
}

const container = (fields: object) => ({containers: [{name: 'c', image: 'nginx', ...fields}]});
const pod = (fields: object) => warnings('pods', container(fields));

describe('what the API server accepts with a warning', () => {
	it('a variable that hides another', () => {
		const env = (...list: object[]) => pod({env: list});
		expect(env({name: 'A', value: '1'}, {name: 'A', value: '2'})).toEqual([
			'spec.containers[0].env[1]: hides previous definition of "A", which may be dropped when using apply',
		]);
		expect(env({name: 'A', value: '1'}, {name: 'A', value: '$(A)2'})).toEqual([]);
	});

	it('one port twice, in one container or two', () => {
		expect(pod({ports: [{containerPort: 80}, {name: 'web', containerPort: 80}]})).toEqual([
			'spec.containers[0].ports[1]: duplicate port definition with spec.containers[0].ports[0]',
		]);
		expect(pod({ports: [{containerPort: 80}, {containerPort: 80, hostPort: 8080}]})).toEqual([
			'spec.containers[0].ports[1]: overlapping port definition with spec.containers[0].ports[0]',
		]);
		expect(pod({ports: [{containerPort: 80}, {containerPort: 80, protocol: 'UDP'}]})).toEqual([]);
	});

	it('half a byte', () => {
		expect(pod({resources: {limits: {memory: '500m'}}})).toEqual([
			'spec.containers[0].resources.limits[memory]: fractional byte value "500m" is invalid, must be an integer',
			'spec.containers[0].resources.requests[memory]: fractional byte value "500m" is invalid, must be an integer',
		]);
	});

	it('a grace period below nothing', () => {
		expect(warnings('pods', {...container({}), terminationGracePeriodSeconds: -1})).toEqual([
			'spec.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1',
		]);
	});

	it('a label of nodes that has a newer name', () => {
		expect(warnings('pods', {...container({}), nodeSelector: {'beta.kubernetes.io/os': 'linux'}})).toEqual([
			'spec.nodeSelector[beta.kubernetes.io/os]: deprecated since v1.14; use "kubernetes.io/os" instead',
		]);
	});

	it('a name that makes a bad hostname', () => {
		expect(warnings('pods', container({}), 'my.pod')[0]).toMatch(
			/^metadata\.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended: \[a lowercase RFC 1123 label /,
		);
		const spec = {selector: {matchLabels: {a: 'b'}}, template: {metadata: {labels: {a: 'b'}}, spec: container({})}};
		expect(warnings('deployments', spec, 'my.app')[0]).toContain('this is used in Pod names and hostnames');
		expect(warnings('deployments', spec)).toEqual([]);
	});

	it.each([
		[
			'affinity of a headless Service',
			{clusterIP: 'None', sessionAffinity: 'ClientIP'},
			'spec.SessionAffinity is ignored for headless services',
		],
		[
			'an external name for a Service of another type',
			{ports: [{port: 80}], externalName: 'db.example.com'},
			'spec.externalName is ignored when spec.type is not "ExternalName"',
		],
		[
			'external addresses',
			{ports: [{port: 80}], externalIPs: ['10.0.0.250']},
			'spec.externalIPs is deprecated and may no longer be implemented in some clusters',
		],
		[
			'a distribution that has a newer name',
			{ports: [{port: 80}], trafficDistribution: 'PreferClose'},
			'spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"',
		],
	])('%s', (_, spec, text) => {
		expect(warnings('services', spec)).toEqual([text]);
	});

	it('an EndpointSlice of names', () => {
		const {create, registry} = emptyCluster();
		const slice = create('endpointslices', {addressType: 'FQDN'});
		expect(registry.definition('endpointslices').warnings!(slice, undefined)).toEqual([
			'spec.addressType: FQDN endpoints are deprecated',
		]);
	});

	it('nothing, for what is in order', () => {
		expect(pod({ports: [{containerPort: 80}], env: [{name: 'A', value: '1'}]})).toEqual([]);
		expect(warnings('services', {ports: [{port: 80}]})).toEqual([]);
	});

	it('a Deployment again only when its template changes', () => {
		const {create, edit, registry} = emptyCluster();
		const template = {
			metadata: {labels: {a: 'b'}},
			spec: container({env: [{name: 'A'}, {name: 'A'}]}),
		};
		const before = create('deployments', {spec: {selector: {matchLabels: {a: 'b'}}, template}});
		const {warnings} = registry.definition('deployments');
		expect(warnings!(before, undefined)).toHaveLength(1);
		const after = edit('deployments', draft => Object.assign(draft.metadata, {labels: {c: 'd'}}));
		expect(warnings!(after, before)).toEqual([]);
	});
});
