import {readFileSync} from 'node:fs';
import {createServer, type Server} from 'node:http';
import type {AddressInfo} from 'node:net';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {parse} from 'yaml';
import {Client} from '../../src/kubectl/client.ts';
import type {Describer} from '../../src/kubectl/describe/describer.ts';
import {describeEvents} from '../../src/kubectl/describe/events.ts';
import {formatEndpointSlices} from '../../src/kubectl/describe/service.ts';
import {DescriptionWriter} from '../../src/kubectl/describe/writer.ts';
import type {Resource} from '../../src/kubectl/discovery.ts';
import type {KubeObject} from '../../src/kubectl/objects.ts';

process.env.TZ = 'UTC';

const folder = join(import.meta.dirname, '../fixtures/kubectl/described');
const objectOf = (name: string): KubeObject => {
	const object = parse(readFileSync(join(folder, `${name}.yaml`), 'utf8')) as KubeObject;
	return object.kind === 'List' ? (object.items as KubeObject[])[0]! : object;
};
/** What kubectl printed, without the Events, whose objects were not kept. */
const textOf = (name: string) => readFileSync(join(folder, `${name}.txt`), 'utf8').replace(/^Events:[\s\S]*/m, '');

describe('kubectl describe', () => {
	let server: Server;
	let client: Client;
	beforeAll(async () => {
		const pod = objectOf('pod');
		const owned = {
			...pod,
			metadata: {...pod.metadata, ownerReferences: [{controller: true, uid: objectOf('replicaset').metadata.uid}]},
		};
		const lists: Record<string, unknown[]> = {
			pods: [owned, owned, owned, pod].slice(0, 3),
			replicasets: [objectOf('replicaset')],
			endpointslices: [objectOf('endpointslice')],
		};
		server = createServer((request, response) => {
			const plural = new URL(request.url!, 'http://x').pathname.split('/').at(-1)!;
			response.end(JSON.stringify({metadata: {}, items: lists[plural] ?? []}));
		});
		await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
		const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
		client = new Client({server: url, insecure: false}, {warn: () => {}, signal: new AbortController().signal});
	});
	afterAll(() => {
		client.close();
		server.close();
	});

	it.each(['deployment', 'replicaset', 'pod', 'service', 'endpoints', 'endpointslice'])(
		'a real %s as stock kubectl does',
		async name => {
			const {describe: write} = (await import(`../../src/kubectl/describe/${name}.ts`)) as {describe: Describer};
			const text = await write(objectOf(name), {client, resource: {} as Resource, now: Date.now(), events: undefined});
			expect(text).toBe(textOf(name));
		},
	);

	it('a Pod that is being deleted as terminating, its time in the future', async () => {
		const {describe: write} = await import('../../src/kubectl/describe/pod.ts');
		const pod = objectOf('pod');
		const now = Date.parse('2026-11-22T00:00:00Z');
		const metadata = {...pod.metadata, deletionTimestamp: '2026-11-22T00:00:30Z', deletionGracePeriodSeconds: 30};
		const text = await write({...pod, metadata}, {client, resource: {} as Resource, now, events: []});
		expect(text).toMatch(/^Status: +Terminating \(lasts <invalid>\)\nTermination Grace Period: +30s$/m);
		expect(text).toMatch(/^Events: +<none>$/m);
	});
});

describe('the endpoints of a described Service', () => {
	const slice = (ready: (boolean | undefined)[], ports: {name: string; port: number}[] | null) => ({
		addressType: 'IPv4',
		endpoints: ready.map((value, index) => ({addresses: [`10.0.0.${index + 1}`], conditions: {ready: value}})),
		ports: ports as {name: string; port: number}[],
	});
	const http = [{name: 'http', port: 80}];

	it('are the ready ones of the port, three at most', () => {
		expect(formatEndpointSlices([], 'http')).toBe('<none>');
		expect(formatEndpointSlices([slice([false], http)], 'http')).toBe('');
		expect(formatEndpointSlices([slice([true, undefined, false], http)], 'http')).toBe('10.0.0.1:80,10.0.0.2:80');
		expect(formatEndpointSlices([slice([true], http)], 'other')).toBe('');
		expect(formatEndpointSlices([slice(Array(5).fill(true), http)], 'http')).toBe(
			'10.0.0.1:80,10.0.0.2:80,10.0.0.3:80 + 2 more...',
		);
	});

	it('are bare addresses where a slice has no ports', () => {
		expect(formatEndpointSlices([slice([true, true], null)], 'http')).toBe('10.0.0.1,10.0.0.2');
	});
});

describe('described Events', () => {
	it('stand in the order of their last time, counted, with the container that they are about', () => {
		const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, seconds)).toISOString();
		const out = new DescriptionWriter();
		const event = {metadata: {}, involvedObject: {}, type: 'Normal', source: {component: 'kubelet'}};
		describeEvents(
			out,
			[
				{
					...event,
					reason: 'Unhealthy',
					type: 'Warning',
					message: 'probe failed\n',
					count: 3,
					firstTimestamp: at(0),
					lastTimestamp: at(50),
				},
				{
					...event,
					reason: 'Started',
					message: 'Container started',
					firstTimestamp: at(10),
					lastTimestamp: at(10),
					involvedObject: {fieldPath: 'spec.containers{nginx}'},
				},
			],
			Date.UTC(2026, 0, 1, 0, 1, 0),
		);
		expect(out.toString().split('\n')).toEqual([
			'Events:',
			'  Type     Reason     Age                From     Message',
			'  ----     ------     ----               ----     -------',
			'  Normal   Started    50s                kubelet  spec.containers{nginx}: Container started',
			'  Warning  Unhealthy  10s (x3 over 60s)  kubelet  probe failed',
			'',
		]);
	});
});
