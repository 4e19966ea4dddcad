import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {Readable} from 'node:stream';
import {afterAll, describe, expect, it} from 'vitest';
import {Discovery, type Resource} from '../../src/kubectl/discovery.ts';
import {type FlagSet, findCommand, parseFlags} from '../../src/kubectl/flags.ts';
import {endpointOf, readKubeconfig} from '../../src/kubectl/kubeconfig.ts';
import {parseManifests, readManifests} from '../../src/kubectl/manifests.ts';
import {readTargets} from '../../src/kubectl/resource-arguments.ts';

const folder = mkdtempSync(join(tmpdir(), 'kubectl-line-'));
afterAll(() => rmSync(folder, {recursive: true, force: true}));

describe('flags', () => {
	const flags: FlagSet = {
		output: {type: 'text', short: 'o'},
		stdin: {type: 'boolean', short: 'i'},
		tty: {type: 'boolean', short: 't'},
		watch: {type: 'boolean', short: 'w', initial: 'true'},
		filename: {type: 'list', short: 'f'},
		'dry-run': {type: 'text', bare: 'unchanged', initial: 'none'},
		replicas: {type: 'text', is: 'integer'},
		timeout: {type: 'text', is: 'duration'},
	};
	const read = (...argv: string[]) => parseFlags(argv, flags, 'get');

	it('are read in every form that kubectl takes', () => {
		const parsed = read(
			'pods',
			'-owide',
			'-it',
			'--watch=false',
			'-f',
			'a',
			'--filename=b',
			'-n',
			'x',
			'--replicas',
			'3',
			'web',
		);
		expect(parsed.arguments).toEqual(['pods', 'web']);
		expect(parsed.text('output')).toBe('wide');
		expect([parsed.on('stdin'), parsed.on('tty'), parsed.on('watch')]).toEqual([true, true, false]);
		expect(parsed.list('filename')).toEqual(['a', 'b']);
		expect(parsed.text('namespace')).toBe('x');
		expect(parsed.integer('replicas')).toBe(3);
		expect(read('-o=yaml').text('output')).toBe('yaml');
		expect(read('--dry-run', 'x').arguments).toEqual(['x']);
		expect(read('--dry-run=client').text('dry-run')).toBe('client');
	});

	it('end at two dashes, and the place is remembered', () => {
		const parsed = read('pod', '--', 'sh', '-c', 'exit 3');
		expect(parsed.arguments).toEqual(['pod', 'sh', '-c', 'exit 3']);
		expect(parsed.argumentsBeforeDash).toBe(1);
	});

	it('that are wrong are refused in the words of the flag library', () => {
		expect(() => read('--nope')).toThrow("unknown flag: --nope\nSee 'kubectl get --help' for usage.");
		expect(() => read('-Z')).toThrow("unknown shorthand flag: 'Z' in -Z");
		expect(() => read('-o')).toThrow("flag needs an argument: 'o' in -o");
		expect(() => read('--output')).toThrow('flag needs an argument: --output');
		expect(() => read('--replicas=x')).toThrow('invalid argument "x" for "--replicas" flag');
		expect(() => read('--timeout=soon')).toThrow(
			'invalid argument "soon" for "--timeout" flag: time: invalid duration "soon"',
		);
		expect(() => read('--watch=maybe')).toThrow(
			'invalid argument "maybe" for "-w, --watch" flag: strconv.ParseBool: parsing "maybe"',
		);
	});

	it('that only stock kubectl has are named', () => {
		expect(() => read('--server-print=false')).toThrow(
			'the lab\'s built-in kubectl does not have "get --server-print"',
		);
	});

	it('may stand before the command', () => {
		expect(findCommand(['-n', 'x', '--kubeconfig=f', '--context', 'c', 'get', 'pods'], new Set())).toBe(5);
		expect(findCommand(['--help'], new Set())).toBe(-1);
	});
});

describe('kubeconfig', () => {
	const write = (name: string, text: string) => {
		const path = join(folder, name);
		writeFileSync(path, text);
		return path;
	};
	const first = write(
		'first',
		'current-context: a\ncontexts: [{name: a, context: {cluster: c, user: u, namespace: n}}]\nclusters: [{name: c, cluster: {server: "https://one/", certificate-authority: ca.crt}}]\n',
	);
	const second = write(
		'second',
		'current-context: b\ncontexts: [{name: b, context: {cluster: c, user: u}}]\nclusters: [{name: c, cluster: {server: "https://two"}}]\nusers: [{name: u, user: {token: secret}}]\n',
	);
	write('ca.crt', 'CERTIFICATE');

	it('files are merged, the first one first, their paths from where they are', () => {
		const config = readKubeconfig([first, join(folder, 'none'), second], {mustExist: false});
		expect(config['current-context']).toBe('a');
		expect(endpointOf(config, {})).toMatchObject({
			server: 'https://one',
			token: 'secret',
			ca: 'CERTIFICATE',
			insecure: false,
		});
		expect(endpointOf(config, {context: 'b', server: 'https://three', insecure: true})).toMatchObject({
			server: 'https://three',
			insecure: true,
		});
	});

	it('that is named must be there, and so must its context', () => {
		expect(() => readKubeconfig([join(folder, 'none')], {mustExist: true})).toThrow('no such file or directory');
		expect(() => endpointOf(readKubeconfig([first], {mustExist: true}), {context: 'x'})).toThrow(
			'context was not found for specified context: x',
		);
	});
});

