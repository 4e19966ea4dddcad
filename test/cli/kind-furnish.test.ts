import {afterAll, afterEach, beforeAll, expect, test, vi} from 'vitest';
import {createSandbox, type Sandbox} from './cli.ts';
import {createKindSandbox, type KindSandbox, untilIn} from './kind-sandbox.ts';

// Many small programs, one after the other, on a machine that may be busy.
vi.setConfig({testTimeout: 240_000, hookTimeout: 120_000});

/** A cluster that a made one leads to. */
let behind: Sandbox;
let kubeconfig: string;
let machine: KindSandbox;

beforeAll(async () => {
	behind = createSandbox();
	const {stdout} = await behind.run(['up', '--detach']);
	kubeconfig = /KUBECONFIG=(.*)/.exec(stdout)![1]!;
});

afterAll(() => behind.remove());

afterEach(() => machine.remove());

function kubectl(...words: string[]) {
	return behind.run(['kubectl', '--kubeconfig', kubeconfig, ...words]);
}

async function setReady(node: string, status: string): Promise<void> {
	const patch = {status: {conditions: [{type: 'Ready', status}]}};
	const words = ['patch', 'node', node, '--subresource=status', `-p=${JSON.stringify(patch)}`];
	expect(await kubectl(...words)).toMatchObject({code: 0});
}

test('images are loaded while the nodes become ready, and the gateway waits for them', async () => {
	machine = createKindSandbox({kubeconfig, nodesHaveImages: false, create: {stepMs: 1}});
	machine.state.removeImage('nginx:1.14.2');
	await setReady('lab-worker2', 'False');
	try {
		const running = machine.start(['up', '--cluster', 'kind', '--detach']);
		await machine.called(running, 'docker', 'pull', 'docker.io/library/nginx:1.14.2');
		await machine.called(running, 'kind', 'load', 'image-archive');
		await untilIn(running, () => running.stderr().includes('waiting for 1 node\n'));
		expect((await kubectl('get', 'namespace', 'endpoint-lab')).code).toBe(1);
		await setReady('lab-worker2', 'True');
		expect(await running.ended).toMatchObject({code: 0, stdout: expect.stringContaining('KUBECONFIG=')});
		expect((await kubectl('get', 'namespace', 'endpoint-lab')).code).toBe(0);
	} finally {
		await setReady('lab-worker2', 'True');
	}
});

test('images are fetched while kind is at work, and a start that is called off then leaves nothing', async () => {
	machine = createKindSandbox({kubeconfig, create: {hangAt: 'workers'}, pull: {hang: true}});
	machine.state.removeImage('nginx:1.14.2');
	const running = machine.start(['up', '--cluster', 'kind']);
	await machine.called(running, 'docker', 'pull', 'docker.io/library/nginx:1.14.2');
	running.child.kill('SIGINT');
	expect(await running.ended).toMatchObject({code: 130});
	await machine.expectClean();
});
