/** A fake kind: `kind.ts STATE kind words…`. What it prints was recorded from kind v0.32 (test/fixtures/kind). */
import {spawn, spawnSync} from 'node:child_process';
import {closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync, writeSync} from 'node:fs';
import {homedir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {isMap, LineCounter, parse, parseDocument, stringify} from 'yaml';
import {FakeState, type FakeStep} from './state.ts';

const [folder = '', , ...words] = process.argv.slice(2);
const state = new FakeState(folder);
const behaviour = state.behaviour();
const runtime = process.env.KIND_EXPERIMENTAL_PROVIDER ?? 'docker';
const quiet = words[0] === '-q';
const [command = '', noun = '', ...rest] = quiet ? words.slice(1) : words;
const version = behaviour.kindVersion ?? '0.32.0';

class KindError extends Error {}

state.noteCall('kind', words);
try {
	await main();
} catch (error) {
	if (!(error instanceof KindError)) throw error;
	say(`ERROR: ${error.message}`);
	process.exitCode = 1;
}

async function main(): Promise<void> {
	if (command === 'version') {
		process.stdout.write(quiet ? `${version}\n` : `kind v${version} go1.25.5 linux/amd64\n`);
		return;
	}
	switch (`${command} ${noun}`) {
		case 'get clusters':
			return getClusters();
		case 'get nodes':
			return getNodes(flags(['--name']).name ?? 'kind');
		case 'export kubeconfig':
			return exportKubeconfig(flags(['--name', '--kubeconfig']));
		case 'export logs':
			return await exportLogs();
		case 'create cluster':
			return await create(flags(['--name', '--config', '--image', '--kubeconfig', '--wait', '--retain']));
		case 'delete cluster':
			return await remove(flags(['--name', '--kubeconfig']));
		case 'load image-archive':
			return loadArchive();
		default:
			throw new KindError(`unknown command "${command}" for "kind"`);
	}
}

/** Standard error as kind writes it: in pieces that may end within a character. */
function say(line: string): void {
	if (quiet) return;
	const bytes = Buffer.from(`${line}\n`);
	const emoji = bytes.findIndex(byte => byte >= 0xf0);
	const cut = emoji === -1 ? bytes.length : emoji + 2;
	try {
		writeSync(2, bytes.subarray(0, cut));
		if (cut < bytes.length) writeSync(2, bytes.subarray(cut));
	} catch (error) {
		// Whoever read has gone: SIGPIPE.
		if ((error as NodeJS.ErrnoException).code === 'EPIPE') process.exit(141);
		throw error;
	}
}

function flags(
	known: string[],
): Partial<Record<'name' | 'config' | 'image' | 'kubeconfig' | 'wait' | 'retain', string>> {
	const found: Record<string, string> = {};
	for (let at = 0; at < rest.length; at += 1) {
		const flag = rest[at]!;
		if (!flag.startsWith('-')) continue;
		if (!known.includes(flag)) throw new KindError(`unknown flag: ${flag}`);
		found[flag.slice(2)] = flag === '--retain' ? 'true' : (rest[++at] ?? '');
	}
	return found;
}

/** Runs the runtime as kind does; its output goes into kind's own error. */
function ask(args: string[], what: string): string {
	const {status, stdout, stderr, error} = spawnSync(runtime, args, {encoding: 'utf8'});
	const command = [runtime, ...args.map(word => (/[\s{]/.test(word) ? `'${word}'` : word))].join(' ');
	if (error) {
		const why = `exec: "${runtime}": executable file not found in $PATH`;
		throw new KindError(`${what}: command "${command}" failed with error: ${why}\n\nCommand Output: `);
	}
	if (status !== 0) {
		const output = `${stdout}${stderr}`;
		throw new KindError(
			`${what}: command "${command}" failed with error: exit status ${status}\n\nCommand Output: ${output}`,
		);
	}
	return stdout;
}

function nodesOf(cluster: string, what: string): string[] {
	const filter = ['ps', '-a', '--filter', `label=io.x-k8s.kind.cluster=${cluster}`, '--format', '{{.Names}}'];
	return ask(filter, what).split('\n').filter(Boolean);
}

function getClusters(): void {
	const format = '{{.Label "io.x-k8s.kind.cluster"}}';
	const found = ask(
		['ps', '-a', '--filter', 'label=io.x-k8s.kind.cluster', '--format', format],
		'failed to list clusters',
	);
	const names = [...new Set(found.split('\n').filter(Boolean))];
	if (names.length === 0) say('No kind clusters found.');
	for (const name of names) process.stdout.write(`${name}\n`);
}

function getNodes(cluster: string): void {
	const names = nodesOf(cluster, 'failed to list nodes');
	if (names.length === 0) say(`No kind nodes found for cluster "${cluster}".`);
	for (const name of names) process.stdout.write(`${name}\n`);
}

type Config = {nodes?: {role?: string}[]};

/** Reads the configuration as kind's strict decoder does. */
function readConfig(file: string | undefined): Config {
	if (!file) return {};
	if (file !== '-' && !existsSync(file)) {
		const why = `open ${file}: no such file or directory`;
		throw new KindError(`failed to create cluster: error reading file: ${why}`);
	}
	const text = readFileSync(file === '-' ? 0 : file, 'utf8');
	writeFileSync(join(folder, 'config.yaml'), text);
	const lines = new LineCounter();
	const document = parseDocument(text, {lineCounter: lines});
	const known = ['kind', 'apiVersion', 'name', 'nodes', 'networking', 'featureGates', 'runtimeConfig'];
	const more = [
		'kubeadmConfigPatches',
		'kubeadmConfigPatchesJSON6902',
		'containerdConfigPatches',
		'containerdConfigPatchesJSON6902',
	];
	const unknown = isMap(document.contents)
		? document.contents.items.find(({key}) => ![...known, ...more].includes(String(key)))
		: undefined;
	if (unknown) {
		const {line} = lines.linePos((unknown.key as unknown as {range: [number]}).range[0]);
		const why = `line ${line}: field ${unknown.key} not found in type v1alpha4.Cluster`;
		throw new KindError(`failed to create cluster: unable to decode config: yaml: unmarshal errors:\n  ${why}`);
	}
	return document.toJS() ?? {};
}

async function create(options: ReturnType<typeof flags>): Promise<void> {
	const name = options.name ?? process.env.KIND_CLUSTER_NAME ?? 'kind';
	const {stepMs = 10, hangAt, failAt, error = 'boom', failure, preamble = [], newEmoji} = behaviour.create ?? {};
	if (options.wait !== undefined && !/^\d+(ns|us|ms|s|m|h)/.test(options.wait)) {
		const why = `time: missing unit in duration "${options.wait}"`;
		throw new KindError(`invalid argument "${options.wait}" for "--wait" flag: ${why}`);
	}
	if (!/^[a-z0-9.-]+$/.test(name)) {
		const why = 'is not a valid cluster name, cluster names must match `^[a-z0-9.-]+$`';
		throw new KindError(`failed to create cluster: '${name}' ${why}`);
	}
	const config = readConfig(options.config);
	const info = ask(['info', '--format', '{{json .}}'], 'failed to create cluster: failed to get docker info');
	for (const line of preamble) say(line);
	if (/"CgroupVersion":"1"/.test(info))
		say(
			'cgroup v1 is deprecated in Kubernetes and will not be supported in a future kind release, please upgrade to cgroup v2',
		);
	if (nodesOf(name, 'failed to create cluster: failed to list nodes').length > 0)
		throw new KindError(`failed to create cluster: node(s) already exist for a cluster with the name "${name}"`);
	say(`Creating cluster "${name}" ...`);
	const image =
		options.image ?? 'kindest/node:v1.36.1@sha256:3489c7674813ba5d8b1a9977baea8a6e553784dab7b84759d1014dbd78f7ebd5';
	const roles = config.nodes?.map(({role}) => role ?? 'control-plane') ?? ['control-plane'];
	const nodes = namesOf(name, roles);

	/** One step between its two lines. */
	const step = async (id: FakeStep, title: string, command: string, act: () => Promise<void> | void = () => {}) => {
		say(` • ${title}  ...`);
		try {
			if (hangAt === id) await delay(600_000);
			await delay(stepMs);
			if (failAt === id) {
				if (failure) throw new KindError(failure);
				throw new KindError(
					`failed to create cluster: ${command} failed with error: exit status 1\n\nCommand Output: ${error}`,
				);
			}
			await act();
		} catch (problem) {
			say(` ✗ ${title}`);
			if (!options.retain && !behaviour.create?.retain && id !== 'image') {
				const there = nodesOf(name, 'failed to create cluster');
				for (const node of there) state.remove(node);
				say(`Deleted nodes: [${there.map(node => `"${node}"`).join(' ')}]`);
			}
			throw problem;
		}
		say(` ✓ ${title}`);
	};

	await step(
		'image',
		`Ensuring node image (${image.split('@')[0]}) ${newEmoji ? '🖼️' : '🖼'}`,
		`failed to pull image "${image}": command "docker pull ${image}"`,
		() => {
			if (!state.image(image)) ask(['pull', image], `failed to create cluster: failed to pull image "${image}"`);
		},
	);
	await step(
		'nodes',
		`Preparing nodes ${'📦 '.repeat(nodes.length)}`,
		`command "docker run --name ${nodes[0]?.name}"`,
		async () => {
			await Promise.all(nodes.map(node => run(node, name, image)));
		},
	);
	await step('configuration', 'Writing configuration 📜', 'command "docker exec"');
	await step(
		'control-plane',
		'Starting control-plane 🕹️',
		`failed to init node with kubeadm: command "docker exec --privileged ${nodes[0]?.name} kubeadm init --config=/kind/kubeadm.conf --skip-token-print --v=6"`,
	);
	await step('cni', 'Installing CNI 🔌', 'failed to apply overlay network: command "docker exec"');
	await step('storage', 'Installing StorageClass 💾', 'failed to add default storage class: command "docker exec"');
	if (nodes.length > 1)
		await step(
			'workers',
			'Joining worker nodes 🚜',
			`failed to join node with kubeadm: command "docker exec --privileged ${nodes[1]?.name} kubeadm join"`,
		);
	if (options.wait !== undefined) {
		const title = `Waiting ≤ ${options.wait} for control-plane = Ready ⏳`;
		say(` • ${title}  ...`);
		await delay(stepMs);
		say(` ✗ ${title}`);
		say(' • WARNING: Timed out waiting for Ready ⚠️');
	}
	const kubeconfig = options.kubeconfig ?? defaultKubeconfig();
	if (behaviour.create?.locked) writeFileSync(`${kubeconfig}.lock`, '');
	await mergeKubeconfig(kubeconfig, name, 'failed to create cluster: ');
	say(`Set kubectl context to "kind-${name}"`);
	say('You can now use your cluster with:\n');
	say(`kubectl cluster-info --context kind-${name} --kubeconfig ${kubeconfig}\n`);
	say('Have a nice day! 👋');
}

/** lab-control-plane, lab-worker, lab-worker2 … as kind counts. */
function namesOf(cluster: string, roles: string[]): {name: string; role: string}[] {
	const counts: Record<string, number> = {};
	return roles.map(role => {
		counts[role] = (counts[role] ?? 0) + 1;
		return {name: `${cluster}-${role}${counts[role] === 1 ? '' : counts[role]}`, role};
	});
}

/** Starts a node by a process of its own, as kind does: it outlives kind when only kind is killed. */
function run({name, role}: {name: string; role: string}, cluster: string, image: string): Promise<void> {
	const labels = ['--label', `io.x-k8s.kind.role=${role}`, '--label', `io.x-k8s.kind.cluster=${cluster}`];
	const child = spawn(runtime, ['run', '--name', name, '--hostname', name, ...labels, '--detach', '--tty', image], {
		stdio: ['ignore', 'ignore', 'inherit'],
	});
	return new Promise((resolve, reject) => {
		child.once('exit', code => {
			if (code === 0) resolve();
			else
				reject(
					new KindError(
						`failed to create cluster: command "docker run --name ${name}" failed with error: exit status ${code}\n\nCommand Output: `,
					),
				);
		});
	});
}

function defaultKubeconfig(): string {
	return process.env.KUBECONFIG || join(homedir(), '.kube/config');
}

type Kubeconfig = {
	apiVersion: string;
	kind: string;
	clusters?: {name: string; cluster: object}[];
	contexts?: {name: string; context: object}[];
	users?: {name: string; user: object}[];
	'current-context'?: string;
};

/** Locks as kind and kubectl do: a file that must not exist yet, tried for 150 ms. */
async function locked(file: string, before: string, act: () => void): Promise<void> {
	const lock = `${file}.lock`;
	for (let tries = 0; ; tries += 1) {
		try {
			closeSync(openSync(lock, 'wx'));
			break;
		} catch {
			if (tries === 4) throw new KindError(`${before}failed to lock config file: open ${lock}: file exists`);
			await delay(40);
		}
	}
	try {
		act();
	} finally {
		rmSync(lock, {force: true});
	}
}

async function mergeKubeconfig(file: string, cluster: string, before: string): Promise<void> {
	const name = `kind-${cluster}`;
	await locked(file, before, () => {
		const old: Kubeconfig = existsSync(file) ? parse(readFileSync(file, 'utf8')) : {};
		const leads: Kubeconfig | undefined = behaviour.kubeconfig && parse(readFileSync(behaviour.kubeconfig, 'utf8'));
		const others = <T extends {name: string}>(list: T[] = []) => list.filter(entry => entry.name !== name);
		const server = {server: 'https://127.0.0.1:1', 'certificate-authority-data': 'QUFBQQ=='};
		const config: Kubeconfig = {
			apiVersion: 'v1',
			kind: 'Config',
			clusters: [...others(old.clusters), {name, cluster: leads?.clusters?.[0]?.cluster ?? server}],
			contexts: [...others(old.contexts), {name, context: {cluster: name, user: name}}],
			'current-context': name,
			users: [...others(old.users), {name, user: leads?.users?.[0]?.user ?? {token: 'none'}}],
		};
		writeFileSync(file, stringify(config), {mode: 0o600});
	});
}

async function exportKubeconfig({
	name = 'kind',
	kubeconfig = defaultKubeconfig(),
}: ReturnType<typeof flags>): Promise<void> {
	if (nodesOf(name, 'failed to list nodes').length === 0) {
		const why = `could not locate any control plane nodes for cluster named '${name}'`;
		throw new KindError(`${why}. Use the --name option to select a different cluster`);
	}
	await mergeKubeconfig(kubeconfig, name, '');
	say(`Set kubectl context to "kind-${name}"`);
}

/** `export logs DIR --name NAME`: a folder a node, and the version of kind beside them. */
async function exportLogs(): Promise<void> {
	const {name = 'kind'} = flags(['--name']);
	const nodes = nodesOf(name, 'failed to list nodes');
	if (nodes.length === 0) throw new KindError(`unknown cluster "${name}"`);
	const folder = rest.find((word, at) => !word.startsWith('-') && !rest[at - 1]?.startsWith('--')) ?? '.';
	say(`Exporting logs for cluster "${name}" to:`);
	process.stdout.write(`${folder}\n`);
	for (const node of nodes) {
		mkdirSync(join(folder, node), {recursive: true});
		writeFileSync(join(folder, node, 'kubelet.log'), `${node} kubelet[412]: "command failed" err="out of luck"\n`);
	}
	writeFileSync(join(folder, 'kind-version.txt'), `kind v${version}\n`);
}

async function remove({name = 'kind', kubeconfig = defaultKubeconfig()}: ReturnType<typeof flags>): Promise<void> {
	say(`Deleting cluster "${name}" ...`);
	const nodes = nodesOf(name, `failed to delete cluster "${name}": error listing nodes`);
	if (nodes.length > 0 && behaviour.deleteHangs) {
		state.remove(nodes[0]!);
		await delay(600_000);
	}
	if (nodes.length > 0 && state.takeDeleteFailure()) {
		const why = `Error response from daemon: cannot remove container "${nodes[0]}": could not kill container: tried to kill container, but did not receive an exit event`;
		const command = `${runtime} rm -f -v ${nodes.join(' ')}`;
		throw new KindError(
			`failed to delete cluster "${name}": failed to delete nodes: command "${command}" failed with error: exit status 1\n\nCommand Output: ${why}`,
		);
	}
	const lock = `${kubeconfig}.lock`;
	// Not tried again, and the nodes go all the same.
	const stuck = existsSync(lock) ? `failed to lock config file: open ${lock}: file exists` : undefined;
	if (stuck) say(`failed to update kubeconfig: ${stuck}`);
	else if (existsSync(kubeconfig)) writeFileSync(kubeconfig, 'apiVersion: v1\nkind: Config\n');
	for (const node of nodes) state.remove(node);
	if (nodes.length > 0) say(`Deleted nodes: [${nodes.map(node => `"${node}"`).join(' ')}]`);
	if (stuck) throw new KindError(`failed to delete cluster "${name}": ${stuck}`);
}

function loadArchive(): void {
	const [file = ''] = rest.filter(
		(word, at) => (word === '-' || !word.startsWith('-')) && !rest[at - 1]?.startsWith('--'),
	);
	const after = (flag: string) => (rest.includes(flag) ? rest[rest.indexOf(flag) + 1] : undefined);
	const name = after('--name') ?? 'kind';
	if (!existsSync(file)) throw new KindError(`stat ${file}: no such file or directory`);
	const nodes = nodesOf(name, 'failed to list nodes');
	if (nodes.length === 0) throw new KindError(`no nodes found for cluster "${name}"`);
	const wanted = after('--nodes')?.split(',') ?? nodes;
	const unknown = wanted.find(node => !nodes.includes(node));
	if (unknown) throw new KindError(`unknown node: ${unknown}`);
	for (const node of wanted) writeFileSync(join(folder, 'archives', `${node}.txt`), readFileSync(file), {flag: 'a'});
}
