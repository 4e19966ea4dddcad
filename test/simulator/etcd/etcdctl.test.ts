import {beforeAll, beforeEach, describe, expect, it} from 'vitest';
import {decodeProtobuf} from '../../../src/simulator/api/protobuf/decode.ts';
import {encodeProtobuf} from '../../../src/simulator/api/protobuf/encode.ts';
import {etcdKey} from '../../../src/simulator/etcd/keys.ts';
import {goQuoted} from '../../../src/simulator/etcd/print.ts';
import type {Deployment, KubeObject} from '../../../src/simulator/types.ts';
import {createLab, type Lab} from '../node/lab.ts';

const folder = '/etc/kubernetes/pki/etcd';
const tls = [`--cacert=${folder}/ca.crt`, `--cert=${folder}/server.crt`, `--key=${folder}/server.key`];
const secure = ['--endpoints=https://127.0.0.1:2379', ...tls];

let lab: Lab;
// The tool is loaded when it is first run, in real time; in these tests only the cluster's time passes.
beforeAll(async () => {
	await import('../../../src/simulator/programs/commands/etcdctl.ts');
});
beforeEach(() => {
	lab = createLab();
	lab.create<Deployment>('deployments', {
		metadata: {name: 'web', labels: {app: 'web'}},
		spec: {
			replicas: 2,
			selector: {matchLabels: {app: 'web'}},
			template: {
				metadata: {labels: {app: 'web'}},
				spec: {
					containers: [
						{
							name: 'nginx',
							image: 'nginx:1.14.2',
							ports: [{name: 'http', containerPort: 80}],
							readinessProbe: {httpGet: {port: 'http', path: '/'}, periodSeconds: 2},
							env: [{name: 'POD', valueFrom: {fieldRef: {fieldPath: 'metadata.name'}}}],
							envFrom: [{configMapRef: {name: 'settings', optional: true}}],
							resources: {requests: {cpu: '100m', memory: '64Mi'}},
							lifecycle: {preStop: {exec: {command: ['sleep', '1']}}},
						},
					],
					volumes: [{name: 'data', emptyDir: {}}],
				},
			},
		},
	});
	lab.service('web', {selector: {app: 'web'}});
	lab.create('secrets', {metadata: {name: 'hidden'}, data: {password: Buffer.from('häß').toString('base64')}});
	lab.advance(8000);
});

const etcdctl = (...words: string[]) =>
	lab.exec('etcd-lab-control-plane', ['etcdctl', ...words], {namespace: 'kube-system', within: 10_000});
const get = async (...words: string[]) => (await etcdctl(...secure, 'get', ...words)).stdout;
type Got = {
	header: {revision: number};
	kvs?: {key: string; create_revision: number; mod_revision: number; version: number; value?: string}[];
	count?: number;
};
const getJson = async (...words: string[]) => JSON.parse(await get(...words, '-w', 'json')) as Got;

