import {randomInt} from 'node:crypto';
import {readdirSync, readFileSync, statSync} from 'node:fs';
import {basename, join, resolve} from 'node:path';
import {KubectlError, usageError} from './errors.ts';
import type {KubeObject} from './objects.ts';
import type {Session} from './session.ts';

/** An object made from a command line; `called` is its name in the sentence that it could not be created. */
export type Generated = {object: KubeObject; namespaced: boolean; called?: string};
type Generator = (session: Session, args: string[]) => Generated;

function oneName(args: string[], usage: string): string {
	const [name] = args;
	if (args.length !== 1 || !name) {
		throw new KubectlError(
			`exactly one NAME is required, got ${args.length}\nSee 'kubectl create ${usage} -h' for help and examples`,
		);
	}
	return name;
}

const nameCharacters = 'bcdfghjklmnpqrstvwxz2456789';

/** A container's name out of its image: no registry, no tag, and random letters where a character had to be replaced. */
function containerName(image: string): string {
	const bare = image.split('/').at(-1)!.split(':')[0]!.split('@')[0]!;
	if (!/[_.]/.test(bare)) return bare;
	const random = Array.from({length: 5}, () => nameCharacters[randomInt(nameCharacters.length)]).join('');
	return `${bare.replace(/[_.]/g, '-')}-${random}`;
}

const deployment: Generator = (session, args) => {
	const {flags} = session;
	const named = flags.argumentsBeforeDash >= 0 ? args.slice(0, flags.argumentsBeforeDash - 1) : args;
	const name = oneName(named, 'deployment');
	const command = args.slice(named.length);
	const images = flags.list('image').flatMap(text => text.split(','));
	if (images.length === 0) throw new KubectlError('required flag(s) "image" not set');
	if (images.length > 1 && command.length > 0)
		throw new KubectlError('cannot specify multiple --image options and command');
	const port = flags.integer('port') ?? -1;
	const labels = {app: name};
	const containers = images.map(image => ({
		name: containerName(image),
		image,
		...(command.length > 0 && {command}),
		...(port > 0 && {ports: [{containerPort: port}]}),
		resources: {},
	}));
	return {
		namespaced: true,
		called: 'deployment',
		object: {
			apiVersion: 'apps/v1',
			kind: 'Deployment',
			metadata: {name, labels},
			spec: {
				replicas: flags.integer('replicas'),
				selector: {matchLabels: labels},
				template: {metadata: {labels}, spec: {containers}},
				strategy: {},
			},
			status: {},
		},
	};
};

/** `80`, `80:8080`, `80:http` (create_service.go parsePorts). */
function servicePort(text: string): {name: string; port: number; protocol: string; targetPort: number | string} {
	const [port = '', target] = text.split(':');
	const number = Number(port);
	const wrong = !/^\d+$/.test(port) ? 'invalid syntax' : number > 65535 ? 'value out of range' : undefined;
	if (wrong) throw new KubectlError(`strconv.ParseUint: parsing ${JSON.stringify(port)}: ${wrong}`);
	const targetPort = target === undefined ? number : /^\d+$/.test(target) ? Number(target) : target;
	return {name: text.replace(':', '-'), port: number, protocol: 'TCP', targetPort};
}

const service: Generator = (session, [type = '', ...args]) => {
	const {flags} = session;
	const types: Record<string, string> = {
		clusterip: 'ClusterIP',
		nodeport: 'NodePort',
		loadbalancer: 'LoadBalancer',
		externalname: 'ExternalName',
	};
	const kind = types[type];
	if (!kind) throw usageError('create service', `unknown command ${JSON.stringify([type, ...args].join(' '))}`);
	const name = oneName(args, `service ${type}`);
	const clusterIP = flags.text('clusterip');
	const nodePort = flags.integer('node-port') ?? 0;
	const ports = flags
		.list('tcp')
		.flatMap(text => text.split(','))
		.map(servicePort);
	if (ports.length === 0 && kind !== 'ExternalName' && clusterIP !== 'None') {
		throw new KubectlError('at least one tcp port specifier must be provided');
	}
	if (ports.length > 0 && clusterIP === 'None') throw new KubectlError('can not map ports with clusterip=None');
	if (kind === 'ExternalName' && !flags.given('external-name'))
		throw new KubectlError('required flag(s) "external-name" not set');
	const labels = {app: name};
	return {
		namespaced: true,
		called: `${kind} service`,
		object: {
			apiVersion: 'v1',
			kind: 'Service',
			metadata: {name, labels},
			spec: {
				...(ports.length > 0 && {ports: ports.map(port => ({...port, ...(nodePort > 0 && {nodePort})}))}),
				selector: labels,
				type: kind,
				...(clusterIP && {clusterIP}),
				...(kind === 'ExternalName' && {externalName: flags.text('external-name')}),
			},
			status: {loadBalancer: {}},
		},
	};
};

