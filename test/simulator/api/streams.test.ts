import {spawn} from 'node:child_process';
import {existsSync} from 'node:fs';
import {connect as tcpConnect} from 'node:net';
import {PassThrough} from 'node:stream';
import {Exec, KubeConfig, PortForward, type V1Status} from '@kubernetes/client-node';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {StatusError} from '../../../src/simulator/errors.ts';
import type {NodeApi} from '../../../src/simulator/node/node-api.ts';
import {type Cluster, runningPod, startCluster} from './harness.ts';

let stopped = 0;
/** A node whose containers know five commands, and whose Pods answer on port 80 with a line. */
const nodes: NodeApi = {
	async attach(_namespace, pod, _container, {stdin, stdout}) {
		stdout(`attached to ${pod}\n`);
		for await (const chunk of stdin ?? []) stdout(chunk);
		return 0;
	},
	async logs(_namespace, pod, {follow, tailLines}, write, signal) {
		const lines = ['one\n', 'two\n'];
		write((tailLines === undefined ? lines : lines.slice(-tailLines)).join(''));
		if (!follow) return;
		write(`following ${pod}\n`);
		await new Promise<void>(resolve => signal.addEventListener('abort', () => resolve()));
	},
	async exec(_namespace, _pod, _container, [program, ...args], {stdin, stdout, stderr, signal}) {
		if (program === 'echo') stdout(`${args.join(' ')}\n`);
		else if (program === 'forever') {
			stdout('started\n');
			await new Promise<void>(resolve => signal.addEventListener('abort', () => resolve()));
			stopped++;
		} else if (program === 'fail') {
			stderr('it went wrong\n');
			return 3;
		} else if (program === 'cat') {
			for await (const chunk of stdin ?? []) stdout(chunk);
		} else
			throw new StatusError(
				500,
				'InternalError',
				`Internal error occurred: exec: "${program}": executable file not found in $PATH`,
			);
		return 0;
	},
	async connect(_namespace, _pod, port) {
		if (port !== 80)
			throw new StatusError(500, 'InternalError', `failed to connect to localhost:${port}: connection refused`);
		const client = new PassThrough();
		const stream = new PassThrough();
		const {Duplex} = await import('node:stream');
		client.on('data', (chunk: Buffer) => {
			stream.write(`you said ${chunk}`);
			stream.end();
		});
		return Duplex.from({readable: stream, writable: client});
	},
};

let cluster: Cluster;
beforeAll(async () => {
	cluster = await startCluster({nodes});
	runningPod(cluster.simulation, 'web');
});
afterAll(() => cluster.close());

/** Every kubectl on this machine: the stock one, and other minor versions where the Cloud SDK brings them. */
const kubectls = [
	'kubectl',
	...[27, 29, 31, 33].map(minor => `/usr/lib/google-cloud-sdk/bin/kubectl.1.${minor}`).filter(existsSync),
];

function run(program: string, args: string[], input?: string) {
	return new Promise<{code: number | null; stdout: string; stderr: string}>(resolve => {
		const child = spawn(program, args, {env: {...process.env, KUBECONFIG: cluster.kubeconfig}});
		let stdout = '';
		let stderr = '';
		child.stdout.on('data', chunk => (stdout += chunk));
		child.stderr.on('data', chunk => (stderr += chunk));
		child.on('close', code => resolve({code, stdout, stderr}));
		child.stdin.end(input);
	});
}

