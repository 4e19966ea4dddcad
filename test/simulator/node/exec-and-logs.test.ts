import {expect, test} from 'vitest';
import {createLab} from './lab.ts';

const running = () => {
	const lab = createLab();
	lab.pod('web', {});
	lab.advance(3000);
	return lab;
};

test('exec gives the exit code and keeps stdout and stderr apart', async () => {
	const lab = running();
	expect(await lab.exec('web', 'echo out; echo err >&2; exit 7')).toEqual({code: 7, stdout: 'out\n', stderr: 'err\n'});
});

test('exec passes stdin', async () => {
	const lab = running();
	expect(await lab.exec('web', ['cat'], {stdin: 'one\ntwo\n'})).toMatchObject({code: 0, stdout: 'one\ntwo\n'});
});

test('exec of a program that is not there answers as containerd does', async () => {
	const lab = running();
	await expect(lab.exec('web', ['nope'])).rejects.toThrow(
		/^Internal error occurred: error executing command in container: failed to exec in container: failed to start exec "[0-9a-f]{64}": OCI runtime exec failed: exec failed: unable to start container process: exec: "nope": executable file not found in \$PATH$/,
	);
});

test('exec into a container that is not in the Pod, or before the Pod has a node, is refused', async () => {
	const lab = running();
	await expect(lab.exec('web', ['ls'], {container: 'other'})).rejects.toThrow(
		'container other is not valid for pod web',
	);
	lab.pod('early', {}, {spec: {nodeSelector: {none: 'such'}}});
	await expect(lab.exec('early', ['ls'])).rejects.toThrow('pod early does not have a host assigned');
	await expect(lab.exec('nobody', ['ls'])).rejects.toThrow('pods "nobody" not found');
});

test('exec into a finished Pod is refused', async () => {
	const lab = createLab();
	lab.pod('job', {image: 'busybox:1.36', command: ['true']}, {spec: {restartPolicy: 'Never'}});
	lab.advance(4000);
	await expect(lab.exec('job', ['ls'])).rejects.toThrow(
		'cannot exec into a container in a completed pod; current phase is Succeeded',
	);
});

test('files that exec changes stay, and nginx serves them', async () => {
	const lab = running();
	await lab.exec('web', 'echo hello > /usr/share/nginx/html/index.html');
	expect((await lab.exec('web', 'cat /usr/share/nginx/html/index.html')).stdout).toBe('hello\n');
	expect(await lab.request(`http://${lab.get('web').status.podIP}/`)).toMatchObject({body: Buffer.from('hello\n')});
});

test('a client that goes away ends its command', async () => {
	const lab = running();
	const gone = new AbortController();
	const silent = {stdout: () => {}, stderr: () => {}, tty: false, signal: gone.signal};
	const result = lab.nodes.nodeApi.exec('default', 'web', undefined, ['sleep', '1000'], silent);
	gone.abort();
	expect(await result).toBe(137);
	expect((await lab.exec('web', 'ps')).stdout).not.toContain('sleep');
});

test('a terminal echoes, edits lines and ends at Ctrl-D', async () => {
	const lab = running();
	let shown = '';
	async function* keys() {
		for (const key of ['echo hallp', '\x7f', 'o\r', 'exit 3\r']) yield Buffer.from(key);
	}
	const code = await lab.nodes.nodeApi.exec('default', 'web', undefined, ['sh'], {
		stdin: keys(),
		stdout: data => {
			shown += data;
		},
		stderr: () => {},
		tty: true,
		signal: new AbortController().signal,
	});
	expect(code).toBe(3);
	expect(shown).toBe('/ # echo hallp\b \bo\r\nhallo\r\n/ # exit 3\r\n');
});

test('Ctrl-C ends the running command and gives the prompt back', async () => {
	const lab = running();
	let shown = '';
	async function* keys() {
		for (const key of ['sleep 1000\r', '\x03', 'echo still here\r', '\x04']) {
			yield Buffer.from(key);
			await new Promise(resolve => setImmediate(resolve));
		}
	}
	await lab.nodes.nodeApi.exec('default', 'web', undefined, ['sh'], {
		stdin: keys(),
		stdout: data => {
			shown += data;
		},
		stderr: () => {},
		tty: true,
		signal: new AbortController().signal,
	});
	expect(shown).toContain('^C\r\n/ # echo still here\r\nstill here\r\n');
});