function literal(text: string): [string, string] {
	const at = text.indexOf('=');
	if (at <= 0) throw new KubectlError(`invalid literal source ${text}, expected key=value`);
	return [text.slice(0, at), text.slice(at + 1).replace(/^(['"])(.*)\1$/s, '$2')];
}

/** The files that one --from-file means: `path`, `key=path`, or the files of a folder. */
function fromFile(text: string, cwd: string): [string, Buffer][] {
	const at = text.indexOf('=');
	const path = resolve(cwd, at < 0 ? text : text.slice(at + 1));
	let isFolder: boolean;
	try {
		isFolder = statSync(path).isDirectory();
	} catch {
		throw new KubectlError(`error reading ${at < 0 ? text : text.slice(at + 1)}: no such file or directory`);
	}
	if (!isFolder) return [[at < 0 ? basename(path) : text.slice(0, at), readFileSync(path)]];
	if (at >= 0) throw new KubectlError('cannot give a key name for a directory path');
	return readdirSync(path, {withFileTypes: true})
		.filter(entry => entry.isFile())
		.map(({name}) => [name, readFileSync(join(path, name))]);
}

function fromEnvironmentFile(text: string, cwd: string): [string, string][] {
	return readFileSync(resolve(cwd, text), 'utf8')
		.split('\n')
		.map(line => line.trimStart())
		.filter(line => line !== '' && !line.startsWith('#'))
		.map(line => (line.includes('=') ? literal(line) : [line, '']));
}

const configmap: Generator = (session, args) => {
	const {flags, io} = session;
	const name = oneName(args, 'configmap');
	const data: Record<string, string> = {};
	const binaryData: Record<string, string> = {};
	const add = (key: string, value: string | Buffer) => {
		if (!/^[-._a-zA-Z0-9]+$/.test(key)) {
			throw new KubectlError(
				`"${key}" is not a valid key name for a ConfigMap: a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')`,
			);
		}
		if (key in data || key in binaryData)
			throw new KubectlError(
				`cannot add key "${key}", another key by that name already exists in Data for ConfigMap "${name}"`,
			);
		const text = String(value);
		if (Buffer.isBuffer(value) && !Buffer.from(text).equals(value)) binaryData[key] = value.toString('base64');
		else data[key] = text;
	};
	for (const text of flags.list('from-file')) for (const [key, value] of fromFile(text, io.cwd)) add(key, value);
	for (const text of flags.list('from-literal')) add(...literal(text));
	for (const text of flags.list('from-env-file'))
		for (const [key, value] of fromEnvironmentFile(text, io.cwd)) add(key, value);
	const filled = (entries: Record<string, string>) => Object.keys(entries).length > 0;
	return {
		namespaced: true,
		called: 'configmap',
		object: {
			apiVersion: 'v1',
			kind: 'ConfigMap',
			metadata: {name},
			...(filled(data) && {data}),
			...(filled(binaryData) && {binaryData}),
		},
	};
};

const namespace: Generator = (_session, args) => ({
	namespaced: false,
	object: {apiVersion: 'v1', kind: 'Namespace', metadata: {name: oneName(args, 'namespace')}, spec: {}, status: {}},
});

const serviceAccount: Generator = (_session, args) => ({
	namespaced: true,
	called: 'serviceaccount',
	object: {apiVersion: 'v1', kind: 'ServiceAccount', metadata: {name: oneName(args, 'serviceaccount')}},
});

/** What `kubectl create` makes without a file, by the words that ask for it. */
export const generators: Record<string, Generator> = {
	deployment,
	deploy: deployment,
	service,
	svc: service,
	configmap,
	cm: configmap,
	namespace,
	ns: namespace,
	serviceaccount: serviceAccount,
	sa: serviceAccount,
};
