import {type ChildProcess, spawn} from 'node:child_process';
import {mkdtempSync, realpathSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {until} from '../until.ts';

/** The start script of the built program. */
export const launcher = fileURLToPath(new URL('../../bin/endpoint-lab.mjs', import.meta.url));

/** How a run of the program ended. */
type Ended = {code: number | null; signal: NodeJS.Signals | null; stdout: string; stderr: string};

/** A run of the program that is going on; the texts grow. */
export type Running = {child: ChildProcess; stdout(): string; stderr(): string; ended: Promise<Ended>};

/** An empty home, and the program in it as a learner in an English locale would run it. */
export type Sandbox = {
	home: string;
	environment: Record<string, string | undefined>;
	start(args: string[], environment?: Record<string, string | undefined>): Running;
	run(args: string[], environment?: Record<string, string | undefined>): Promise<Ended>;
	/** Ends all that was started, a cluster in the background too, and removes the home. */
	remove(): Promise<void>;
};

/** Makes a sandbox of its own for one test. */
export function createSandbox(): Sandbox {
	const home = realpathSync(mkdtempSync(join(tmpdir(), 'endpoint-lab-test-')));
	const started: Running[] = [];
	const {ENDPOINT_LAB, ENDPOINT_LAB_LANG, LC_ALL, LC_MESSAGES, CI, ...rest} = process.env;
	const base = {...rest, ENDPOINT_LAB_HOME: home, LANG: 'en_US.UTF-8'};

	function start(args: string[], environment: Record<string, string | undefined> = {}): Running {
		const child = spawn(process.execPath, [launcher, ...args], {
			env: {...base, ...environment},
			stdio: ['ignore', 'pipe', 'pipe'],
		});
		let stdout = '';
		let stderr = '';
		child.stdout.setEncoding('utf8').on('data', text => {
			stdout += text;
		});
		child.stderr.setEncoding('utf8').on('data', text => {
			stderr += text;
		});
		const ended = new Promise<Ended>(resolve =>
			child.once('close', (code, signal) => resolve({code, signal, stdout, stderr})),
		);
		const running = {child, stdout: () => stdout, stderr: () => stderr, ended};
		started.push(running);
		return running;
	}

	async function run(args: string[], environment?: Record<string, string | undefined>): Promise<Ended> {
		return await start(args, environment).ended;
	}

	return {
		home,
		environment: base,
		start,
		run,
		async remove() {
			await run(['down']);
			for (const {child, ended} of started) {
				child.kill('SIGKILL');
				await ended;
			}
			rmSync(home, {recursive: true, force: true});
		},
	};
}

/** Starts `endpoint-lab up` in the foreground and waits until it says how to use the cluster. */
export async function startUp(
	sandbox: Sandbox,
	args: string[] = [],
	environment: Record<string, string | undefined> = {},
): Promise<Running & {kubeconfig: string}> {
	const running = sandbox.start(['up', ...args], environment);
	let over = false;
	void running.ended.then(() => {
		over = true;
	});
	await until(() => over || running.stdout().includes('http_proxy'));
	const kubeconfig = /^export KUBECONFIG=(.*)$/m.exec(running.stdout())?.[1];
	if (!kubeconfig) throw new Error(`up did not start: ${(await running.ended).stderr}`);
	return {...running, kubeconfig};
}
