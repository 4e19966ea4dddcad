import {afterEach, expect, test, vi} from 'vitest';
import {clusterBehind, createKindSandbox, type KindSandbox} from './kind-sandbox.ts';

// Many small programs, one after the other, on a machine that may be busy.
vi.setConfig({testTimeout: 240_000, hookTimeout: 120_000});

const behind = clusterBehind();
let machine: KindSandbox;

afterEach(() => machine.remove());

test('with nerdctl a cluster is made, gets its images, is stopped, started again and removed', async () => {
	machine = createKindSandbox({kubeconfig: behind.kubeconfig(), nodesHaveImages: false}, ['nerdctl', 'kind']);
	machine.state.removeImage('nginx:1.14.2');
	const up = await machine.run(['up', '--cluster', 'kind', '--detach']);
	expect(up).toMatchObject({code: 0});
	const words = machine.state.calls().map(({program, args}) => [program, ...args].join(' '));
	expect(words).toContain('nerdctl pull docker.io/library/nginx:1.14.2');
	expect(words).toContain('nerdctl save --platform linux/amd64 docker.io/library/nginx:1.14.2');
	expect(words.find(line => line.startsWith('kind load image-archive'))).toMatch(/--nodes \S+-worker,\S+-worker2$/);

	const status = await machine.run(['status', '--cluster', 'kind', '--json']);
	expect(JSON.parse(status.stdout)).toMatchObject({running: true, cluster: 'kind'});
	// A lesson that joins it brings its own images.
	const before = machine.state.calls().length;
	expect(await machine.run(['restart-all', '--plain', '--cluster', 'kind'])).toMatchObject({code: 0});
	const joined = machine.state.calls().slice(before);
	expect(joined.map(({args}) => args.slice(0, 3).join(' '))).toContain('save --platform linux/amd64');
	expect(joined.find(({args}) => args[0] === 'pull')?.args).toEqual(['pull', 'docker.io/library/nginx:1.14.1']);
	expect(joined.filter(({args}) => args[0] === 'load')).toHaveLength(1);

	expect(await machine.run(['down', '--cluster', 'kind'])).toMatchObject({code: 0});
	expect(Object.values(machine.containers())).toEqual(['exited', 'exited', 'exited']);
	expect(await machine.run(['up', '--cluster', 'kind', '--detach'])).toMatchObject({code: 0});
	expect(Object.values(machine.containers())).toEqual(['running', 'running', 'running']);
	expect(await machine.run(['down', '--cluster', 'kind', '--delete'])).toMatchObject({code: 0});
	await machine.expectClean();
});

test('a containerd that is not there or not this user’s is told by what nerdctl says of it', async () => {
	machine = createKindSandbox({daemon: 'no-permission'}, ['nerdctl', 'kind']);
	const forbidden = await machine.run(['up', '--cluster', 'kind']);
	expect(forbidden.code).toBe(1);
	expect(forbidden.stderr).toMatch(
		/may not use \S+nerdctl \(cannot access containerd socket "[^"]+": permission denied\)/,
	);
	machine.behave({daemon: 'stopped'});
	const stopped = await machine.run(['up', '--cluster', 'kind']);
	expect(stopped.code).toBe(1);
	expect(stopped.stderr).toMatch(/its daemon does not run \(cannot access containerd socket "[^"]+": no such file/);
});
