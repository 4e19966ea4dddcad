/** A fake docker, podman or nerdctl: `runtime.ts STATE NAME words…`. It keeps containers and images between its calls. */
import {spawn} from 'node:child_process';
import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {setTimeout as delay} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import {type FakeContainer, FakeState, fullName, shownName} from './state.ts';

const [folder = '', program = 'docker', ...words] = process.argv.slice(2);
const state = new FakeState(folder);
const behaviour = state.behaviour();

process.exitCode = await main();

async function main(): Promise<number> {
	const [command = '', ...args] = words;
	if (command === 'late-container') return await lateContainer(args);
	state.noteCall(program, words);
	if (command === '-v' || command === '--version') return print(versionLine());
	if (command === 'context') return context(args);
	const chosen = process.env.DOCKER_CONTEXT;
	if (program === 'docker' && chosen && chosen !== 'default' && chosen !== behaviour.context) {
		const missing = `context "${chosen}": context not found: open meta.json: no such file or directory`;
		return fail(`Failed to initialize: unable to resolve docker endpoint: ${missing}`);
	}
	if (behaviour.daemon === 'silent') await delay(600_000);
	if (command === 'info') return info();
	if (behaviour.daemon) return fail(unreachable());
	switch (command) {
		case 'ps':
			return list(args);
		case 'pull':
			return await pull(args);
		case 'image':
			return image(args);
		case 'images':
			return images();
		case 'tag':
			return tag(args);
		case 'inspect':
			return inspectContainers(args);
		case 'run':
			return await run(args);
		case 'rm':
			return each(args, name =>
				state.remove(name) ? undefined : `Error response from daemon: No such container: ${name}`,
			);
		case 'start':
			return behaviour.startError ? fail(behaviour.startError) : each(args, name => change(name, 'running'));
		case 'unpause':
			return each(args, name => change(name, 'running'));
		case 'stop':
			return each(args, name => change(name, 'exited'));
		case 'exec':
			return exec(args);
		case 'save':
			return await save(args);
		case 'load':
			return load(args);
		case 'version':
			return print(versionLine());
		default:
			return fail(`${program}: '${command}' is not a ${program} command.`);
	}
}

function print(line: string): number {
	process.stdout.write(`${line}\n`);
	return 0;
}

function fail(line: string, code = 1): number {
	if (program === 'nerdctl') return failAsLogged(line);
	process.stderr.write(`${line}\n`);
	return code;
}

/** nerdctl says what is wrong as its log does, and has no daemon of its own to name. */
function failAsLogged(line: string): number {
	const message = line.replace(/^Error response from daemon: (N?)/, (_, first: string) => first.toLowerCase());
	const time = new Date(0).toISOString();
	process.stderr.write(`time="${time}" level=fatal msg="${message.replaceAll('"', '\\"')}"\n`);
	return 1;
}

function versionLine(): string {
	return {
		docker: 'Docker version 28.2.2, build e6534b4',
		podman: 'podman version 5.4.2',
		nerdctl: 'nerdctl version 2.0.3',
	}[program as 'docker'];
}

function context([action]: string[]): number {
	if (action === 'ls') {
		const current = {Name: behaviour.context ?? 'default', DockerEndpoint: 'unix:///var/run/docker.sock'};
		const all = [{...current, Current: true}, ...(behaviour.contexts ?? []).map(one => ({...one, Current: false}))];
		for (const one of all) print(JSON.stringify(one));
		return 0;
	}
	if (action !== 'show') return fail(`unknown command: docker context ${action}`);
	return print(process.env.DOCKER_CONTEXT || behaviour.context || 'default');
}

function unreachable(): string {
	if (program === 'nerdctl') {
		const why = behaviour.daemon === 'no-permission' ? 'permission denied' : 'no such file or directory';
		return `cannot access containerd socket "/run/containerd/containerd.sock": ${why}`;
	}
	const socket = 'unix:///var/run/docker.sock';
	if (behaviour.daemon === 'no-permission')
		return `permission denied while trying to connect to the Docker daemon socket at ${socket}: Get "http://%2Fvar%2Frun%2Fdocker.sock/v1.50/info": dial unix /var/run/docker.sock: connect: permission denied`;
	return program === 'podman'
		? 'Cannot connect to Podman. Please verify your connection to the Linux system using `podman system connection list`, or try `podman machine init` and `podman machine start` to manage a new Linux VM'
		: `Cannot connect to the Docker daemon at ${socket}. Is the docker daemon running?`;
}

