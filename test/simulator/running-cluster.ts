import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {execa} from 'execa';
import {type KubeRequestOptions, kubeRequest} from '../../src/clusters/kube-request.ts';
import {findOnPath} from '../../src/clusters/shell.ts';
import {type KubernetesOptions, startKubernetes} from '../../src/simulator/kubernetes.ts';
import type {SavedState} from '../../src/simulator/saved-state.ts';
import type {KubeObject} from '../../src/simulator/types.ts';
import {until} from '../until.ts';

/** The machine's own kubectl, where there is one. */
export const kubectl = findOnPath('kubectl', process.env.PATH);

type Answer<T> = {status: number; body: T};
export type RunningCluster = Awaited<ReturnType<typeof startRunningCluster>>;
type Listed = {items: KubeObject[]};

/** A whole cluster with its real HTTPS server and gateway, in a temporary folder or the one given. */
export async function startRunningCluster(options: Partial<KubernetesOptions> = {}) {
	const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'endpoint-lab-running-'));
	const kubernetes = await startKubernetes({now: Date.now(), seed: 7, ...options, folder});
	const {kubeconfig} = kubernetes;
	const signal = AbortSignal.timeout(600_000);

	const cluster = {
		...kubernetes,
		folder,
		/** One request by whoever holds the kubeconfig; the answer's JSON. */
		async ask<T = Record<string, unknown>>(path: string, asked: KubeRequestOptions = {}): Promise<Answer<T>> {
			const {status, body} = await kubeRequest(kubeconfig, path, signal, asked);
			let parsed: unknown = body;
			try {
				parsed = JSON.parse(body);
			} catch {
				// Not all answers are JSON.
			}
			return {status, body: parsed as T};
		},
		get: async <T = Record<string, unknown>>(path: string) => (await cluster.ask<T>(path)).body,
		post: (path: string, body?: unknown) =>
			cluster.ask(path, {method: 'POST', ...(body !== undefined && {body: JSON.stringify(body)})}),
		speed: (speed: unknown) =>
			cluster.ask<{now: string; speed: unknown; next: string | null}>('/simulator/clock', {
				method: 'PUT',
				body: JSON.stringify({speed}),
			}),
		state: () => cluster.get<SavedState>('/simulator/state'),
		pods: async () => (await cluster.get<Listed>('/api/v1/namespaces/default/pods')).items,
		/** Makes a Deployment of nginx with its Service, and waits until all its Pods are ready. */
		async web(replicas: number, container: object = {}, service: object = {}): Promise<void> {
			const metadata = {name: 'web', labels: {app: 'web'}};
			const selector = {app: 'web'};
			await cluster.post('/apis/apps/v1/namespaces/default/deployments', {
				apiVersion: 'apps/v1',
				kind: 'Deployment',
				metadata,
				spec: {
					replicas,
					selector: {matchLabels: selector},
					template: {
						metadata,
						spec: {containers: [{name: 'nginx', image: 'nginx:1.14.2', ...container}], ...service},
					},
				},
			});
			await cluster.post('/api/v1/namespaces/default/services', {
				apiVersion: 'v1',
				kind: 'Service',
				metadata: {name: 'web'},
				spec: {selector, ports: [{port: 80}], sessionAffinity: 'ClientIP'},
			});
			await cluster.ready(replicas);
		},
		async ready(replicas: number): Promise<void> {
			await until(async () => {
				const {subsets = []} = await cluster.get<{subsets?: {addresses?: unknown[]}[]}>(
					'/api/v1/namespaces/default/endpoints/web',
				);
				const pods = await cluster.pods();
				return pods.length === replicas && (subsets[0]?.addresses?.length ?? 0) === replicas;
			});
		},
		/** What curl gets through the gateway. */
		async curl(url: string): Promise<string> {
			return (await execa('curl', ['-s', url], {env: {http_proxy: kubernetes.gateway}})).stdout;
		},
		async kubectl(...words: string[]) {
			const {exitCode, stdout, stderr} = await execa(kubectl ?? 'kubectl', words, {
				reject: false,
				env: {KUBECONFIG: kubeconfig, KUBECACHEDIR: join(folder, 'cache')},
			});
			return {exitCode, stdout, stderr};
		},
		/** Ends the cluster, and the folder with it unless somebody else needs that. */
		async close(keep = false): Promise<void> {
			await kubernetes.close();
			if (!keep) rmSync(folder, {recursive: true, force: true});
		},
	};
	return Object.defineProperty(cluster, 'simulation', {get: () => kubernetes.simulation});
}
