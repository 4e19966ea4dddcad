import {readFileSync} from 'node:fs';
import {type Document, isMap, isScalar, isSeq, LineCounter, parseDocument, stringify} from 'yaml';
import type {Text} from '../../text/text.ts';
import {UserError} from '../../text/user-error.ts';
import {compareVersions, kubernetesOfImage} from './node-image.ts';

/** A node of kind's configuration, as far as it is read here. */
type KindNode = {role: 'control-plane' | 'worker'; extraPortMappings?: {listenAddress?: string}[]};

/** kind's configuration (v1alpha4), as far as it is read here. */
type KindConfig = {
	nodes?: KindNode[];
	networking?: Record<string, unknown>;
	kubeadmConfigPatches?: string[];
};

/** The fields of kind's `v1alpha4` by their place; an object with no fields of its own takes any. */
type Fields = {[field: string]: Fields | true};

const patches: Fields = {group: true, version: true, kind: true, patch: true};

const nodeFields: Fields = {
	role: true,
	image: true,
	labels: true,
	extraMounts: {containerPath: true, hostPath: true, readOnly: true, selinuxRelabel: true, propagation: true},
	extraPortMappings: {containerPort: true, hostPort: true, listenAddress: true, protocol: true},
	kubeadmConfigPatches: true,
	kubeadmConfigPatchesJSON6902: patches,
};

const clusterFields: Fields = {
	kind: true,
	apiVersion: true,
	name: true,
	nodes: nodeFields,
	networking: {
		ipFamily: true,
		apiServerPort: true,
		apiServerAddress: true,
		podSubnet: true,
		serviceSubnet: true,
		disableDefaultCNI: true,
		kubeProxyMode: true,
		dnsSearch: true,
	},
	featureGates: true,
	runtimeConfig: true,
	kubeadmConfigPatches: true,
	kubeadmConfigPatchesJSON6902: patches,
	containerdConfigPatches: true,
	containerdConfigPatchesJSON6902: true,
};

/** What lessons rely on, whatever a file of the user's says. */
const ownNetworking = {
	ipFamily: 'ipv4',
	podSubnet: '10.244.0.0/16',
	serviceSubnet: '10.96.0.0/16',
	kubeProxyMode: 'iptables',
	disableDefaultCNI: false,
};

export type KindConfigOptions = {
	name: string;
	image: string;
	/** One node instead of three. */
	small: boolean;
	/** A file of the user's own, which goes under what the lab must own. */
	file: string | undefined;
	cgroupVersion: 1 | 2 | undefined;
	text: Text;
};

/** A configuration for `kind create`, the names of its nodes, and which fields of the user's file had to give way. */
export type ReadyKindConfig = {yaml: string; nodes: string[]; overruled: string[]};

/**
 * Makes kind's configuration: one control plane and two workers, or what the user's file says of the nodes, with a network
 * as lessons know it. Throws UserError with `file:line` for what kind would not take.
 */
export function kindConfig({name, image, small, file, cgroupVersion, text}: KindConfigOptions): ReadyKindConfig {
	const given = file === undefined ? {} : readConfigFile(file, text);
	const nodes: KindNode[] =
		given.nodes ?? (small ? [{role: 'control-plane'}] : [{role: 'control-plane'}, {role: 'worker'}, {role: 'worker'}]);
	const overruled = Object.entries(ownNetworking)
		.filter(([field, own]) => given.networking?.[field] !== undefined && given.networking[field] !== own)
		.map(([field, own]) => `networking.${field}: ${own}`);
	const {disableDefaultCNI, ...networking} = {...given.networking, ...ownNetworking};
	const config = {
		...given,
		kind: 'Cluster',
		apiVersion: 'kind.x-k8s.io/v1alpha4',
		name,
		networking,
		nodes: nodes.map(onLoopback),
		...(refusesCgroup1(image) &&
			cgroupVersion === 1 && {
				kubeadmConfigPatches: [
					...(given.kubeadmConfigPatches ?? []),
					stringify({kind: 'KubeletConfiguration', failCgroupV1: false}),
				],
			}),
	};
	return {yaml: stringify(config), nodes: nodeNames(name, nodes), overruled};
}

