import {mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
import {createServer, type RequestListener, type Server} from 'node:http';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, test, vi} from 'vitest';
import {type ContainerRuntime, findContainerRuntime} from '../../src/clusters/container-runtime.ts';
import {fullImageName, hasFixedTag} from '../../src/clusters/image-name.ts';
import {type ImageProgress, loadImages} from '../../src/clusters/images.ts';
import {imageProblem, imageProblemIn} from '../../src/clusters/images-problem.ts';
import {pullImage} from '../../src/clusters/images-pull.ts';
import {reachesRegistries} from '../../src/clusters/kind/registry.ts';
import {textIn} from '../../src/text/text.ts';
import {createFakes, type Fakes} from '../fakes/fakes.ts';
import type {Behaviour} from '../fakes/state.ts';
import {until} from '../until.ts';

vi.setConfig({testTimeout: 60_000});

const text = textIn('en');
const nodes = ['lab-worker', 'lab-worker2'];

let folder: string;
let fakes: Fakes;

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'endpoint-lab-test-'));
	// Temporary folders of the code under test lie where the test can look.
	mkdirSync(join(folder, 'tmp'));
	vi.stubEnv('TMPDIR', join(folder, 'tmp'));
	fakes = createFakes(folder);
	for (const name of nodes) {
		fakes.state.put({name, image: 'kindest/node:v1.36.1', state: 'running', cluster: 'lab', role: 'worker'});
	}
});

afterEach(() => {
	vi.unstubAllEnvs();
	rmSync(folder, {recursive: true, force: true});
});

async function runtimeOf(environment: Record<string, string> = {}): Promise<ContainerRuntime> {
	const {runtime, problem} = await findContainerRuntime({
		environment: {PATH: fakes.path, HOME: folder, ...environment},
		signal: new AbortController().signal,
	});
	if (!runtime) throw new Error(`no runtime: ${problem?.code}`);
	return runtime;
}

/** Loads images and returns the words of the calls that this made, without those that only look. */
async function load(images: string[], more: Partial<Parameters<typeof loadImages>[0]> = {}): Promise<string[]> {
	const runtime = await runtimeOf();
	const before = fakes.state.calls().length;
	await loadImages({
		runtime,
		kind: join(fakes.bin, 'kind'),
		name: 'lab',
		nodes,
		images,
		signal: new AbortController().signal,
		text,
		...more,
	});
	const calls = fakes.state.calls().slice(before);
	return calls
		.filter(({args}) => ['pull', 'save', 'load'].includes(args[0] ?? ''))
		.map(({program, args}) => [program, ...args].join(' '));
}

function behave(behaviour: Behaviour): void {
	fakes.state.behave(behaviour);
}

describe('the nodes of a kind cluster get their images', () => {
	test('pulled, as an archive of one platform, into the nodes that were named', async () => {
		const calls = await load(['nginx:1.14.2']);
		expect(calls).toEqual([
			'docker pull docker.io/library/nginx:1.14.2',
			'docker save --platform linux/amd64 docker.io/library/nginx:1.14.2',
			expect.stringMatching(/^kind load image-archive \S+ --name lab --nodes lab-worker,lab-worker2$/),
		]);
	});

	test('once: what the nodes have is neither pulled nor loaded again', async () => {
		await load(['nginx:1.14.2', 'busybox:1.36']);
		expect(await load(['nginx:1.14.2', 'busybox:1.36'])).toEqual([]);
		expect(await load(['nginx:1.14.2', 'nginx:1.16.1'])).toEqual([
			'docker pull docker.io/library/nginx:1.16.1',
			expect.stringContaining('docker save'),
			expect.stringContaining('kind load'),
		]);
	});

	test('without a pull when the runtime has them', async () => {
		fakes.state.addImage('nginx:1.14.2');
		expect((await load(['nginx:1.14.2']))[0]).toContain('docker save');
	});

	test('by a Docker that cannot choose a platform', async () => {
		behave({save: {withoutPlatform: true}});
		expect(await load(['nginx:1.14.2'])).toContain('docker save docker.io/library/nginx:1.14.2');
	});

	test('for its own processor, though the runtime has the image for another, which it keeps', async () => {
		fakes.state.addImage('nginx:1.14.2', 'arm64');
		const calls = await load(['nginx:1.14.2']);
		expect(calls[0]).toBe('docker pull --platform linux/amd64 docker.io/library/nginx:1.14.2');
		expect(fakes.state.image('nginx:1.14.2')).toMatchObject({architecture: 'arm64'});
	});

	test('from a file, without the runtime’s own images', async () => {
		const file = join(folder, 'nginx.tar');
		writeFileSync(file, '# amd64\ndocker.io/library/nginx:1.14.2\n');
		const calls = await load(['nginx:1.14.2'], {archives: [{image: 'nginx:1.14.2', file}]});
		expect(calls).toEqual([`kind load image-archive ${file} --name lab --nodes lab-worker,lab-worker2`]);
	});

	test('except those that the kubelet fetches anew each time', async () => {
		expect(await load(['nginx', 'nginx:latest'])).toEqual([]);
	});

	test('and it is an error when a node does not show them afterwards', async () => {
		fakes.state.put({name: 'lab-worker2', image: 'kindest/node:v1.36.1', state: 'exited', cluster: 'lab'});
		await expect(load(['nginx:1.14.2'])).rejects.toThrow(/nodes do not show them: nginx:1\.14\.2/);
	});

	test('with progress by layers, and nothing temporary is left', async () => {
		const seen: ImageProgress[] = [];
		behave({pull: {layers: 3}});
		await load(['nginx:1.14.2'], {progress: progress => seen.push(progress)});
		expect(seen.map(({phase}) => phase)).toEqual(expect.arrayContaining(['pull', 'pack', 'load']));
		expect(seen.filter(({phase}) => phase === 'pull').at(-1)).toMatchObject({done: 3, total: 3, unit: 'layers'});
		expect(readdirSync(join(folder, 'tmp'))).toEqual([]);
	});

	test('until Ctrl-C, which leaves nothing temporary behind', async () => {
		behave({save: {hangAt: 'nginx:1.14.2'}});
		const stop = new AbortController();
		const packing = Promise.withResolvers<void>();
		const loading = load(['nginx:1.14.2'], {
			signal: stop.signal,
			progress: ({phase}) => phase === 'pack' && packing.resolve(),
		});
		await Promise.race([packing.promise, loading]);
		await until(() => readdirSync(join(folder, 'tmp')).length > 0);
		stop.abort(new Error('SIGINT'));
		await expect(loading).rejects.toThrow('SIGINT');
		expect(readdirSync(join(folder, 'tmp'))).toEqual([]);
	});
});

