import {expect, test} from 'vitest';
import type {ContainerRuntime, RuntimeAnswer} from '../../src/clusters/container-runtime.ts';
import {NodesError, nodeContainers} from '../../src/clusters/kind/kind-nodes.ts';
import {kindEnvironment} from '../../src/clusters/kind/kind-program.ts';
import type {Environment} from '../../src/clusters/shell.ts';

/** A runtime that answers what it is told to, one answer a call. */
function runtimeWith(environment: Environment, answers: Partial<RuntimeAnswer>[] = []): ContainerRuntime {
	return {
		name: 'docker',
		environment,
		run: async () => ({ok: true, code: 0, stdout: '', stderr: '', silent: false, ...answers.shift()}),
	} as Partial<ContainerRuntime> as ContainerRuntime;
}

test('kind gets what it needs on an odd host, and nothing that leads it astray', () => {
	const kept = {
		KIND_EXPERIMENTAL_CONTAINERD_SNAPSHOTTER: 'native',
		HTTPS_PROXY: 'http://proxy.example.com:3128',
		NO_PROXY: 'localhost',
	};
	const environment = {
		...kept,
		KUBECONFIG: '/home/me/.kube/config',
		KIND_CLUSTER_NAME: 'work',
		KIND_EXPERIMENTAL_PROVIDER: 'podman',
		KIND_EXPERIMENTAL_DOCKER_NETWORK: 'mine',
		// The gateway of another cluster of the lab: a node would look for it on its own loopback.
		http_proxy: 'http://127.0.0.1:40123',
		HTTP_PROXY: 'http://me:secret@localhost:3128/',
		https_proxy: '[::1]:3128',
	};
	expect(kindEnvironment(runtimeWith(environment))).toEqual(kept);
});

test('a container that goes while containers are looked at is no error, and one that cannot be looked at is', async () => {
	const {signal} = new AbortController();
	const gone = {ok: false, stderr: 'Error response from daemon: No such object: a-worker'};
	const runtime = runtimeWith({}, [
		{stdout: 'a-control-plane\na-worker\n'},
		{...gone, stdout: 'running\n'},
		{stdout: 'a-control-plane\n'},
		{stdout: 'running\n'},
	]);
	expect(await nodeContainers(runtime, 'a', signal)).toEqual([{name: 'a-control-plane', state: 'running'}]);
	const always = runtimeWith(
		{},
		[1, 2, 3].flatMap(() => [{stdout: 'a-worker\n'}, gone]),
	);
	await expect(nodeContainers(always, 'a', signal)).rejects.toThrow(NodesError);
});