/** From v1.35 on the kubelet does not start on a host with cgroup v1 unless it is told to. */
function refusesCgroup1(image: string): boolean {
	const version = kubernetesOfImage(image);
	return version === undefined || compareVersions(version, '1.35.0') >= 0;
}

/** kind would publish a port to everybody on the network. */
function onLoopback(node: KindNode): KindNode {
	if (!node.extraPortMappings) return node;
	return {...node, extraPortMappings: node.extraPortMappings.map(each => ({listenAddress: '127.0.0.1', ...each}))};
}

/** As kind names its containers: NAME-control-plane, NAME-worker, NAME-worker2 … */
function nodeNames(name: string, nodes: KindNode[]): string[] {
	const counts = new Map<string, number>();
	return nodes.map(({role}) => {
		const count = (counts.get(role) ?? 0) + 1;
		counts.set(role, count);
		return `${name}-${role}${count === 1 ? '' : count}`;
	});
}

function readConfigFile(file: string, text: Text): KindConfig {
	const words = text.clusters.kind.config;
	let source: string;
	try {
		source = readFileSync(file, 'utf8');
	} catch (error) {
		throw new UserError(words.unreadable(file, (error as Error).message), 2);
	}
	const lines = new LineCounter();
	const document = parseDocument(source, {lineCounter: lines});
	const refuse = (at: number, message: string) => new UserError(`${file}:${lines.linePos(at).line}: ${message}`, 2);
	const [wrong] = document.errors;
	if (wrong) throw refuse(wrong.pos[0], wrong.message.split('\n')[0] ?? '');
	if (document.contents === null) return {};
	if (!isMap(document.contents)) throw refuse(0, words.notMap);
	const unknown = unknownField(document.contents, clusterFields, '');
	if (unknown) throw refuse(unknown.at, words.unknownField(unknown.path));
	const kind = document.get('kind') ?? 'Cluster';
	const version = document.get('apiVersion') ?? 'kind.x-k8s.io/v1alpha4';
	if (kind !== 'Cluster' || version !== 'kind.x-k8s.io/v1alpha4')
		throw refuse(0, words.wrongKind(`${version} ${kind}`));
	const roles = rolesIn(document, (at, role) => {
		throw refuse(at, words.wrongRole(role));
	});
	if (roles && roles.filter(role => role === 'control-plane').length !== 1) {
		const {range} = document.get('nodes', true) as {range?: [number] | null};
		throw refuse(range?.[0] ?? 0, words.oneControlPlane);
	}
	const config = document.toJS() as KindConfig & {nodes?: (Omit<KindNode, 'role'> & {role?: KindNode['role']})[]};
	return {...config, nodes: config.nodes?.map(node => ({...node, role: node.role ?? 'control-plane'}))};
}

/** The roles of the file's nodes; kind takes one without for a control plane. */
function rolesIn(document: Document, wrong: (at: number, role: string) => void): string[] | undefined {
	const nodes = document.get('nodes', true);
	if (!isSeq(nodes)) return undefined;
	return nodes.items.map(node => {
		const role = isMap(node) ? node.get('role', true) : undefined;
		const name = isScalar(role) ? String(role.value) : 'control-plane';
		if (name !== 'control-plane' && name !== 'worker') wrong(isScalar(role) ? (role.range?.[0] ?? 0) : 0, name);
		return name;
	});
}

/** The first field that kind does not know, with its place in the text; kind decodes strictly. */
function unknownField(node: unknown, fields: Fields, path: string): {path: string; at: number} | undefined {
	if (isSeq(node)) {
		for (const [index, item] of node.items.entries()) {
			const found = unknownField(item, fields, `${path}[${index}]`);
			if (found) return found;
		}
		return undefined;
	}
	if (!isMap(node)) return undefined;
	for (const {key, value} of node.items) {
		if (!isScalar(key)) continue;
		const name = String(key.value);
		const here = path ? `${path}.${name}` : name;
		const known = fields[name];
		if (known === undefined) return {path: here, at: key.range?.[0] ?? 0};
		const found = known === true ? undefined : unknownField(value, known, here);
		if (found) return found;
	}
	return undefined;
}
