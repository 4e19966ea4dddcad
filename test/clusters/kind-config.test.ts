import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {parse} from 'yaml';
import {type KindConfigOptions, kindConfig} from '../../src/clusters/kind/kind-config.ts';
import {compareVersions, kubernetesOfImage, nodeImageFor} from '../../src/clusters/kind/node-image.ts';
import {textIn} from '../../src/text/text.ts';

let folder: string;

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'endpoint-lab-test-'));
});

afterEach(() => rmSync(folder, {recursive: true, force: true}));

function config(options: Partial<KindConfigOptions> & {source?: string} = {}) {
	const {source, ...rest} = options;
	const file = source === undefined ? undefined : join(folder, 'kind.yaml');
	if (file) writeFileSync(file, source!);
	const made = kindConfig({
		name: 'lab',
		image: 'kindest/node:v1.36.1',
		small: false,
		file,
		cgroupVersion: 2,
		text: textIn('en'),
		...rest,
	});
	return {...made, config: parse(made.yaml)};
}

test('three nodes, or one when it shall be small, in a network as lessons know it', () => {
	const three = config();
	expect(three.config).toEqual({
		kind: 'Cluster',
		apiVersion: 'kind.x-k8s.io/v1alpha4',
		name: 'lab',
		networking: {
			ipFamily: 'ipv4',
			podSubnet: '10.244.0.0/16',
			serviceSubnet: '10.96.0.0/16',
			kubeProxyMode: 'iptables',
		},
		nodes: [{role: 'control-plane'}, {role: 'worker'}, {role: 'worker'}],
	});
	expect(three.nodes).toEqual(['lab-control-plane', 'lab-worker', 'lab-worker2']);
	expect(config({small: true}).nodes).toEqual(['lab-control-plane']);
});

test('a host with cgroup v1 gets a kubelet that takes it, from v1.35 on and where the version is not told', () => {
	const patch = (image: string) => config({image, cgroupVersion: 1}).config.kubeadmConfigPatches;
	expect(patch('kindest/node:v1.36.1').map((text: string) => parse(text))).toEqual([
		{kind: 'KubeletConfiguration', failCgroupV1: false},
	]);
	expect(patch('mirror.local:5000/kind@sha256:abc')).toHaveLength(1);
	expect(patch('kindest/node:v1.34.11')).toBeUndefined();
	expect(config({cgroupVersion: 2}).config.kubeadmConfigPatches).toBeUndefined();
});

test('the user’s file adds to it, and says so where the lab has the last word', () => {
	const made = config({
		source: `kind: Cluster
apiVersion: kind.x-k8s.io/v1alpha4
name: mine
networking: {podSubnet: 10.9.0.0/16, apiServerPort: 7443}
nodes:
- role: control-plane
  extraPortMappings: [{containerPort: 30080, hostPort: 8080}]
- role: worker
  extraMounts: [{hostPath: /tmp/ca.pem, containerPath: /ca.pem}]
kubeadmConfigPatches: ["kind: InitConfiguration"]
containerdConfigPatches: ["[plugins]"]
`,
		cgroupVersion: 1,
	});
	expect(made.config).toMatchObject({
		name: 'lab',
		networking: {podSubnet: '10.244.0.0/16', apiServerPort: 7443},
		containerdConfigPatches: ['[plugins]'],
		kubeadmConfigPatches: ['kind: InitConfiguration', expect.stringContaining('failCgroupV1: false')],
	});
	expect(made.nodes).toEqual(['lab-control-plane', 'lab-worker']);
	expect(made.overruled).toEqual(['networking.podSubnet: 10.244.0.0/16']);
	// Otherwise kind would open the port to everybody in the classroom.
	expect(made.config.nodes[0].extraPortMappings).toEqual([
		{listenAddress: '127.0.0.1', containerPort: 30080, hostPort: 8080},
	]);
});

test.each([
	['nodes:\n- role: control-plane\nnodez: []\n', ':3: kind knows no field "nodez".'],
	['nodes:\n- role: control-plane\n- role: worker\n  taints: []\n', ':4: kind knows no field "nodes[1].taints".'],
	['networking:\n  podSubnett: 10.0.0.0/8\n', ':2: kind knows no field "networking.podSubnett".'],
	['nodes:\n- role: master\n', ':2: "master" is no role'],
	['nodes:\n- role: worker\n', ':2: the lab wants exactly one node'],
	['apiVersion: v1\nkind: Pod\n', 'this is a "v1 Pod"'],
	['- 1\n', ':1: this is no configuration of kind'],
	['nodes: [\n', ':'],
])('%j is refused with file and line, before kind is asked', (source, message) => {
	expect(() => config({source})).toThrow(
		`${join(folder, 'kind.yaml')}${message.startsWith(':') ? '' : ':1: '}${message}`,
	);
});

test('a file that cannot be read is named', () => {
	expect(() => config({file: join(folder, 'absent.yaml')})).toThrow(/absent\.yaml cannot be read: ENOENT/);
});

test('the node image goes with the version of kind, a newer one than any known too, and has a tag alone', () => {
	expect(nodeImageFor('0.32.0')).toBe('kindest/node:v1.36.1');
	expect(nodeImageFor('0.33.0')).toBe('kindest/node:v1.36.4');
	expect(nodeImageFor('0.33.0-alpha+1a2b')).toBe('kindest/node:v1.36.4');
	expect(nodeImageFor('1.7.0')).toBe('kindest/node:v1.36.4');
	expect(compareVersions('0.9.0', '0.32.0')).toBeLessThan(0);
	expect(kubernetesOfImage('mirror:5000/kindest/node:v1.35.8@sha256:07b2')).toBe('1.35.8');
	expect(kubernetesOfImage('mirror:5000/kindest/node')).toBeUndefined();
});