test.each([
	['no space left on device', 'no-space', /docker system df/],
	['manifest for nginx:9 not found: manifest unknown: manifest unknown', 'not-found', /spelt/],
	['pull access denied for ngnix, repository does not exist or may require docker login', 'refused', /docker login/],
	['toomanyrequests: You have reached your unauthenticated pull rate limit.', 'too-many-requests', /prepare/],
	['Get "https://registry-1.docker.io/v2/": x509: certificate signed by unknown authority', 'untrusted', /certificate/],
	['Get "https://registry-1.docker.io/v2/": dial tcp: lookup registry-1.docker.io: no such host', 'offline', /network/],
	['Get "https://registry-1.docker.io/v2/": net/http: TLS handshake timeout', 'offline', /network/],
	['no matching manifest for linux/arm64/v8 in the manifest list entries', 'platform', /architecture/],
	[
		'ctr: content digest sha256:4bb46517cac397bdb0bab6eba09b0e1f8e90ddd17cf99662997c3253531136f8: not found',
		'digest-missing',
		/Docker to 28/,
	],
	['something else entirely', 'other', /something else entirely/],
] as const)('what fails with "%s" says what to do', (output, code, advice) => {
	expect(imageProblemIn(output)).toBe(code);
	expect(imageProblem('nginx:1.14.2', output, text).message).toMatch(advice);
});

describe('whether a node reaches the registry that it asks each time for an image without a fixed tag', () => {
	const reaches = async (images: string[]) => {
		const before = fakes.state.calls().length;
		const reached = await reachesRegistries(await runtimeOf(), nodes[0]!, images, new AbortController().signal);
		const asked = fakes.state
			.calls()
			.slice(before)
			.filter(({args}) => args[0] === 'exec')
			.map(({args}) => args.at(-1));
		return {reached, asked};
	};

	test('is asked from inside the node', async () => {
		const docker = 'https://registry-1.docker.io/v2/';
		expect(await reaches(['nginx', 'busybox:latest', 'nginx:1.14.2'])).toEqual({reached: true, asked: [docker]});
		behave({nodesOffline: true});
		expect(await reaches(['quay.io/team/web'])).toEqual({reached: false, asked: ['https://quay.io/v2/']});
	});

	test('is no question for images that the nodes have', async () => {
		behave({nodesOffline: true});
		expect(await reaches(['nginx:1.14.2', 'registry.k8s.io/pause:3.10'])).toEqual({reached: true, asked: []});
	});

	test('stays open where the node cannot be asked', async () => {
		fakes.state.remove(nodes[0]!);
		expect((await reaches(['nginx'])).reached).toBe(true);
	});
});

