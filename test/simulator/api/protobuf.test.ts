import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {decodeProtobuf} from '../../../src/simulator/api/protobuf/decode.ts';
import {type Cluster, pick, startCluster} from './harness.ts';

let cluster: Cluster;
beforeAll(async () => {
	cluster = await startCluster();
});
afterAll(() => cluster.close());

// kubectl has sent these as protobuf since 1.32; each is compared with what the same kubectl says it would send.
describe('kubectl create arrives as it was meant', () => {
	test.each([
		['deployment', ['d', '--image=nginx:1.14.2', '--replicas=0', '--port=80']],
		['service', ['clusterip', 's', '--tcp=80:8080', '--tcp=81']],
		['service', ['nodeport', 'n', '--tcp=80:80', '--node-port=30123']],
		['service', ['externalname', 'e', '--external-name=example.com']],
		['configmap', ['c', '--from-literal=a=1', '--from-literal=b=']],
		['secret', ['generic', 'g', '--from-literal=password=häß']],
		['serviceaccount', ['sa']],
	])('create %s %j', async (kind, args) => {
		const {stdout: wanted} = await cluster.kubectl('create', kind, ...args, '--dry-run=client', '-o', 'json');
		const {exitCode, stderr} = await cluster.kubectl('create', kind, ...args);
		expect({exitCode, stderr}).toEqual({exitCode: 0, stderr: ''});
		const object = JSON.parse(wanted);
		const resource = kind === 'service' ? 'service' : kind;
		const {stdout: made} = await cluster.kubectl('get', resource, object.metadata.name, '-o', 'json');
		const {creationTimestamp, ...metadata} = object.metadata;
		expect(JSON.parse(made)).toMatchObject(withoutEmpty({...object, metadata, status: undefined}) as object);
	});

	test('create namespace', async () => {
		expect(await cluster.kubectl('create', 'namespace', 'made')).toMatchObject({
			exitCode: 0,
			stdout: 'namespace/made created',
		});
	});

	test('--replicas=0 stays 0, and zero values that JSON leaves out do not appear', async () => {
		const {body} = await cluster.send('/apis/apps/v1/namespaces/default/deployments/d');
		expect(pick(body, 'spec.replicas')).toBe(0);
		expect(body.spec).not.toHaveProperty('minReadySeconds');
		expect(body.spec).not.toHaveProperty('paused');
		expect(pick(body, 'spec.template.spec')).not.toHaveProperty('hostNetwork');
		expect(pick(body, 'spec.template.metadata')).toEqual({labels: {app: 'd'}});
	});
});

function withoutEmpty(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(withoutEmpty);
	if (typeof value !== 'object' || value === null) return value;
	const entries = Object.entries(value).map(([key, member]) => [key, withoutEmpty(member)] as const);
	return Object.fromEntries(
		entries.filter(
			([, member]) =>
				member !== null && member !== undefined && !(typeof member === 'object' && Object.keys(member).length === 0),
		),
	);
}

/** Wire format by hand: one length-delimited field. */
const field = (number: number, ...parts: (string | Uint8Array)[]) => {
	const content = Buffer.concat(parts.map(part => Buffer.from(part as string)));
	const tag = (number << 3) | 2;
	return Buffer.concat([
		Buffer.from([...(tag > 127 ? [(tag & 127) | 128, tag >> 7] : [tag]), content.length]),
		content,
	]);
};
const envelope = (apiVersion: string, kind: string, raw: Uint8Array) =>
	Buffer.concat([Buffer.from('k8s\0'), field(1, field(1, apiVersion), field(2, kind)), field(2, raw)]);

describe('the decoder', () => {
	test('reads times, quantities, numbers or strings, and embedded structs', () => {
		const port = Buffer.from([0x12, 4, 0x08, 0, 0x10, 80]);
		const container = Buffer.concat([
			field(1, 'c'),
			field(8, field(1, field(1, 'cpu'), field(2, field(1, '100m')))),
			field(11, field(1, field(2, port)), Buffer.from([0x20, 10])),
		]);
		const volume = Buffer.concat([field(1, 'v'), field(2, field(19, field(1, field(1, 'cm'))))]);
		const meta = Buffer.concat([field(1, 'p'), field(8, Buffer.from([0x08, 0x80, 0xb8, 0x99, 0x9f, 0x06]))]);
		const pod = Buffer.concat([field(1, meta), field(2, field(1, volume), field(2, container))]);
		expect(decodeProtobuf(envelope('v1', 'Pod', pod), 'Pod')).toEqual({
			apiVersion: 'v1',
			kind: 'Pod',
			metadata: {name: 'p', creationTimestamp: '2023-02-10T15:00:16Z'},
			spec: {
				volumes: [{name: 'v', configMap: {name: 'cm'}}],
				containers: [
					{name: 'c', resources: {limits: {cpu: '100m'}}, readinessProbe: {httpGet: {port: 80}, periodSeconds: 10}},
				],
			},
		});
	});

	test('of a kind that is not known keeps the metadata', () => {
		expect(decodeProtobuf(envelope('x.io/v1', 'Thing', field(1, field(1, 't'))), 'Thing')).toMatchObject({
			kind: 'Thing',
			metadata: {name: 't'},
		});
	});

	test.each([
		['no envelope', Buffer.from('{}')],
		['a truncated body', envelope('v1', 'Pod', field(1, field(1, 'name'))).subarray(0, -2)],
		['a wrong wire type', envelope('v1', 'ConfigMap', Buffer.from([0x08, 1]))],
		['nothing', Buffer.alloc(0)],
	])('refuses %s with 400', async (_what, body) => {
		const {status, body: answer} = await cluster.send('/api/v1/namespaces/default/configmaps', {
			method: 'POST',
			body,
			type: 'application/vnd.kubernetes.protobuf',
		});
		expect(status).toBe(400);
		expect(answer.message).toMatch(/^the object provided is unrecognized \(must be of type ConfigMap\): /);
	});
});