describe('the keys of etcd', () => {
	it.each([
		['/registry/services/endpoints/default/', ['kubernetes', 'web']],
		['/registry/services/specs/default/', ['kubernetes', 'web']],
		['/registry/endpointslices/default/kubernetes', ['']],
		['/registry/deployments/default/', ['web']],
		['/registry/daemonsets/kube-system/', ['kindnet', 'kube-proxy']],
		['/registry/minions/', ['lab-control-plane', 'lab-worker', 'lab-worker2']],
		['/registry/namespaces/', ['default', 'kube-node-lease', 'kube-public', 'kube-system']],
		['/registry/leases/kube-node-lease/', ['lab-control-plane', 'lab-worker', 'lab-worker2']],
		['/registry/secrets/', ['default/hidden']],
	])('%s', async (prefix, names) => {
		const keys = (await get(prefix, '--prefix', '--keys-only')).split('\n').filter(Boolean);
		expect(keys).toEqual(names.map(name => `${prefix}${name}`));
	});

	it('hold exactly what the API has, version for version', async () => {
		const {kvs = [], header, count} = await getJson('/registry/', '--prefix');
		const expected: Record<string, string> = {};
		for (const resource of lab.store.resources())
			for (const object of lab.store.list(resource))
				expected[etcdKey(resource, object)] = object.metadata.resourceVersion!;
		expect(
			Object.fromEntries(kvs.map(({key, mod_revision}) => [Buffer.from(key, 'base64').toString(), `${mod_revision}`])),
		).toEqual(expected);
		expect(count).toBe(kvs.length);
		expect(header.revision).toBe(lab.store.revision);
	});

	it('hold protobuf that decodes to the same objects, of every kind that there is', () => {
		let compared = 0;
		for (const resource of lab.store.resources()) {
			for (const object of lab.store.list(resource)) {
				const {resourceVersion: _, ...metadata} = object.metadata;
				const bytes = encodeProtobuf(object);
				expect(bytes.subarray(0, 4).toString()).toBe('k8s\0');
				const decoded = decodeProtobuf(bytes, object.kind) as unknown as KubeObject;
				const {status, ...rest} = {...object, metadata} as unknown as {status?: {resources?: unknown}};
				// The messages are those of an API in which the status of a Pod had no resources yet.
				const {resources: _newer, ...known} = status ?? {};
				expect(plain(decoded)).toEqual(plain({...rest, ...(status && {status: known})}));
				compared++;
			}
		}
		expect(compared).toBeGreaterThan(60);
	});

	it('count their writes', async () => {
		const key = '/registry/services/specs/default/web';
		const [before] = (await getJson(key)).kvs!;
		expect(before).toMatchObject({version: 1});
		expect(before!.create_revision).toBe(before!.mod_revision);
		lab.registry.modify('services', 'default', 'web', service => ({
			...service,
			metadata: {...service.metadata, labels: {changed: 'yes'}},
		}));
		const [after] = (await getJson(key)).kvs!;
		expect(after).toMatchObject({version: 2, create_revision: before!.create_revision});
		expect(after!.mod_revision).toBeGreaterThan(before!.mod_revision);
	});

	it('follow each change of the list', async () => {
		const key = '/registry/services/endpoints/default/web';
		const address = lab.get([...lab.store.list('pods', 'default')][0]!.metadata.name).status.podIP!;
		expect(await get(key)).toContain(address);
		lab.registry.delete('services', 'default', 'web');
		lab.advance(1000);
		expect(await get(key)).toBe('');
	});
});

