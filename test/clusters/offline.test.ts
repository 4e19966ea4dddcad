import {createHash} from 'node:crypto';
import {
	copyFileSync,
	cpSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	realpathSync,
	rmSync,
	writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi} from 'vitest';
import {type ContainerRuntime, findContainerRuntime} from '../../src/clusters/container-runtime.ts';
import {isNoSpace, saveImage} from '../../src/clusters/images-save.ts';
import {
	checkOfflineFolder,
	installKindFrom,
	loadNodeImage,
	openOfflineFolder,
} from '../../src/clusters/offline-folder.ts';
import type {OfflineManifest} from '../../src/clusters/offline-manifest.ts';
import {archiveName, prepareOfflineFolder} from '../../src/clusters/offline-prepare.ts';
import {findTools} from '../../src/clusters/offline-tools.ts';
import {findOnPath} from '../../src/clusters/shell.ts';
import {textIn} from '../../src/text/text.ts';
import {createFakes, type Fakes} from '../fakes/fakes.ts';
import type {Behaviour} from '../fakes/state.ts';
import {until} from '../until.ts';

// Many small programs, one after the other, on a machine that may be busy.
vi.setConfig({testTimeout: 240_000, hookTimeout: 120_000});

const text = textIn('en');
const nodeImage = 'kindest/node:v1.36.4';

let machine: string;
let stick: string;
let fakes: Fakes;

/** A whole folder, to be copied. */
let pristine: string;

beforeAll(async () => {
	pristine = realpathSync(mkdtempSync(join(tmpdir(), 'endpoint-lab-test-')));
	fakes = createFakes(pristine);
	await gather({folder: join(pristine, 'stick')});
});

afterAll(() => rmSync(pristine, {recursive: true, force: true}));

beforeEach(() => {
	machine = realpathSync(mkdtempSync(join(tmpdir(), 'endpoint-lab-test-')));
	stick = join(machine, 'stick');
	fakes = createFakes(machine);
});

afterEach(() => rmSync(machine, {recursive: true, force: true}));

async function runtimeHere(): Promise<ContainerRuntime> {
	const environment = {PATH: fakes.path};
	const {runtime, problem} = await findContainerRuntime({environment, signal: new AbortController().signal});
	if (!runtime) throw new Error(`no runtime: ${problem?.code}`);
	return runtime;
}

/** Gathers the node image and one more. */
async function gather(more: Partial<Parameters<typeof prepareOfflineFolder>[0]> = {}) {
	return await prepareOfflineFolder({
		runtime: await runtimeHere(),
		folder: stick,
		architectures: ['amd64'],
		nodeImage,
		images: ['nginx:1.14.2'],
		borrowed: join(machine ?? pristine, 'borrowed-image.json'),
		lab: '0.1.0',
		created: new Date(0),
		readme: () => 'read me\n',
		signal: new AbortController().signal,
		text,
		...more,
	});
}

function copyPristine(): void {
	cpSync(join(pristine, 'stick'), stick, {recursive: true});
}

function open(more: Partial<Parameters<typeof openOfflineFolder>[0]> = {}) {
	return openOfflineFolder({
		folder: stick,
		architecture: 'amd64',
		kindVersion: '0.33.0',
		images: ['nginx:1.14.2'],
		signal: new AbortController().signal,
		text,
		...more,
	});
}

function check(): Promise<OfflineManifest> {
	return checkOfflineFolder(stick, {signal: new AbortController().signal, text});
}

function manifest(): OfflineManifest & {format: number} {
	return JSON.parse(readFileSync(join(stick, 'manifest.json'), 'utf8'));
}

function behave(behaviour: Behaviour): void {
	fakes.state.behave(behaviour);
}

function saved(): string[] {
	return fakes.state
		.calls()
		.filter(({args}) => args[0] === 'save')
		.map(({args}) => args.at(-1) ?? '');
}

function halfFiles(): string[] {
	if (!existsSync(stick)) return [];
	return readdirSync(stick, {recursive: true, encoding: 'utf8'}).filter(name => name.endsWith('.part'));
}

