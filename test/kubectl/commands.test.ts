import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {PassThrough} from 'node:stream';
import {spawn} from '@lydell/node-pty';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {until} from '../until.ts';
import {startTestCluster, type TestCluster} from './cluster.ts';

process.env.TZ = 'UTC';

const manifests = join(import.meta.dirname, '../fixtures/kubectl/manifests');

/** The built-in kubectl as a process of its own, for what needs a terminal. */
const asProcess = `
import {runKubectl} from ${JSON.stringify(new URL('../../src/kubectl/kubectl.ts', import.meta.url).href)};
const {stdin, stdout, stderr, env: environment} = process;
const signal = new AbortController().signal;
process.exitCode = await runKubectl(process.argv.slice(1), {stdin, stdout, stderr, environment, cwd: process.cwd(), signal});
`;

describe('the built-in kubectl', () => {
	let cluster: TestCluster;
	const folder = mkdtempSync(join(tmpdir(), 'kubectl-commands-'));
	const run: TestCluster['run'] = (argv, options) => cluster.run(argv, options);
	const output = async (...argv: string[]) => (await run(argv)).stdout;

	beforeAll(async () => {
		cluster = await startTestCluster();
		expect(await run(['create', 'deployment', 'web', '--image=nginx:1.14.2', '--replicas=2'])).toEqual({
			code: 0,
			stdout: 'deployment.apps/web created\n',
			stderr: '',
		});
		expect((await run(['rollout', 'status', 'deploy/web', '--timeout=60s'])).code).toBe(0);
	});
	afterAll(async () => {
		await cluster?.close();
		rmSync(folder, {recursive: true, force: true});
	});

	it('says what it lacks, where to get it, and fails', async () => {
		const install = 'install kubectl from https://kubernetes.io/docs/tasks/tools/\n';
		expect(await run(['cp', 'a', 'b'])).toEqual({
			code: 1,
			stdout: '',
			stderr: `error: the lab's built-in kubectl does not have "cp"; ${install}`,
		});
		expect((await run(['create', 'secret', 'generic', 'x'])).stderr).toContain('does not have "create secret"');
		expect((await run(['apply', '-k', '.'])).stderr).toContain('does not have "apply -k"');
		expect((await run(['apply', 'view-last-applied', 'svc', 'web'])).stderr).toContain('"apply view-last-applied"');
		expect((await run(['apply', '-f', 'x', '-l', 'a=b'])).stderr).toContain('does not have "apply -l"');
	});

	it('helps', async () => {
		const help = await output('--help');
		expect(help).toContain('  get            Display one or many resources\n');
		expect(await output('scale', '--help')).toContain('--replicas VALUE');
		expect(await output()).toBe(help);
	});

	it('watches until it is stopped, a line a change', async () => {
		const stop = new AbortController();
		const {out, done} = cluster.start(['get', 'pods', '-w'], {signal: stop.signal});
		await until(() => out().split('\n').length > 3);
		const name = out().split('\n')[1]!.split(' ')[0]!;
		await run(['delete', 'pod', name]);
		await until(() => new RegExp(`^${name} +0/1 +Completed`, 'm').test(out()));
		await until(() => /ContainerCreating/.test(out()));
		expect(out()).toMatch(new RegExp(`^${name} +1/1 +Terminating`, 'm'));
		expect(out().match(/^NAME/gm)).toHaveLength(1);
		stop.abort();
		expect(await done).toBe(130);
	});

	it('tells events until it is stopped', async () => {
		const stop = new AbortController();
		const {out, done} = cluster.start(['events', '-w'], {signal: stop.signal});
		await until(() => /Normal +Scheduled +Pod\/web-/.test(out()));
		await run(['scale', 'deploy', 'web', '--replicas=3']);
		await until(() => /ScalingReplicaSet +Deployment\/web +Scaled up .* from 2 to 3/.test(out()));
		expect(out().match(/^LAST SEEN/gm)).toHaveLength(1);
		stop.abort();
		expect(await done).toBe(130);
		await run(['scale', 'deploy', 'web', '--replicas=2']);
		await until(async () => !(await output('get', 'pods')).includes('Terminating'));
	});

	it('watches one object from its present state, told once', async () => {
		const stop = new AbortController();
		const {out, done} = cluster.start(['get', 'deploy', 'web', '-w', '--output-watch-events', '--no-headers'], {
			signal: stop.signal,
		});
		await until(() => out() !== '');
		await run(['annotate', 'deploy', 'web', 'seen=1']);
		await until(() => out().includes('MODIFIED'));
		expect(
			out()
				.split('\n')
				.filter(line => line.startsWith('ADDED')),
		).toHaveLength(1);
		stop.abort();
		await done;
	});

	it('waits for what is deleted to be gone', async () => {
		await run(['create', 'configmap', 'gone']);
		expect(await run(['delete', 'cm', 'gone'])).toEqual({
			code: 0,
			stdout: 'configmap "gone" deleted from default namespace\n',
			stderr: '',
		});
		expect((await run(['get', 'cm', 'gone'])).stderr).toBe(
			'Error from server (NotFound): configmaps "gone" not found\n',
		);
		const [name] = (await output('get', 'pods', '-o', 'name')).split('\n');
		await run(['delete', name!]);
		expect((await run(['get', name!])).code).toBe(1);
	});

	it('says in time that a wait was in vain', async () => {
		const {code, stderr} = await run(['wait', '--for=condition=Nonsense', 'deploy/web', '--timeout=200ms']);
		expect([code, stderr]).toEqual([1, 'error: timed out waiting for the condition on deployments/web\n']);
	});

	it('tells a warning of the server once', async () => {
		const {stdout, stderr} = await run(['apply', '-f', join(manifests, 'endpoints.yaml')]);
		expect(stdout).toBe('endpoints/outside created\nservice/outside created\n');
		expect(stderr).toBe('Warning: v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice\n');
	});

	it('applies from stdin, changes and removes fields, and leaves alone what others set', async () => {
		const manifest = (spec: string) => `{apiVersion: v1, kind: Service, metadata: {name: applied}, spec: ${spec}}`;
		const apply = async (spec: string) => (await run(['apply', '-f', '-'], {stdin: manifest(spec)})).stdout;
		expect(await apply('{selector: {app: web}, ports: [{name: a, port: 80}, {name: b, port: 81}]}')).toBe(
			'service/applied created\n',
		);
		await run(['label', 'svc', 'applied', 'own=label']);
		await run(['patch', 'svc', 'applied', '-p', '{"spec":{"sessionAffinity":"ClientIP"}}']);
		const second = '{selector: {app: web}, ports: [{name: a, port: 80, targetPort: 8080}]}';
		expect(await apply(second)).toBe('service/applied configured\n');
		expect(await apply(second)).toBe('service/applied unchanged\n');
		const shown = JSON.parse(await output('get', 'svc', 'applied', '-o', 'json')) as {
			metadata: {labels: object};
			spec: {ports: object[]; sessionAffinity: string};
		};
		expect(shown.spec.ports).toEqual([{name: 'a', port: 80, targetPort: 8080, protocol: 'TCP'}]);
		expect(shown.spec.sessionAffinity).toBe('ClientIP');
		expect(shown.metadata.labels).toEqual({own: 'label'});
		expect(await apply('{ports: [{name: a, port: 80}]}')).toBe('service/applied configured\n');
		expect(await output('get', 'svc', 'applied', '-o', 'jsonpath={.spec.selector}')).toBe('');
	});

	it('opens the editor, again when the server refuses, and keeps what could not be saved', async () => {
		await run(['create', 'service', 'clusterip', 'edited', '--tcp=80']);
		const edit = (editor: string) => run(['edit', 'svc', 'edited'], {environment: {KUBE_EDITOR: editor}});
		expect(await edit('true')).toEqual({code: 0, stdout: '', stderr: 'Edit cancelled, no changes made.\n'});
		expect((await edit('sed -i "s/port: 80/port: 8080/"')).stdout).toBe('service/edited edited\n');
		expect(await output('get', 'svc', 'edited', '-o', 'jsonpath={.spec.ports[0].port}')).toBe('8080');
		const {code, stderr} = await edit('sed -i "s/port: 8080$/port: 80800/"');
		expect(code).toBe(1);
		expect(stderr).toContain('error: services "edited" is invalid\n');
		const copy = /stored to "(.*)"/.exec(stderr)![1]!;
		expect(readFileSync(copy, 'utf8')).toContain('port: 80800');
		rmSync(copy);
		expect((await edit('false')).stderr).toContain('there was a problem with the editor "false"');
	});

	it('reads logs, and follows them', async () => {
		const [name] = (await output('get', 'pods', '-o', 'name')).split('\n');
		const stop = new AbortController();
		const follow = cluster.start(['logs', '-f', name!, '--tail=0'], {signal: stop.signal});
		await run(['exec', name!, '--', 'wget', '-qO-', 'http://localhost/followed']);
		await until(() => follow.out().includes('/followed'));
		stop.abort();
		expect(await follow.done).toBe(130);
		expect(await output('logs', name!, '--tail=1')).toMatch(/^127\.0\.0\.1 .*"GET \/followed/);
		const {stderr} = await run(['logs', 'deploy/web', '--tail=1']);
		expect(stderr).toMatch(/^Found 2 pods, using pod\/web-/);
		const all = await output('logs', '-l', 'app=web', '--prefix', '--tail=1');
		expect(
			all
				.trim()
				.split('\n')
				.every(line => /^\[pod\/web-\S+\/nginx\] /.test(line)),
		).toBe(true);
	});

	it('runs commands in a container, with its input, its output and its exit code', async () => {
		const echoed = await run(['exec', '-i', 'deploy/web', '--', 'cat'], {stdin: 'one\ntwo\n'});
		expect(echoed).toEqual({code: 0, stdout: 'one\ntwo\n', stderr: ''});
		expect(await run(['exec', 'deploy/web', '--', 'sh', '-c', 'echo out; echo err >&2; exit 7'])).toEqual({
			code: 7,
			stdout: 'out\n',
			stderr: 'err\ncommand terminated with exit code 7\n',
		});
	});

	it('gives a shell in a container the whole terminal, and gives it back', async () => {
		const argv = ['--input-type=module', '--eval', asProcess, '--', 'exec', '-it', 'deploy/web', '--', 'sh'];
		const environment = {...(process.env as Record<string, string>), KUBECONFIG: cluster.kubeconfig};
		const terminal = spawn(process.execPath, argv, {cols: 100, rows: 30, env: environment});
		let screen = '';
		terminal.onData(data => {
			screen += data;
		});
		const exit = new Promise<number>(resolve => terminal.onExit(({exitCode}) => resolve(exitCode)));
		await until(() => screen.includes('# '));
		terminal.write('hostname\r');
		await until(() => /web-\w+-\w+/.test(screen));
		terminal.write('exit 4\r');
		expect(await exit).toBe(4);
		expect(screen).not.toContain('\r\r\n');
		expect(screen.endsWith('command terminated with exit code 4\r\n')).toBe(true);
	});

	it('runs a Pod for one command, and removes it', async () => {
		const command = ['run', 'once', '--rm', '-i', '--restart=Never', '--image=busybox:1.36', '--'];
		const {code, stdout, stderr} = await run([...command, 'sh', '-c', 'read line; echo "got $line"; exit 5'], {
			stdin: 'a line\n',
		});
		expect([code, stdout]).toEqual([5, 'got a line\npod "once" deleted from default namespace\n']);
		expect(stderr).toContain("If you don't see a command prompt, try pressing enter.\n");
		expect(stderr).toContain('pod default/once terminated (Error)\n');
		await until(async () => (await run(['get', 'pod', 'once'])).code === 1);
		expect((await run(['run', 'x', '--rm', '--image=busybox'])).stderr).toContain(
			'--rm should only be used for attached containers',
		);
	});

	it('forwards a port of a Service to a Pod, until it is stopped', async () => {
		await run(['expose', 'deploy', 'web', '--port=8080', '--target-port=80', '--name=forwarded']);
		const stop = new AbortController();
		const {out, done} = cluster.start(['port-forward', 'svc/forwarded', ':8080', '--address=127.0.0.1'], {
			signal: stop.signal,
		});
		await until(() => out().includes('Forwarding'));
		const port = /^Forwarding from 127\.0\.0\.1:(\d+) -> 80$/m.exec(out())![1];
		const pages = await Promise.all([1, 2, 3].map(async () => (await fetch(`http://127.0.0.1:${port}/`)).text()));
		for (const page of pages) expect(page).toContain('Welcome to nginx!');
		expect(out()).toContain(`Handling connection for ${port}\n`);
		stop.abort();
		expect(await done).toBe(130);
	});

	it('says when a port to forward is taken', async () => {
		const taken = createServer();
		await new Promise<void>(resolve => taken.listen(0, '127.0.0.1', resolve));
		const {port} = taken.address() as {port: number};
		const {code, stderr} = await run(['port-forward', 'deploy/web', `${port}:80`, '--address=127.0.0.1']);
		taken.close();
		expect(code).toBe(1);
		expect(stderr).toContain(`Unable to listen on port ${port}`);
		expect(stderr).toContain('address already in use');
	});

	it('goes to the cluster, namespace and context that it is told', async () => {
		const kubeconfig = join(folder, 'config');
		writeFileSync(kubeconfig, readFileSync(cluster.kubeconfig));
		await run(['create', 'namespace', 'elsewhere']);
		const set = ['config', 'set-context', '--current', '--namespace=elsewhere'];
		expect((await run(set, {environment: {KUBECONFIG: kubeconfig}})).stdout).toMatch(/^Context ".*" modified\.\n$/);
		const pods = ['--kubeconfig', kubeconfig, 'get', 'pods'];
		expect((await run(pods)).stderr).toBe('No resources found in elsewhere namespace.\n');
		expect((await run([...pods, '-n', 'default', '-o', 'name'])).stdout.split('\n')).toHaveLength(3);
		expect((await run([...pods, '-A', '--no-headers'])).stdout).toMatch(/^default +web-/m);
		expect((await run([...pods, '--context', 'none'])).stderr).toBe(
			'Error in configuration: context was not found for specified context: none\n',
		);
		expect((await run(['get', 'pods', '--kubeconfig', join(folder, 'none')])).code).toBe(1);
		const down = await run(['get', 'pods', '--server', 'https://127.0.0.1:1']);
		expect([down.code, down.stderr]).toEqual([
			1,
			'The connection to the server 127.0.0.1:1 was refused - did you specify the right host or port?\n',
		]);
		const unauthorized = await run(['get', 'pods', '--token', 'wrong']);
		expect([unauthorized.code, unauthorized.stderr]).toEqual([
			1,
			'error: You must be logged in to the server (Unauthorized)\n',
		]);
	});

	it('describes a node with the Pods on it and what they ask for', async () => {
		await run(['apply', '-f', join(manifests, 'web.yaml'), '-n', 'elsewhere']);
		await run(['rollout', 'status', 'deploy/web', '-n', 'elsewhere', '--timeout=60s']);
		const text = await output('describe', 'node', 'lab-worker');
		expect(text).toMatch(/^ {2}elsewhere +web-\S+ +100m \(\d+%\) +0 \(0%\) +64Mi \(\d+%\) +128Mi \(\d+%\) +\S+$/m);
		// Two of these Pods, and kindnet.
		expect(text).toMatch(/^ {2}cpu +300m \(\d+%\) +100m \(\d+%\)$/m);
		expect(text).toMatch(/^PodCIDR: +10\.244\.1\.0\/24$/m);
	});

	it('ends quietly when nobody reads on', async () => {
		const stdout = new PassThrough();
		const done = cluster.start(['get', 'pods', '-w'], {stdout}).done;
		await until(() => stdout.readableLength > 0);
		stdout.destroy(new Error('EPIPE'));
		expect(await done).toBe(141);
	});

	it('shows what the server answers to a path', async () => {
		expect(JSON.parse(await output('get', '--raw', '/version'))).toMatchObject({major: '1'});
		expect((await run(['get', '--raw', '/nope'])).code).toBe(1);
	});
});