describe.each(kubectls)('%s', program => {
	test('exec prints the output and passes the exit code on', async () => {
		expect(await run(program, ['exec', 'web', '--', 'echo', 'hello', 'there'])).toMatchObject({
			code: 0,
			stdout: 'hello there\n',
			stderr: '',
		});
		const failed = await run(program, ['exec', 'web', '--', 'fail']);
		expect(failed).toMatchObject({code: 3, stdout: ''});
		expect(failed.stderr).toContain('it went wrong\n');
		expect(failed.stderr).toContain('command terminated with exit code 3');
	});

	test('exec -i feeds standard input and sees its end', async () => {
		expect(await run(program, ['exec', '-i', 'web', '--', 'cat'], 'from outside')).toMatchObject({
			code: 0,
			stdout: 'from outside',
		});
	});

	test('a command is told when its client goes', async () => {
		const before = stopped;
		const child = spawn(program, ['exec', 'web', '--', 'forever'], {
			env: {...process.env, KUBECONFIG: cluster.kubeconfig},
		});
		await new Promise<void>(resolve => child.stdout.once('data', () => resolve()));
		child.kill('SIGKILL');
		await expect.poll(() => stopped, {timeout: 5000}).toBe(before + 1);
	});

	test('exec tells why a command could not start', async () => {
		const {code, stderr} = await run(program, ['exec', 'web', '--', 'nothing']);
		expect(code).not.toBe(0);
		expect(stderr).toContain('exec: "nothing": executable file not found in $PATH');
	});

	test('logs prints the log', async () => {
		expect(await run(program, ['logs', 'web', '--tail=1'])).toMatchObject({code: 0, stdout: 'two\n'});
	});

	test('port-forward carries bytes both ways, and tells when the Pod refuses', async () => {
		const child = spawn(program, ['port-forward', 'pod/web', ':80', ':81'], {
			env: {...process.env, KUBECONFIG: cluster.kubeconfig},
		});
		let out = '';
		child.stderr.on('data', chunk => (out += chunk));
		try {
			await new Promise<void>((resolve, reject) => {
				child.stdout.on('data', chunk => {
					out += chunk;
					if (/127\.0\.0\.1:\d+ -> 80[\s\S]*127\.0\.0\.1:\d+ -> 81/.test(out)) resolve();
				});
				child.once('exit', () => reject(new Error(out)));
			});
			const port = Number(/127\.0\.0\.1:(\d+) -> 80/.exec(out)?.[1]);
			for (const word of ['hello', 'again']) {
				const answer = await new Promise<string>((resolve, reject) => {
					const socket = tcpConnect(port, '127.0.0.1');
					let text = '';
					socket.on('data', chunk => (text += chunk));
					socket.on('end', () => resolve(text));
					socket.on('error', reject);
					socket.write(word);
				});
				expect(answer).toBe(`you said ${word}`);
			}
			const refused = tcpConnect(Number(/127\.0\.0\.1:(\d+) -> 81/.exec(out)?.[1]), '127.0.0.1');
			refused.on('error', () => {});
			refused.write('x');
			await expect.poll(() => out, {timeout: 5000}).toContain('failed to connect to localhost:81: connection refused');
		} finally {
			child.kill();
		}
	});
});

test('following a log ends when the client goes', async () => {
	const controller = new AbortController();
	const child = spawn('kubectl', ['logs', '-f', 'web'], {
		env: {...process.env, KUBECONFIG: cluster.kubeconfig},
		signal: controller.signal,
	});
	child.on('error', () => {});
	let out = '';
	await new Promise<void>(resolve =>
		child.stdout.on('data', chunk => {
			out += chunk;
			if (out.includes('following web')) resolve();
		}),
	);
	expect(out).toBe('one\ntwo\nfollowing web\n');
	controller.abort();
});

describe('@kubernetes/client-node', () => {
	const config = () => {
		const kubeConfig = new KubeConfig();
		kubeConfig.loadFromFile(cluster.kubeconfig);
		return kubeConfig;
	};

	test('exec runs over its WebSocket channels', async () => {
		const stdout = new PassThrough();
		let text = '';
		stdout.on('data', chunk => (text += chunk));
		const status = await new Promise<V1Status>((resolve, reject) => {
			new Exec(config()).exec('default', 'web', 'c', ['echo', 'hi'], stdout, null, null, false, resolve).catch(reject);
		});
		expect(status.status).toBe('Success');
		expect(text).toBe('hi\n');
	});

	test('port-forward runs over its WebSocket channels', async () => {
		const output = new PassThrough();
		const input = new PassThrough();
		const socket = (await new PortForward(config()).portForward('default', 'web', [80], output, null, input)) as {
			close(): void;
		};
		const answer = new Promise<string>(resolve => {
			let text = '';
			output.on('data', chunk => {
				text += chunk;
				if (text.includes('you said')) resolve(text);
			});
		});
		input.write('ping');
		expect(await answer).toBe('you said ping');
		socket.close();
	});
});

describe('before the upgrade', () => {
	test('a Pod without a node is refused with the real text', async () => {
		cluster.simulation.registry.create('pods', {
			apiVersion: 'v1',
			kind: 'Pod',
			metadata: {name: 'waiting', namespace: 'default'},
			spec: {containers: [{name: 'c', image: 'x'}]},
		} as never);
		const {code, stderr} = await run('kubectl', ['exec', 'waiting', '--', 'ls']);
		expect(code).toBe(1);
		expect(stderr).toContain('pod waiting does not have a host assigned');
		expect((await run('kubectl', ['logs', 'waiting'])).stdout).toBe('');
	});

	test('a container that the Pod does not have is refused', async () => {
		const reply = await cluster.send('/api/v1/namespaces/default/pods/web/log?container=nope');
		expect(reply.body).toMatchObject({code: 400, message: 'container nope is not valid for pod web'});
	});

	test('attach shows what the first process writes', async () => {
		const {stdout} = await run('kubectl', ['attach', 'web']);
		expect(stdout).toContain('attached to web');
	});

	test('a plain request is told to upgrade', async () => {
		const reply = await cluster.send('/api/v1/namespaces/default/pods/web/exec?command=ls&stdout=1');
		expect(reply.body).toMatchObject({code: 400, message: 'Upgrade request required'});
	});
});
