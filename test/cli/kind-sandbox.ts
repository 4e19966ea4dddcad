import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	realpathSync,
	rmSync,
	statSync,
	writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, expect, vi} from 'vitest';
import {createFakes, type FakeProgram, type Fakes, type FakesOptions} from '../fakes/fakes.ts';
import type {Behaviour, FakeContainer} from '../fakes/state.ts';
import {until} from '../until.ts';
import {createSandbox, type Running, type Sandbox} from './cli.ts';

/** The node image that goes with the version of the fake kind. */
export const nodeImage = 'kindest/node:v1.36.1';

/** What is on the machine already and belongs to somebody else. */
const foreign: FakeContainer[] = [
	{
		name: 'desktop-control-plane',
		image: 'kindest/node:v1.34.0',
		state: 'running',
		cluster: 'desktop',
		role: 'control-plane',
	},
	{name: 'postgres', image: 'postgres:17', state: 'exited'},
];

const foreignKubeconfig = 'apiVersion: v1\nkind: Config\ncurrent-context: work\ncontexts: []\n# mine\n';

/** The program on a machine with a fake Docker and a fake kind, and with things of somebody else's. */
export type KindSandbox = Fakes & {
	home: string;
	/** The lab's record, log and kubeconfig of the cluster. */
	folder: string;
	start(args: string[], environment?: Record<string, string | undefined>): Running;
	run: Sandbox['run'];
	/** From now on the fakes behave so, and not as before. */
	behave(behaviour: Behaviour): void;
	/** The states of the containers that are not somebody else's, by name but for what makes it unlike any other. */
	containers(): Record<string, string>;
	/** The name of the lab's cluster. */
	cluster(): string;
	/** Waits until a program of the fakes was called with these words, one after the other, by a run that is going on. */
	called(running: Running, program: string, ...words: string[]): Promise<void>;
	/** Nothing of ours is left but, after a failure, what kind and its nodes said; and nothing of others is changed. */
	expectClean(said?: string[]): Promise<void>;
	/** Nobody else's container, kubeconfig or cluster was touched, and no variable of the user's led kind astray. */
	expectOthersUntouched(): void;
	remove(): Promise<void>;
};

/** Runs a cluster for the tests of a file, for the clusters that are made in them to lead to. */
export function clusterBehind() {
	let sandbox: Sandbox;
	let kubeconfig: string;
	beforeAll(async () => {
		sandbox = createSandbox();
		const {stdout} = await sandbox.run(['up', '--detach']);
		kubeconfig = /KUBECONFIG=(.*)/.exec(stdout)![1]!;
	});
	afterAll(() => sandbox.remove());
	return {
		kubeconfig: () => kubeconfig,
		kubectl: (...words: string[]) => sandbox.run(['kubectl', '--kubeconfig', kubeconfig, ...words]),
	};
}

/** A text with the names of the lab's clusters as far as they are always the same. */
export function plainNames(text: string): string {
	return text.replace(/\b(endpoint-lab(?:-proof)?)-[0-9a-f]{6}\b/g, '$1');
}