test('a pull that fails says why, in one sentence', async () => {
	behave({pull: {error: 'Error response from daemon: dial tcp: lookup registry-1.docker.io: no such host'}});
	await expect(load(['nginx:1.14.2'])).rejects.toThrow(/nginx:1\.14\.2 cannot be had: the registry cannot be reached/);
});

test('one image that cannot be had keeps none of the others from the nodes', async () => {
	behave({pull: {error: 'Error response from daemon: dial tcp: lookup registry-1.docker.io: no such host'}});
	fakes.state.addImage('nginx:1.16.1');
	await expect(load(['nginx:1.14.2', 'nginx:1.16.1', 'busybox:1.36'])).rejects.toThrow(
		/nginx:1\.14\.2 cannot be had: .*\n.*busybox:1\.36 cannot be had/,
	);
	expect(await load(['nginx:1.16.1'])).toEqual([]);
});

describe('a pull over Docker’s own API', () => {
	let server: Server | undefined;

	afterEach(() => new Promise(resolve => (server ? server.close(resolve) : resolve(undefined))));

	async function pullFrom(answer: RequestListener, progress: ImageProgress[] = []): Promise<void> {
		const socket = join(folder, 'docker.sock');
		server = createServer(answer);
		await new Promise<void>(resolve => server?.listen(socket, resolve));
		await pullImage({
			runtime: await runtimeOf({DOCKER_HOST: `unix://${socket}`}),
			image: 'nginx:1.14.2',
			signal: new AbortController().signal,
			progress: at => progress.push(at),
			text,
		});
	}

	const lines = (...events: object[]) => events.map(event => `${JSON.stringify(event)}\r\n`).join('');
	const pulled = () => fakes.state.calls().filter(({args}) => args[0] === 'pull').length;

	test('tells the bytes of all layers together', async () => {
		const seen: ImageProgress[] = [];
		const asked: string[] = [];
		await pullFrom(({method, url}, response) => {
			asked.push(`${method} ${url}`);
			response.end(
				lines(
					{status: 'Pulling from library/nginx', id: '1.14.2'},
					{status: 'Pulling fs layer', progressDetail: {}, id: 'a'},
					{status: 'Downloading', progressDetail: {current: 10, total: 100}, id: 'a'},
					{status: 'Downloading', progressDetail: {current: 30, total: 50}, id: 'b'},
					{status: 'Download complete', progressDetail: {}, id: 'a'},
					{status: 'Extracting', progressDetail: {current: 1, total: 100}, id: 'a'},
					{status: 'Pull complete', progressDetail: {}, id: 'b'},
				),
			);
		}, seen);
		expect(asked).toEqual(['POST /images/create?fromImage=docker.io%2Flibrary%2Fnginx%3A1.14.2']);
		expect(seen.map(({done, total, unit}) => [done, total, unit])).toEqual([
			[10, 100, 'bytes'],
			[40, 150, 'bytes'],
			[130, 150, 'bytes'],
			[150, 150, 'bytes'],
		]);
		expect(pulled()).toBe(0);
	});

	test('an error in its midst is an error, though it began with 200', async () => {
		const failing = pullFrom((_request, response) => {
			response.end(lines({status: 'Downloading', id: 'a'}, {error: 'write /var/lib: no space left on device'}));
		});
		await expect(failing).rejects.toThrow(/the disk is full/);
		expect(pulled()).toBe(0);
	});

	test('a connection that breaks off is an error', async () => {
		const failing = pullFrom((_request, response) => {
			response.write(lines({status: 'Downloading', id: 'a'}));
			setImmediate(() => response.destroy());
		});
		await expect(failing).rejects.toThrow(/registry cannot be reached/);
	});

	test('credentials that it lacks are those of the docker command, which is asked then', async () => {
		await pullFrom((_request, response) => {
			response.statusCode = 404;
			response.end(JSON.stringify({message: 'pull access denied for private/image'}));
		});
		expect(pulled()).toBe(1);
		expect(fakes.state.images()).toContain('nginx:1.14.2');
	});
});

test.each([
	['nginx', 'docker.io/library/nginx:latest', false],
	['nginx:1.14.2', 'docker.io/library/nginx:1.14.2', true],
	['nicolaka/netshoot:v0.13', 'docker.io/nicolaka/netshoot:v0.13', true],
	['registry.k8s.io/pause:3.10', 'registry.k8s.io/pause:3.10', true],
	['localhost:5000/nginx', 'localhost:5000/nginx:latest', false],
	['localhost/nginx:2', 'localhost/nginx:2', true],
	['nginx@sha256:aa', 'docker.io/library/nginx@sha256:aa', true],
])('the image %s is in full %s', (image, full, fixed) => {
	expect(fullImageName(image)).toBe(full);
	expect(hasFixedTag(image)).toBe(fixed);
});