describe('manifests', () => {
	it('are taken apart into objects, YAML 1.1 as kubectl reads it', () => {
		const text =
			'apiVersion: v1\nkind: ConfigMap\ndata: {a: 012, b: yes, c: 1:30, d: 2026-01-01}\n---\n---\napiVersion: v1\nkind: List\nitems: [{apiVersion: v1, kind: Pod, metadata: {name: x}}]\n';
		const objects = parseManifests(text, 'x.yaml').map(({object}) => object);
		expect(objects.map(({kind}) => kind)).toEqual(['ConfigMap', 'Pod']);
		expect(objects[0]!.data).toEqual({a: 10, b: true, c: '1:30', d: '2026-01-01'});
	});

	it('that say too little are refused', () => {
		expect(() => parseManifests('a: 1', 'STDIN')).toThrow(
			'error validating "STDIN": error validating data: [apiVersion not set, kind not set]',
		);
		expect(() => parseManifests('a: [', 'STDIN')).toThrow(
			'error parsing STDIN: error converting YAML to JSON: yaml: line',
		);
	});

	it('come from files, folders in the order of their names, and stdin', async () => {
		const object = (name: string) => `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}}\n`;
		writeFileSync(join(folder, 'b.yaml'), object('b'));
		writeFileSync(join(folder, 'a.json'), '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"}}');
		const read = (...names: string[]) =>
			readManifests(names, {cwd: folder, stdin: Readable.from([Buffer.from(object('in'))]), recursive: false});
		const found = await read('.', '-');
		expect(found.map(({object: {metadata}, source}) => `${metadata.name} ${source}`)).toEqual([
			'a a.json',
			'b b.yaml',
			'in STDIN',
		]);
		await expect(read('none.yaml')).rejects.toThrow('the path "none.yaml" does not exist');
	});
});

describe('resource arguments', () => {
	const resource = (
		plural: string,
		kind: string,
		group = '',
		shortNames: string[] = [],
		categories = ['all'],
	): Resource => ({
		group,
		version: 'v1',
		plural,
		singular: kind.toLowerCase(),
		kind,
		shortNames,
		categories,
		namespaced: true,
		verbs: ['list'],
		subresources: [],
	});
	const discovery = new Discovery([
		resource('pods', 'Pod', '', ['po']),
		resource('events', 'Event', '', ['ev'], []),
		resource('deployments', 'Deployment', 'apps', ['deploy']),
		resource('events', 'Event', 'events.k8s.io', ['ev'], []),
	]);
	const read = (...args: string[]) => {
		const targets = readTargets(discovery, args, 'kubectl get');
		return targets.named
			? targets.targets.map(({resource: {plural}, name}) => `${plural}/${name}`)
			: targets.resources.map(({plural, group}) => `${plural}.${group}`);
	};

	it('know a type by all of its names', () => {
		for (const name of ['pods', 'pod', 'po', 'Pod', 'POD']) expect(read(name)).toEqual(['pods.']);
		for (const name of ['deploy', 'deployments.apps', 'deployments.v1.apps', 'deploy.apps'])
			expect(read(name)).toEqual(['deployments.apps']);
		expect(read('events')).toEqual(['events.']);
		expect(read('events.events.k8s.io')).toEqual(['events.events.k8s.io']);
		expect(() => read('podz')).toThrow('the server doesn\'t have a resource type "podz"');
	});

	it('are types, categories, names, or type and name together', () => {
		expect(read('all')).toEqual(['pods.', 'deployments.apps']);
		expect(read('po,deploy')).toEqual(['pods.', 'deployments.apps']);
		expect(read('po', 'a', 'b')).toEqual(['pods/a', 'pods/b']);
		expect(read('po/a', 'deploy/b')).toEqual(['pods/a', 'deployments/b']);
		expect(() => read('po', 'deploy/b')).toThrow('there is no need to specify a resource type as a separate argument');
		expect(() => read('po/a/b')).toThrow('may not have more than one slash');
	});
});