/** Makes the machine. The cluster that a made one leads to is `behaviour.kubeconfig`. */
export function createKindSandbox(
	behaviour: Behaviour = {},
	programs?: FakeProgram[],
	options?: FakesOptions,
): KindSandbox {
	const sandbox = createSandbox();
	const machine = realpathSync(mkdtempSync(join(tmpdir(), 'endpoint-lab-fakes-')));
	const fakes = createFakes(machine, programs, options);
	const {state} = fakes;
	const user = join(machine, 'user');
	mkdirSync(join(user, '.kube'), {recursive: true});
	writeFileSync(join(user, '.kube/config'), foreignKubeconfig);
	for (const container of foreign) state.put(container);
	state.addImage(nodeImage);
	state.addImage('nginx:1.14.2');
	const behave = (behaviour: Behaviour) => state.behave({nodesHaveImages: true, create: {stepMs: 1}, ...behaviour});
	behave(behaviour);
	const environment = {
		PATH: fakes.path,
		HOME: user,
		ENDPOINT_LAB_CLUSTER: undefined,
		// What a user of kind may have in their environment.
		KUBECONFIG: join(user, '.kube/config'),
		KIND_CLUSTER_NAME: 'desktop',
		KIND_EXPERIMENTAL_DOCKER_NETWORK: 'mine',
	};
	const folder = join(sandbox.home, 'kind');

	function ours(): FakeContainer[] {
		return state.containers().filter(({name}) => foreign.every(one => one.name !== name));
	}

	function expectOthersUntouched(): void {
		expect(state.containers().filter(({name}) => foreign.some(one => one.name === name))).toEqual(foreign);
		expect(readFileSync(join(user, '.kube/config'), 'utf8')).toBe(foreignKubeconfig);
		expect(readdirSync(join(user, '.kube'))).toEqual(['config']);
		for (const {program, args, environment} of state.calls()) {
			if (program === 'kubectl') expect(environment.KUBECONFIG).not.toContain(user);
			// Its version is asked for before there is a runtime to go with it.
			if (program !== 'kind' || args[0] === 'version') continue;
			const words = args.join(' ');
			expect(environment).not.toHaveProperty('KUBECONFIG');
			expect(Object.keys(environment).filter(name => /^KIND_(?!EXPERIMENTAL_PROVIDER)/.test(name))).toEqual([]);
			expect(words).not.toContain('--all');
			if (!/^(create|delete|export)/.test(words)) continue;
			expect(words).toMatch(/--name endpoint-lab/);
			if (!/^export logs/.test(words)) expect(words).toContain(`--kubeconfig ${sandbox.home}`);
		}
	}

	return {
		...fakes,
		home: sandbox.home,
		folder,
		start: (args, more) => sandbox.start(args, {...environment, ...more}),
		run: (args, more) => sandbox.run(args, {...environment, ...more}),
		behave,
		containers: () => Object.fromEntries(ours().map(({name, state}) => [plainNames(name), state])),
		cluster: () => JSON.parse(readFileSync(join(folder, 'cluster.json'), 'utf8')).name,
		called: (running, program, ...words) =>
			untilIn(running, () => state.calls().some(call => call.program === program && includesInOrder(call.args, words))),
		expectOthersUntouched,
		async expectClean(said = []) {
			expect(ours()).toEqual([]);
			// What was told to end may take a moment to do so.
			await vi.waitFor(() => expect(processesOf(machine)).toEqual([]), {timeout: 20_000, interval: 20});
			const left = readdirSync(sandbox.home, {recursive: true, encoding: 'utf8'}).filter(
				name => name.startsWith('kind') && !statSync(join(sandbox.home, name)).isDirectory(),
			);
			expect(left.map(plainNames).sort()).toEqual(said);
			expectOthersUntouched();
		},
		async remove() {
			const left = ['kind.json', 'kind/cluster.json', 'kind-proof.json', 'kind-proof/cluster.json'];
			if (left.some(name => existsSync(join(sandbox.home, name))))
				await sandbox.run(['down', '--cluster', 'kind', '--delete'], environment);
			await sandbox.remove();
			for (const pid of processesOf(machine)) process.kill(pid, 'SIGKILL');
			rmSync(machine, {recursive: true, force: true});
		},
	};
}

/** Waits until a condition holds while a run is going on. Throws what it said when it ends before that. */
export async function untilIn(running: Running, condition: () => boolean): Promise<void> {
	let ended = false;
	void running.ended.then(() => {
		ended = true;
	});
	await until(() => ended || condition());
	if (!condition()) throw new Error(`the program has ended: ${running.stderr()}`);
}

function includesInOrder(args: string[], words: string[]): boolean {
	let at = 0;
	for (const arg of args) if (arg === words[at]) at += 1;
	return at === words.length;
}

/** The processes that name a folder in their command line; a fake's late container is the daemon's, not ours. */
function processesOf(folder: string): number[] {
	return readdirSync('/proc')
		.filter(name => /^\d+$/.test(name))
		.map(Number)
		.filter(pid => {
			try {
				const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
				return words.includes(folder) && !words.includes('late-container');
			} catch {
				// Gone meanwhile.
				return false;
			}
		});
}
