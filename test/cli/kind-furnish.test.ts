import {afterEach, expect, test, vi} from 'vitest';
import {clusterBehind, createKindSandbox, type KindSandbox, untilIn} from './kind-sandbox.ts';

// Many small programs, one after the other, on a machine that may be busy.
vi.setConfig({testTimeout: 240_000, hookTimeout: 120_000});

const behind = clusterBehind();
let machine: KindSandbox;

afterEach(() => machine.remove());

async function setReady(node: string, status: string): Promise<void> {
	const patch = {status: {conditions: [{type: 'Ready', status}]}};
	const words = ['patch', 'node', node, '--subresource=status', `-p=${JSON.stringify(patch)}`];
	expect(await behind.kubectl(...words)).toMatchObject({code: 0});
}

test('images are loaded while the nodes become ready, and the gateway waits for them', async () => {
	machine = createKindSandbox({kubeconfig: behind.kubeconfig(), nodesHaveImages: false, create: {stepMs: 1}});
	machine.state.removeImage('nginx:1.14.2');
	await setReady('lab-worker2', 'False');
	try {
		const running = machine.start(['up', '--cluster', 'kind', '--detach']);
		await machine.called(running, 'docker', 'pull', 'docker.io/library/nginx:1.14.2');
		await machine.called(running, 'kind', 'load', 'image-archive');
		await untilIn(running, () => running.stderr().includes('waiting for 1 node\n'));
		expect((await behind.kubectl('get', 'namespace', 'endpoint-lab')).code).toBe(1);
		await setReady('lab-worker2', 'True');
		expect(await running.ended).toMatchObject({code: 0, stdout: expect.stringContaining('KUBECONFIG=')});
		expect((await behind.kubectl('get', 'namespace', 'endpoint-lab')).code).toBe(0);
	} finally {
		await setReady('lab-worker2', 'True');
	}
});

test('images are fetched while kind is at work, and a start that is called off then leaves nothing', async () => {
	machine = createKindSandbox({kubeconfig: behind.kubeconfig(), create: {hangAt: 'workers'}, pull: {hang: true}});
	machine.state.removeImage('nginx:1.14.2');
	const running = machine.start(['up', '--cluster', 'kind']);
	await machine.called(running, 'docker', 'pull', 'docker.io/library/nginx:1.14.2');
	running.child.kill('SIGINT');
	expect(await running.ended).toMatchObject({code: 130});
	await machine.expectClean();
});
