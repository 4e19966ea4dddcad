import {mkdirSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {PassThrough, Readable} from 'node:stream';
import {runKubectl} from '../../src/kubectl/kubectl.ts';
import {startKubernetes} from '../../src/simulator/kubernetes.ts';

/** What a run of kubectl left. */
export type Outcome = {code: number | undefined; stdout: string; stderr: string};

/** What a run may be given beside its arguments. */
type RunOptions = {
	stdout?: PassThrough;
	stdin?: string;
	cwd?: string;
	signal?: AbortSignal;
	environment?: Record<string, string>;
};

/** An embedded cluster of its own, and the built-in kubectl for it. */
export type TestCluster = {
	kubeconfig: string;
	run(argv: string[], options?: RunOptions): Promise<Outcome>;
	/** The same with its output at hand while it runs. */
	start(argv: string[], options?: RunOptions): {out(): string; err(): string; done: Promise<number>};
	close(): Promise<void>;
};

/** Starts the cluster, its time ten times as fast as ours. */
export async function startTestCluster(): Promise<TestCluster> {
	const folder = mkdtempSync(join(tmpdir(), 'kubectl-cluster-'));
	const state = join(folder, 'state');
	mkdirSync(state);
	const kubernetes = await startKubernetes({folder: state, now: Date.now(), seed: 1, speed: 10});
	const {kubeconfig} = kubernetes;

	const start: TestCluster['start'] = (argv, {stdin = '', cwd = folder, signal, environment = {}, stdout} = {}) => {
		const text = {out: '', err: ''};
		const collect = (name: 'out' | 'err') => {
			const stream = new PassThrough();
			stream.setEncoding('utf8');
			stream.on('data', part => {
				text[name] += part;
			});
			return stream;
		};
		const done = runKubectl(argv, {
			stdin: Readable.from(stdin === '' ? [] : [Buffer.from(stdin)]),
			stdout: stdout ?? collect('out'),
			stderr: collect('err'),
			environment: {...(process.env as Record<string, string>), KUBECONFIG: kubeconfig, ...environment},
			cwd,
			signal: signal ?? new AbortController().signal,
		});
		return {out: () => text.out, err: () => text.err, done};
	};
	return {
		kubeconfig,
		start,
		async run(argv, options) {
			const {out, err, done} = start(argv, options);
			const code = await done;
			// The streams hand on what they hold before this.
			await new Promise(resolve => setImmediate(resolve));
			return {code, stdout: out(), stderr: err()};
		},
		async close() {
			await kubernetes.close();
			rmSync(folder, {recursive: true, force: true});
		},
	};
}