describe('etcdctl', () => {
	it('writes key and value on lines of their own, in fields and in hexadecimal', async () => {
		const key = '/registry/namespaces/default';
		expect((await get(key)).split('\n')[0]).toBe(key);
		expect(await get(key, '--keys-only')).toBe(`${key}\n\n`);
		expect(await get(key, '--print-value-only', '--hex')).toMatch(/^\\x6b\\x38\\x73\\x00(\\x[\da-f]{2})+\n$/);
		expect(await get(key, '--write-out=fields')).toMatch(
			/^"ClusterID" : \d+\n"MemberID" : \d+\n"Revision" : \d+\n"RaftTerm" : 2\n"Key" : "\/registry\/namespaces\/default"\n"CreateRevision" : \d+\n"ModRevision" : \d+\n"Version" : 1\n"Value" : "k8s\\x00\\n\\x0f\\n\\x02v1\\x12\\tNamespace.*"\n"Lease" : 0\n"More" : false\n"Count" : 1\n$/,
		);
	});

	it('selects by prefix, range and limit, and sorts', async () => {
		const keys = async (...words: string[]) => (await get(...words, '--keys-only')).split('\n').filter(Boolean);
		expect(await keys('/registry/minions/lab-worker', '/registry/minions/lab-worker2')).toEqual([
			'/registry/minions/lab-worker',
		]);
		expect(await keys('/registry/minions/', '--prefix', '--limit', '1')).toEqual([
			'/registry/minions/lab-control-plane',
		]);
		expect(await keys('/registry/minions/', '--prefix', '--order=DESCEND', '--limit=1')).toEqual([
			'/registry/minions/lab-worker2',
		]);
		const counted = await get('/registry/minions/', '--prefix', '--count-only', '-w=fields');
		expect(counted).toContain('"Count" : 3\n');
		expect(counted).not.toContain('"Key"');
		expect(await getJson('/registry/nothing')).not.toHaveProperty('kvs');
	});

	it.each([
		['without certificates', []],
		['without its own certificate', ['--endpoints=https://127.0.0.1:2379', `--cacert=${folder}/ca.crt`]],
		['without the authority', ['--endpoints=https://127.0.0.1:2379', tls[1]!, tls[2]!]],
		['at a port where nobody listens', ['--endpoints=https://127.0.0.1:2380', ...tls]],
	])('gets no answer %s', async (_, words) => {
		const {code, stderr, stdout} = await etcdctl(...words, 'get', '/registry/namespaces/default');
		expect({code, stdout}).toEqual({code: 1, stdout: ''});
		expect(stderr).toMatch(/^\{"level":"warn".*\}\nError: context deadline exceeded\n$/);
	});

	it('takes certificates without a scheme, and names a file that is missing', async () => {
		expect((await etcdctl(...tls, 'get', '/registry/namespaces/default', '--keys-only')).code).toBe(0);
		expect(await etcdctl('--cacert=/nowhere', 'get', 'a')).toMatchObject({
			code: 128,
			stderr: 'Error: open /nowhere: no such file or directory\n',
		});
	});

	it('says how the member is', async () => {
		expect((await etcdctl(...secure, 'member', 'list')).stdout).toMatch(
			/^[\da-f]+, started, lab-control-plane, https:\/\/172\.18\.0\.3:2380, https:\/\/172\.18\.0\.3:2379, false\n$/,
		);
		expect((await etcdctl(...secure, 'endpoint', 'health')).stdout).toMatch(
			/^https:\/\/127\.0\.0\.1:2379 is healthy: successfully committed proposal: took = [\d.]+ms\n$/,
		);
		expect((await etcdctl(...secure, 'endpoint', 'status', '-w', 'table')).stdout).toContain('| 3.6.8 ');
		expect((await etcdctl('version')).stdout).toBe('etcdctl version: 3.6.8\nAPI version: 3.6\n');
	});

	it.each([
		[['put', 'a', 'b'], 'can only be read'],
		[['del', '/registry/', '--prefix'], 'can only be read'],
		[['defrag'], 'is not simulated'],
		[['get', '--wrong'], 'unknown flag: --wrong'],
		[['get'], 'get command needs one argument as key'],
		[['get', 'a', '--rev=1'], 'required revision has been compacted'],
		[['get', 'a', '-w', 'xml'], 'and not xml'],
	])('refuses %j', async (words, text) => {
		const {revision} = lab.store;
		const {code, stderr, stdout} = await etcdctl(...secure, ...words);
		expect(code).not.toBe(0);
		expect(stdout).toBe('');
		expect(stderr).toContain(text);
		expect(lab.store.revision).toBe(revision);
	});

	it('watches keys', async () => {
		let text = '';
		const stop = new AbortController();
		const watching = lab.nodes.nodeApi.exec(
			'kube-system',
			'etcd-lab-control-plane',
			undefined,
			['etcdctl', ...secure, 'watch', '--prefix', '/registry/configmaps/default/'],
			{
				stdout: data => {
					text += Buffer.from(data as Uint8Array).toString('latin1');
				},
				stderr: () => {},
				tty: false,
				signal: stop.signal,
			},
		);
		// Until the tool is loaded and looks; each try is a change of its own.
		for (let i = 0; !text; i++) {
			await new Promise(resolve => setImmediate(resolve));
			lab.create('configmaps', {metadata: {name: `c${i}`}, data: {a: '1'}});
		}
		lab.registry.delete('configmaps', 'default', 'c0');
		lab.pod('unrelated', {});
		await new Promise(resolve => setImmediate(resolve));
		stop.abort();
		await watching;
		expect(text).toMatch(/^PUT\n\/registry\/configmaps\/default\/c\d+\nk8s\0/);
		expect(text).toContain('DELETE\n/registry/configmaps/default/c0\n\n');
		expect(text).not.toContain('unrelated');
	});
});

it('quotes bytes as Go does', () => {
	expect(goQuoted(Buffer.from('a"\\\n\t\x00\x7f\u00e4\u4e2d'))).toBe('"a\\"\\\\\\n\\t\\x00\\x7f\u00e4\u4e2d"');
	expect(goQuoted(Buffer.from([0xff, 0xc3, 0x28, 0xe4, 0xb8]))).toBe('"\\xff\\xc3(\\xe4\\xb8"');
});

/** Without what the two forms write differently though it means the same: empty values, and times with more digits. */
function plain(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(plain);
	if (typeof value !== 'object' || value === null) return value;
	return Object.fromEntries(
		Object.entries(value)
			.map(([key, member]) => [key, plain(member)] as const)
			.filter(([, member]) => member !== undefined && member !== null),
	);
}