/** Real docker prints what it knows as one line of JSON before it says that the daemon is not there. */
function info(): number {
	const stopped = behaviour.daemon !== undefined;
	if (program === 'podman') {
		if (stopped) return fail(unreachable(), 125);
		const host = {os: 'linux', arch: 'amd64', cpus: 4, memTotal: 8_000_000_000, cgroupVersion: 'v2', security: {}};
		return print(JSON.stringify({host, store: {graphDriverName: 'overlay'}, version: {Version: '5.4.2'}}));
	}
	if (program === 'nerdctl') {
		if (stopped) return fail(unreachable());
		// As far as nerdctl knows what docker tells: nothing of folders and drivers' states.
		return print(
			JSON.stringify({
				ID: '2f7a3c1e-4b6d-4c0a-9d55-9a6f3e1c0b77',
				Driver: 'overlayfs',
				MemoryLimit: true,
				PidsLimit: true,
				CPUShares: true,
				CgroupDriver: 'systemd',
				CgroupVersion: '2',
				OperatingSystem: 'Debian GNU/Linux 12 (bookworm)',
				OSType: 'linux',
				Architecture: 'x86_64',
				NCPU: 4,
				MemTotal: 8_000_000_000,
				ServerVersion: 'v2.0.4',
				SecurityOptions: ['name=seccomp,profile=builtin', 'name=cgroupns'],
				...behaviour.info,
			}),
		);
	}
	const known = {
		ID: stopped ? '' : '5bd9ac39-8b0a-4d1e-9e5c-0f5a6f0e4b11',
		ServerVersion: stopped ? '' : '28.2.2',
		OSType: stopped ? '' : 'linux',
		Architecture: stopped ? '' : 'x86_64',
		OperatingSystem: stopped ? '' : 'Debian GNU/Linux 12 (bookworm)',
		NCPU: stopped ? 0 : 4,
		MemTotal: stopped ? 0 : 8_000_000_000,
		CgroupDriver: 'systemd',
		CgroupVersion: stopped ? '' : '2',
		MemoryLimit: true,
		PidsLimit: true,
		CPUShares: true,
		SecurityOptions: stopped ? null : ['name=seccomp,profile=builtin', 'name=cgroupns'],
		Driver: stopped ? '' : 'overlay2',
		DriverStatus: stopped ? null : [['Backing Filesystem', 'extfs']],
		DockerRootDir: stopped ? '' : '/var/lib/docker',
		...behaviour.info,
	};
	print(JSON.stringify(known));
	return stopped ? fail(unreachable()) : 0;
}