test('logs: all, the last lines, the last seconds, with times, cut at a size', async () => {
	const lab = createLab();
	lab.pod('count', {
		image: 'busybox:1.36',
		command: ['sh', '-c', 'for i in 1 2 3 4 5; do echo line $i; sleep 10; done'],
	});
	lab.advance(45_000);
	expect(await lab.logs('count')).toBe('line 1\nline 2\nline 3\nline 4\nline 5\n');
	expect(await lab.logs('count', {tailLines: 2})).toBe('line 4\nline 5\n');
	expect(await lab.logs('count', {tailLines: 0})).toBe('');
	expect(await lab.logs('count', {sinceSeconds: 12})).toBe('line 5\n');
	expect(await lab.logs('count', {limitBytes: 10})).toBe('line 1\nlin');
	expect(await lab.logs('count', {tailLines: 1, timestamps: true})).toMatch(/^2026-11-22T00:00:\d\d\.\d{9}Z line 5\n$/);
});

test('logs -f gives later lines and ends with the container', async () => {
	const lab = createLab();
	lab.pod(
		'count',
		{image: 'busybox:1.36', command: ['sh', '-c', 'echo one; sleep 10; echo two; sleep 10']},
		{spec: {restartPolicy: 'Never'}},
	);
	lab.advance(4000);
	let text = '';
	const followed = lab.nodes.nodeApi.logs(
		'default',
		'count',
		{follow: true},
		data => {
			text += data;
		},
		new AbortController().signal,
	);
	expect(text).toBe('one\n');
	lab.advance(10_000);
	expect(text).toBe('one\ntwo\n');
	lab.advance(20_000);
	await followed;
});

test('logs of a container that has not started say what it waits for', async () => {
	const lab = createLab();
	lab.pod('web', {});
	lab.advance(200);
	await expect(lab.logs('web')).rejects.toThrow('container "main" in pod "web" is waiting to start: ContainerCreating');
	lab.pod('bad', {image: 'nginx:1.161'});
	lab.advance(30_000);
	await expect(lab.logs('bad')).rejects.toThrow(
		'container "main" in pod "bad" is waiting to start: trying and failing to pull image',
	);
});

test('logs of an unscheduled Pod are empty', async () => {
	const lab = createLab();
	lab.pod('early', {}, {spec: {nodeSelector: {none: 'such'}}});
	lab.advance(500);
	expect(await lab.logs('early')).toBe('');
});

test('a Pod with several containers wants to know which one', async () => {
	const lab = createLab();
	lab.create('pods', {
		metadata: {name: 'two', namespace: 'default'},
		spec: {
			containers: [
				{name: 'a', image: 'nginx:1.14.2'},
				{name: 'b', image: 'busybox:1.36', command: ['sleep', '60']},
			],
		},
	});
	lab.advance(3000);
	await expect(lab.logs('two')).rejects.toThrow('a container name must be specified for pod two, choose one of: [a b]');
	expect((await lab.exec('two', 'wget -qO- localhost | grep -c nginx', {container: 'b'})).stdout).toBe('6\n');
});

test('port-forward reaches the program as from inside the Pod', async () => {
	const lab = running();
	const stream = await lab.nodes.nodeApi.connect('default', 'web', 80);
	stream.write('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
	let text = '';
	for await (const chunk of stream) text += chunk;
	expect(text).toContain('HTTP/1.1 200 OK');
	expect(text).toContain('Welcome to nginx!');
	expect(await lab.logs('web')).toContain('127.0.0.1 - - ');
	await expect(lab.nodes.nodeApi.connect('default', 'web', 81)).rejects.toThrow('connection refused');
});

test('attach reaches the first process of a container that wants input, and ends with it', async () => {
	const lab = createLab();
	lab.pod(
		'talk',
		{image: 'busybox:1.36', command: ['sh'], stdin: true, stdinOnce: true},
		{spec: {restartPolicy: 'Never'}},
	);
	lab.advance(3000);
	let shown = '';
	async function* lines() {
		yield Buffer.from('echo hello\n');
		yield Buffer.from('exit 4\n');
	}
	const streams = {
		stdin: lines(),
		stdout: (data: string | Uint8Array) => {
			shown += data;
		},
		stderr: () => {},
		tty: false,
		signal: new AbortController().signal,
	};
	expect(await lab.nodes.nodeApi.attach('default', 'talk', undefined, streams)).toBe(4);
	expect(shown).toBe('hello\n');
	lab.advance(3000);
	expect(lab.get('talk').status.phase).toBe('Failed');
	expect(await lab.logs('talk')).toBe('hello\n');
});
