import {cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {delimiter, join} from 'node:path';
import {execa} from 'execa';
import {startKubernetes} from '../../src/simulator/kubernetes.ts';

/** What a line of shell left. */
export type Answer = {code: number | undefined; stdout: string; stderr: string};

/** Which kubectl the lines of shell find: the one on PATH, or the one that endpoint-lab brings. */
export type KubectlChoice = 'stock' | 'built-in';

/** A cluster at the pace of real time, and a shell with kubectl for it. */
export type ShellCluster = {
	kubeconfig: string;
	/** Runs a line with bash, in the folder of the manifests. */
	run(line: string, options?: {environment?: Record<string, string>}): Promise<Answer>;
	close(): Promise<void>;
};

const launcher = join(import.meta.dirname, '../../bin/endpoint-lab.mjs');

/**
 * A real cluster to ask instead of the embedded one, as scripts/real-cluster.mjs names it. It must be there for this alone:
 * everything in its namespace default is deleted.
 */
const {REAL_KUBECONFIG: realKubeconfig, REAL_GATEWAY: realGateway = ''} = process.env;

/** Starts a cluster of its own, or empties the real one, and a folder for the shell with a copy of `files`. */
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
	const kubernetes = realKubeconfig
		? {kubeconfig: realKubeconfig, gateway: realGateway, close: async () => await emptyCluster(realKubeconfig)}
		: await startKubernetes({folder: state, now: Date.now(), seed: 1, speed: 1});
	if (realKubeconfig) await emptyCluster(realKubeconfig);
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

/** Deletes what the lines of shell may have made, and leaves what every namespace has. */
async function emptyCluster(kubeconfig: string): Promise<void> {
	const kinds = 'deployments,daemonsets,replicasets,pods,services,endpoints,configmaps,secrets,serviceaccounts';
	const system = /^(default|kube-.*|local-path-storage|endpoint-lab)$/;
	const kubectl = async (...words: string[]) =>
		(await execa('kubectl', ['--kubeconfig', kubeconfig, ...words], {reject: false})).stdout;
	const namespaces = (await kubectl('get', 'namespaces', '-o', 'jsonpath={.items[*].metadata.name}')).split(' ');
	const others = namespaces.filter(name => name && !system.test(name));
	if (others.length > 0) await kubectl('delete', 'namespaces', ...others);
	const given = ['kubernetes', 'kube-root-ca.crt', 'default'].map(name => `metadata.name!=${name}`).join();
	await kubectl('delete', kinds, '--field-selector', given, '--namespace', 'default');
}
