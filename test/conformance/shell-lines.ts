import {cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {delimiter, join} from 'node:path';
import {execa} from 'execa';
import {startKubernetes} from '../../src/simulator/kubernetes.ts';

/** What a line of shell left. */
export type Answer = {code: number | undefined; stdout: string; stderr: string};

/** Which kubectl the lines of shell find: the one on PATH, or the one that endpoint-lab brings. */
export type KubectlChoice = 'stock' | 'built-in';

/** An embedded cluster at the pace of real time, and a shell with kubectl for it. */
export type ShellCluster = {
	kubeconfig: string;
	/** Runs a line with bash, in the folder of the manifests. */
	run(line: string, options?: {environment?: Record<string, string>}): Promise<Answer>;
	close(): Promise<void>;
};

const launcher = join(import.meta.dirname, '../../bin/endpoint-lab.mjs');

/** Starts a cluster of its own, and a folder for the shell with a copy of `files`. */
export async function startShellCluster({
	files,
	kubectl = 'stock',
}: {
	files: string;
	kubectl?: KubectlChoice;
}): Promise<ShellCluster> {
	const folder = realpathSync(mkdtempSync(join(tmpdir(), 'conformance-')));
	const cwd = join(folder, 'files');
	const state = join(folder, 'state');
	const bin = join(folder, 'bin');
	cpSync(files, cwd, {recursive: true});
	mkdirSync(state);
	mkdirSync(bin);
	if (kubectl === 'built-in')
		writeFileSync(
			join(bin, 'kubectl'),
			`#!/bin/sh
ENDPOINT_LAB=1 exec '${process.execPath}' '${launcher}' kubectl "$@"
`,
			{mode: 0o755},
		);
	const kubernetes = await startKubernetes({folder: state, now: Date.now(), seed: 1, speed: 1});
	return {
		kubeconfig: kubernetes.kubeconfig,
		async run(line, {environment = {}} = {}) {
			const {exitCode, stdout, stderr} = await execa('bash', ['-c', line], {
				cwd,
				env: {
					PATH: `${bin}${delimiter}${process.env.PATH}`,
					// A home of its own, so that neither a cache nor a kuberc of the user's takes part.
					HOME: folder,
					KUBECONFIG: kubernetes.kubeconfig,
					http_proxy: kubernetes.gateway,
					no_proxy: '127.0.0.1,localhost',
					KUBE_EDITOR: 'true',
					TZ: 'UTC',
					NODE_NO_WARNINGS: '1',
					...environment,
				},
				reject: false,
				stdin: 'ignore',
				stripFinalNewline: false,
				timeout: 120_000,
			});
			return {code: exitCode, stdout, stderr};
		},
		async close() {
			await kubernetes.close();
			rmSync(folder, {recursive: true, force: true});
		},
	};
}