/** `ps -a --filter label=KEY[=VALUE] --format TEMPLATE`, of Go's templates as much as kind and the lab use. */
function list(args: string[]): number {
	const all = args.includes('-a') || args.includes('--all');
	const filters = args.flatMap((word, at) => (word === '--filter' ? [args[at + 1] ?? ''] : []));
	const at = args.indexOf('--format');
	const template = at === -1 ? '{{.Names}}' : args[at + 1]!;
	if (program === 'nerdctl' && template.includes('.State')) {
		return fail(
			`template: :1:2: executing "" at <.State>: can't evaluate field State in type container.containerPrintable`,
		);
	}
	for (const container of state.containers()) {
		if (!all && container.state !== 'running') continue;
		if (!filters.every(filter => matches(container, filter))) continue;
		print(
			template
				.replaceAll('\\t', '\t')
				.replace(/\{\{\s*\.(Names|State|Image|Label)\s*(?:"([^"]*)")?\s*\}\}/g, (_, field: string, label = '') =>
					field === 'Names'
						? container.name
						: field === 'State'
							? container.state
							: field === 'Image'
								? container.image
								: (labels(container)[label] ?? ''),
				),
		);
	}
	return 0;
}

function labels({cluster, role}: FakeContainer): Record<string, string> {
	return {
		...(cluster && {'io.x-k8s.kind.cluster': cluster}),
		...(role && {'io.x-k8s.kind.role': role}),
	};
}

function matches(container: FakeContainer, filter: string): boolean {
	const [, key = '', value] = /^label=([^=]+)(?:=(.*))?$/.exec(filter) ?? [];
	const found = labels(container)[key];
	return found !== undefined && (value === undefined || found === value);
}

async function pull(args: string[]): Promise<number> {
	const platform = args.includes('--platform') ? args[args.indexOf('--platform') + 1] : undefined;
	const image = args.filter(word => !word.startsWith('-') && word !== platform).at(-1) ?? '';
	const {error, hang, layers = 2, stepMs = 5} = behaviour.pull ?? {};
	const [, tag = 'latest'] = image.split(/:(?=[^/]*$)/);
	print(`${tag}: Pulling from ${image.replace(/:[^/]*$/, '')}`);
	if (error) return fail(error);
	for (let layer = 0; layer < layers; layer += 1) {
		print(`${`a${layer}b2c3d4e5f6`.slice(0, 12)}: Pulling fs layer`);
		await delay(stepMs);
		if (hang) await delay(600_000);
		print(`${`a${layer}b2c3d4e5f6`.slice(0, 12)}: Pull complete`);
	}
	state.addImage(image, platform?.split('/')[1]);
	print(`Status: Downloaded newer image for ${image}`);
	return print(image);
}

function image([action = '', ...args]: string[]): number {
	if (action === 'inspect') return inspectImage(args);
	if (action !== 'rm') return fail(`unknown command: docker image ${action}`);
	for (const name of args) {
		if (!state.image(name)) return fail(`Error response from daemon: No such image: ${name}`);
		state.removeImage(name);
		print(`Untagged: ${name}`);
	}
	return 0;
}

function images(): number {
	for (const name of state.images()) print(program === 'podman' ? fullName(name) : name);
	return 0;
}

/** `inspect --format '{{.State.Status}}' NAMES`. */
function inspectContainers(args: string[]): number {
	const [flag, template = '', ...names] = args;
	if (flag !== '--format') return fail(`unknown flag: ${flag}`, 125);
	for (const name of names) {
		const container = state.containers().find(one => one.name === name);
		if (!container) return fail(`Error response from daemon: No such object: ${name}`);
		print(template.replace('{{.State.Status}}', container.state));
	}
	return 0;
}

/** The identities of images tell their architectures, and nothing else. */
function idOf(architecture: string): string {
	return `sha256:${Buffer.from(architecture).toString('hex')}`;
}

function tag([id = '', name = '']: string[]): number {
	const [, hex] = /^sha256:([0-9a-f]+)$/.exec(id) ?? [];
	if (!hex) return fail(`Error response from daemon: No such image: ${id}`);
	state.addImage(name, Buffer.from(hex, 'hex').toString());
	return 0;
}

function inspectImage(args: string[]): number {
	const name = args.filter(word => !word.startsWith('-') && !word.startsWith('{')).at(-1) ?? '';
	const found = state.image(name);
	if (!found) return fail(`Error response from daemon: No such image: ${name}`);
	const fields = {Id: idOf(found.architecture), Architecture: found.architecture};
	const template = args.find(word => word.startsWith('{'));
	if (template) return print(template.replace(/\{\{\.(Id|Architecture)\}\}/g, (_, key: 'Id') => fields[key]));
	return print(JSON.stringify([{...fields, RepoTags: [name], Os: 'linux'}]));
}

/** `run --name NAME --label KEY=VALUE … IMAGE`, as kind starts a node. */
async function run(args: string[]): Promise<number> {
	const after = (flag: string) => args.flatMap((word, at) => (word === flag ? [args[at + 1] ?? ''] : []));
	const [name = ''] = after('--name');
	const label = (key: string) =>
		after('--label')
			.find(word => word.startsWith(`${key}=`))
			?.slice(key.length + 1);
	const container: FakeContainer = {
		name,
		image: args.at(-1) ?? '',
		state: 'running',
		cluster: label('io.x-k8s.kind.cluster'),
		role: label('io.x-k8s.kind.role'),
	};
	if (state.containers().some(({name}) => name === container.name)) {
		const conflict = `Conflict. The container name "/${name}" is already in use by container "0123456789abcdef".`;
		return fail(
			`docker: Error response from daemon: ${conflict} You have to remove (or rename) that container to be able to reuse that name.`,
			125,
		);
	}
	const {lateMs, stepMs = 0} = behaviour.create ?? {};
	if (lateMs) {
		// The daemon goes on with what it was asked for, whatever becomes of the client.
		const script = fileURLToPath(import.meta.url);
		const late = [script, folder, program, 'late-container', String(lateMs), JSON.stringify(container)];
		spawn(process.execPath, late, {detached: true, stdio: 'ignore'}).unref();
		await delay(600_000);
	}
	await delay(stepMs / 2);
	state.put(container);
	return print('0123456789abcdef');
}

async function lateContainer([ms = '0', container = '']: string[]): Promise<number> {
	await delay(Number(ms));
	state.put(JSON.parse(container));
	return 0;
}

function change(name: string, to: FakeContainer['state']): string | undefined {
	const container = state.containers().find(one => one.name === name);
	if (!container) return `Error response from daemon: No such container: ${name}`;
	if (words[0] === 'start' && container.state === 'paused')
		return 'Error response from daemon: cannot start a paused container, try unpause instead';
	state.put({...container, state: to});
	return undefined;
}

/** Does something to each named container, as docker does: it goes on after one that fails. */
function each(args: string[], act: (name: string) => string | undefined): number {
	const names = args.filter((word, at) => !word.startsWith('-') && !/^(-t|--time|--timeout)$/.test(args[at - 1] ?? ''));
	if (words[0] === 'rm' && state.takeDeleteFailure()) {
		const why = 'tried to kill container, but did not receive an exit event';
		return fail(`Error response from daemon: cannot remove container "${names[0]}": could not kill container: ${why}`);
	}
	let code = 0;
	for (const name of names) {
		const problem = act(name);
		if (problem) code = fail(problem);
		else print(name);
	}
	return code;
}

function exec(args: string[]): number {
	const [name = '', ...command] = args.filter(word => word !== '-i' && word !== '--privileged');
	const container = state.containers().find(one => one.name === name);
	if (!container) return fail(`Error response from daemon: No such container: ${name}`);
	if (container.state !== 'running') return fail(`Error response from daemon: container ${name} is not running`);
	if (command[0] === 'crictl' && command[1] === 'images') return print(crictlImages(name));
	if (command[0] === 'curl') {
		const host = new URL(command.at(-1)!).hostname;
		return behaviour.nodesOffline ? fail(`curl: (6) Could not resolve host: ${host}`, 6) : 0;
	}
	return fail(`OCI runtime exec failed: exec: "${command[0]}": executable file not found in $PATH`, 126);
}

/** What `kind load` has put onto a node, as `crictl images -o json` lists it. */
function crictlImages(node: string): string {
	const file = `${folder}/archives/${node}.txt`;
	if (behaviour.nodesHaveImages) {
		return JSON.stringify({images: state.images().map(name => ({id: 'sha256:aaaa', repoTags: [fullName(name)]}))});
	}
	const tags = existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(isImageLine) : [];
	return JSON.stringify({images: tags.map(tag => ({id: 'sha256:aaaa', repoTags: [fullName(tag)]}))});
}

function isImageLine(line: string): boolean {
	return line !== '' && !line.startsWith('#');
}

/** An archive of the fakes names its images, one a line; lines with # are its bulk, and tell the architecture. */
async function save(args: string[]): Promise<number> {
	const {withoutPlatform, hangAt, failAt, error = 'boom'} = behaviour.save ?? {};
	const after = (flag: string) => (args.includes(flag) ? args[args.indexOf(flag) + 1] : undefined);
	const output = after('-o') ?? after('--output');
	const platform = after('--platform');
	if (platform && withoutPlatform) return fail('unknown flag: --platform', 125);
	const options = [output, platform, after('--format')];
	const names = args.filter(word => !word.startsWith('-') && !options.includes(word));
	let archive = '';
	for (const name of names) {
		const found = state.image(name);
		if (!found) return fail(`Error response from daemon: No such image: ${name}`);
		if (failAt && shownName(name) === failAt) return fail(error);
		if (platform && platform !== `linux/${found.architecture}`) {
			return fail(`Error response from daemon: image "${name}": no match for platform ${platform}: not found`);
		}
		archive += `# ${found.architecture}\n${`# ${'.'.repeat(98)}\n`.repeat(20)}${name}\n`;
	}
	if (output) writeFileSync(output, archive);
	else if (hangAt && names.some(name => shownName(name) === hangAt)) {
		process.stdout.write(archive.slice(0, archive.length / 2));
		await delay(600_000);
	} else process.stdout.write(archive);
	return 0;
}

function load(args: string[]): number {
	const input = args[(args.includes('-i') ? args.indexOf('-i') : args.indexOf('--input')) + 1] ?? '';
	if (!existsSync(input)) return fail(`open ${input}: no such file or directory`);
	if (behaviour.load?.error) return fail(behaviour.load.error);
	const lines = readFileSync(input, 'utf8').split('\n');
	const architecture = /^# (\w+)$/.exec(lines[0] ?? '')?.[1];
	for (const name of lines.filter(isImageLine)) {
		state.addImage(name, architecture);
		print(`Loaded image: ${shownName(name)}`);
	}
	return 0;
}