describe('a folder for a stick', () => {
	test('holds the images with their checksums, under names that exFAT takes', async () => {
		const {manifest: told, written, kept} = await gather();
		expect({written, kept}).toEqual({written: 2, kept: 0});
		expect(told).toEqual({...manifest(), format: undefined});
		expect(told).toMatchObject({nodeImage, kind: '0.33.0', architectures: ['amd64'], complete: true, lab: '0.1.0'});
		const names = readdirSync(stick, {recursive: true, encoding: 'utf8'}).sort();
		expect(names).toEqual([
			'README.txt',
			'images',
			'images/amd64',
			'images/amd64/kindest-node-v1.36.4.tar',
			'images/amd64/nginx-1.14.2.tar',
			'manifest.json',
		]);
		for (const {name, bytes, sha256} of told.files) {
			const content = readFileSync(join(stick, name));
			expect(content.length).toBe(bytes);
			expect(createHash('sha256').update(content).digest('hex')).toBe(sha256);
		}
		expect(await check()).toEqual(manifest());
	});

	test('is gone on with: what is right is kept, what is damaged or missing is fetched anew', async () => {
		await gather({images: ['nginx:1.14.2', 'busybox:1.36']});
		writeFileSync(join(stick, 'images/amd64/nginx-1.14.2.tar'), 'x', {flag: 'r+'});
		rmSync(join(stick, 'images/amd64/busybox-1.36.tar'));
		const before = saved().length;
		expect(await gather({images: ['nginx:1.14.2', 'busybox:1.36']})).toMatchObject({kept: 1, written: 2});
		expect(saved().slice(before)).toEqual(['docker.io/library/nginx:1.14.2', 'docker.io/library/busybox:1.36']);
		await check();
	});

	test('loses what a newer lab does not need any more, and nothing that is somebody else’s', async () => {
		await gather({images: ['nginx:1.14.2']});
		writeFileSync(join(stick, 'notes.txt'), 'mine');
		writeFileSync(join(stick, 'images/amd64/own.tar'), 'mine');
		await gather({images: ['nginx:1.16.1']});
		expect(readdirSync(join(stick, 'images/amd64')).sort()).toEqual([
			'kindest-node-v1.36.4.tar',
			'nginx-1.16.1.tar',
			'own.tar',
		]);
		expect(readFileSync(join(stick, 'notes.txt'), 'utf8')).toBe('mine');
	});

	test('for another architecture leaves the images of this machine as they were', async () => {
		fakes.state.addImage('nginx:1.14.2', 'amd64');
		await gather({architectures: ['arm64']});
		expect(readFileSync(join(stick, 'images/arm64/nginx-1.14.2.tar'), 'utf8')).toMatch(/^# arm64\n/);
		expect(fakes.state.image('nginx:1.14.2')).toMatchObject({architecture: 'amd64'});
		expect(fakes.state.image(nodeImage)).toBeUndefined();
		// Going on with it for this machine's own architecture keeps the other.
		const {manifest: both, kept} = await gather({architectures: ['amd64']});
		expect(kept).toBe(2);
		expect(both.architectures).toEqual(['amd64', 'arm64']);
	});

	test.runIf(existsSync('/dev/full'))('on a stick that is full says so', async () => {
		fakes.state.addImage('nginx:1.14.2');
		// Whatever is written there, there is no room for it.
		const saving = saveImage({
			runtime: await runtimeHere(),
			image: 'nginx:1.14.2',
			architecture: 'amd64',
			file: '/dev/full',
			signal: new AbortController().signal,
			text,
		});
		await expect(saving).rejects.toSatisfy(isNoSpace);
		const full = Object.assign(new Error('ENOSPC: no space left on device, write'), {code: 'ENOSPC'});
		const progress = () => {
			throw full;
		};
		await expect(gather({progress})).rejects.toThrow(/no room left for .*stick.*run the same command again/);
	});

	test('of a runtime whose disk is full says so, and goes on when there is room', async () => {
		behave({save: {failAt: 'nginx:1.14.2', error: 'write /dev/stdout: no space left on device'}});
		await expect(gather()).rejects.toThrow(/nginx:1\.14\.2 cannot be had: the disk is full/);
		expect(halfFiles()).toEqual([]);
		expect(manifest()).toMatchObject({complete: false, files: [{image: nodeImage}]});
		behave({});
		expect(await gather()).toMatchObject({kept: 1, written: 1});
	});
});

describe('an interruption', () => {
	async function interrupted(act: (stop: AbortController) => void): Promise<void> {
		behave({save: {hangAt: 'nginx:1.14.2'}});
		const stop = new AbortController();
		const gathering = gather({signal: stop.signal});
		await Promise.race([until(() => halfFiles().includes('images/amd64/nginx-1.14.2.tar.part')), gathering]);
		act(stop);
		await expect(gathering).rejects.toThrow('SIGINT');
	}

	test('leaves no half file, and a folder that nobody takes for complete', async () => {
		await interrupted(stop => stop.abort(new Error('SIGINT')));
		expect(halfFiles()).toEqual([]);
		expect(readdirSync(join(stick, 'images/amd64'))).toEqual(['kindest-node-v1.36.4.tar']);
		await expect(check()).rejects.toThrow(/is not complete.*prepare --to/);
		await expect(open()).rejects.toThrow(/is not complete/);
	});

	test('gives names back that another architecture has taken, and so does the next run after a kill', async () => {
		fakes.state.addImage('nginx:1.14.2', 'amd64');
		behave({save: {hangAt: 'nginx:1.14.2'}});
		const stop = new AbortController();
		const gathering = gather({architectures: ['arm64'], signal: stop.signal});
		await Promise.race([until(() => halfFiles().some(name => name.includes('nginx'))), gathering]);
		const borrowed = join(machine, 'borrowed-image.json');
		// All that a killed process leaves.
		const left = readFileSync(borrowed);
		expect(fakes.state.image('nginx:1.14.2')).toMatchObject({architecture: 'arm64'});
		stop.abort(new Error('SIGINT'));
		await expect(gathering).rejects.toThrow('SIGINT');
		expect(fakes.state.image('nginx:1.14.2')).toMatchObject({architecture: 'amd64'});
		expect(existsSync(borrowed)).toBe(false);

		fakes.state.addImage('nginx:1.14.2', 'arm64');
		writeFileSync(borrowed, left);
		behave({});
		await gather({architectures: ['arm64']});
		expect(fakes.state.image('nginx:1.14.2')).toMatchObject({architecture: 'amd64'});
		expect(existsSync(borrowed)).toBe(false);
	});

	test('is made good by the next run, which keeps what was there and clears a killed one’s half files away', async () => {
		await interrupted(stop => stop.abort(new Error('SIGINT')));
		writeFileSync(join(stick, 'images/amd64/nginx-1.14.2.tar.part'), 'half');
		behave({});
		expect(await gather()).toMatchObject({kept: 1, written: 1});
		expect(halfFiles()).toEqual([]);
		await check();
	});
});

describe('a folder is refused', () => {
	const change = (edit: (content: Record<string, unknown> & OfflineManifest) => void) => () => {
		const content = {...manifest()};
		edit(content);
		writeFileSync(join(stick, 'manifest.json'), JSON.stringify(content));
	};
	const nginx = () => join(stick, 'images/amd64/nginx-1.14.2.tar');

	test.each<[string, () => void, RegExp]>([
		['without a manifest', () => rmSync(join(stick, 'manifest.json')), /no manifest\.json.*prepare --to/],
		['whose manifest is cut off', () => writeFileSync(join(stick, 'manifest.json'), '{"format": 1,'), /is damaged/],
		['whose manifest is something else', () => writeFileSync(join(stick, 'manifest.json'), '[]'), /is damaged/],
		[
			'whose manifest leads out of it',
			change(({files}) => {
				files[0]!.name = '../../etc/passwd';
			}),
			/is damaged/,
		],
		[
			'of a newer format',
			change(content => {
				content.format = 2;
				content.lab = '3.0.0';
			}),
			/newer endpoint-lab \(3\.0\.0\).*Update/,
		],
		[
			'that is not complete',
			change(content => {
				content.complete = false;
			}),
			/is not complete/,
		],
		['with a file missing', () => rmSync(nginx()), /nginx-1\.14\.2\.tar is missing/],
		['with a file cut off', () => writeFileSync(nginx(), 'short'), /not as long as it was made/],
		[
			'with a file changed by one letter',
			() => writeFileSync(nginx(), readFileSync(nginx(), 'utf8').replace('#', '+')),
			/checksum differs/,
		],
	])('%s', async (_what, damage, reason) => {
		copyPristine();
		damage();
		await expect(open()).rejects.toThrow(reason);
		await expect(check()).rejects.toThrow(reason);
	});

	test('that does not fit the machine: architecture, kind, images', async () => {
		copyPristine();
		await expect(open({architecture: 'arm64'})).rejects.toThrow(/images for amd64.* needs arm64.*--arch arm64/);
		await expect(open({kindVersion: '0.32.0'})).rejects.toThrow(
			/needs kind 0\.33\.0 or newer, and this is kind 0\.32\.0/,
		);
		await expect(open({images: ['nginx:1.14.2', 'busybox:1.36']})).rejects.toThrow(
			/made by endpoint-lab 0\.1\.0 and lacks .*: busybox:1\.36/,
		);
		expect(await open({kindVersion: '0.40.0'})).toMatchObject({nodeImage});
	});

	test('that is no folder at all', async () => {
		await expect(open()).rejects.toThrow(/no manifest\.json/);
	});
});

describe('the node image from a stick', () => {
	test('is loaded once, and kind finds it by its tag', async () => {
		copyPristine();
		const images = await open({images: 'all'});
		expect(images.archives.map(({image}) => image)).toEqual(['nginx:1.14.2']);
		const runtime = await runtimeHere();
		const signal = new AbortController().signal;
		await loadNodeImage(runtime, images, signal, text);
		expect(fakes.state.images()).toEqual([nodeImage]);
		await loadNodeImage(runtime, images, signal, text);
		expect(fakes.state.calls().filter(({args}) => args[0] === 'load')).toHaveLength(1);
	});

	test('is not even looked at when the runtime has it', async () => {
		copyPristine();
		rmSync(join(stick, 'images/amd64/kindest-node-v1.36.4.tar'));
		await expect(open()).rejects.toThrow(/is missing/);
		expect(await open({has: async image => image === nodeImage})).toMatchObject({nodeImage});
	});

	test('that the runtime does not take is an error with its words', async () => {
		copyPristine();
		const images = await open();
		behave({load: {error: 'Error: unrecognized image format'}});
		const loading = loadNodeImage(await runtimeHere(), images, new AbortController().signal, text);
		await expect(loading).rejects.toThrow(/kindest-node-v1\.36\.4\.tar could not be loaded.*unrecognized image format/);
	});
});

describe.runIf(process.platform === 'linux')('kind and kubectl of this machine', () => {
	const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
	const bash = realpathSync(findOnPath('bash', process.env.PATH)!);

	/** bash is a program in one file; what it reads first makes it answer as kind and kubectl of these versions would. */
	async function toolsOf(kind: string, kubectl: string) {
		const answers = join(machine, 'answers');
		const said = `case $1 in --client) echo '"gitVersion": "v${kubectl}"';; *) echo kind v${kind} go1.25;; esac\nexit\n`;
		writeFileSync(answers, said);
		const bin = join(machine, 'bin');
		mkdirSync(bin, {recursive: true});
		for (const name of ['kind', 'kubectl']) copyFileSync(bash, join(bin, name));
		return await findTools({
			environment: {PATH: bin, BASH_ENV: answers},
			architectures: [architecture],
			nodeImage,
			oldestKind: '0.33.0',
			signal: new AbortController().signal,
		});
	}

	test('are taken along where they fit the node image', async () => {
		const found = await toolsOf('0.33.1', '1.35.0');
		expect(found.map(({file, version}) => [file.name, version])).toEqual([
			[`tools/linux-${architecture}/kind`, '0.33.1'],
			[`tools/linux-${architecture}/kubectl`, '1.35.0'],
		]);
		const content = readFileSync(bash);
		expect(found[0]?.content.equals(content)).toBe(true);
		expect(found[0]?.file).toMatchObject({
			bytes: content.length,
			sha256: createHash('sha256').update(content).digest('hex'),
		});
	});

	test('are offered on a machine without kind, unless they are damaged', async () => {
		const {content, file} = (await toolsOf('0.33.1', '1.35.0'))[0]!;
		copyPristine();
		mkdirSync(join(stick, 'tools', `linux-${architecture}`), {recursive: true});
		const told = manifest();
		writeFileSync(join(stick, 'manifest.json'), JSON.stringify({...told, files: [...told.files, file]}));
		const {signal} = new AbortController();
		writeFileSync(join(stick, file.name), 'damaged');
		expect(await installKindFrom(stick, signal)).toBeUndefined();
		writeFileSync(join(stick, file.name), content);
		expect(await installKindFrom(stick, signal)).toBe(`sudo install '${stick}/${file.name}' /usr/local/bin/kind`);
	});

	test('stay where they do not', async () => {
		expect(await toolsOf('0.32.0', '1.34.9')).toEqual([]);
	});

	test('stay when they are scripts that find the program elsewhere', async () => {
		const found = await findTools({
			environment: {PATH: fakes.bin},
			architectures: [architecture],
			nodeImage,
			oldestKind: '0.1.0',
			signal: new AbortController().signal,
		});
		expect(found).toEqual([]);
	});
});

test.each([
	['nginx:1.14.2', 'images/amd64/nginx-1.14.2.tar'],
	['registry.k8s.io/pause:3.10', 'images/amd64/registry.k8s.io-pause-3.10.tar'],
	['localhost:5000/a/b:1', 'images/amd64/localhost-5000-a-b-1.tar'],
])('the archive of %s has a name that every system takes', (image, name) => {
	expect(archiveName(image, 'amd64')).toBe(name);
});
