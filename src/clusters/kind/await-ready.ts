import {Agent} from 'node:https';
import {setTimeout as delay} from 'node:timers/promises';
import {kubeRequest} from '../kube-request.ts';

/** What a cluster still lacks; undefined parts are there. `absent`: so many nodes have not even joined. */
export type Missing = {server?: string; nodes?: string[]; absent?: number; dns?: true; account?: true};

type Condition = {type: string; status: string};
type NodeList = {items: {metadata: {name: string}; status?: {conditions?: Condition[]}}[]};
type Deployment = {spec?: {replicas?: number}; status?: {availableReplicas?: number}};

export type AwaitReadyOptions = {
	signal: AbortSignal;
	limitMs: number;
	/** Called several times a second. */
	onTick?: ((missing: Missing) => void) | undefined;
	/** Called when Pods can be made and started; the cluster's DNS may take longer. */
	onNodes?: (() => void) | undefined;
};

const pauseMs = 100;
const answerLimitMs = 5_000;

/**
 * Waits until lessons can run on a cluster: its server is ready, so many nodes are, its DNS answers, and Pods may be made in
 * the namespace `default`. `kind create` returns before all of this, and with `--wait` it would look at the control plane
 * only. Returns what was missing to the last when the time is up; throws the reason of an aborted signal.
 */
export async function awaitReady(
	kubeconfig: string,
	nodes: number,
	{signal, limitMs, onTick, onNodes}: AwaitReadyOptions,
): Promise<Missing | undefined> {
	const until = Date.now() + limitMs;
	// A server that has just been started has better things to do than to greet us thirty times a second.
	const agent = new Agent({keepAlive: true});
	try {
		for (;;) {
			const missing = await missingIn(kubeconfig, nodes, agent, signal);
			if (!missing || !(missing.server !== undefined || missing.nodes || missing.absent || missing.account))
				onNodes?.();
			if (!missing || Date.now() > until) return missing;
			onTick?.(missing);
			await delay(pauseMs, undefined, {signal});
		}
	} finally {
		agent.destroy();
	}
}

/** What a cluster lacks now; undefined when nothing. Throws the reason of an aborted signal. */
async function missingIn(
	kubeconfig: string,
	wanted: number,
	agent: Agent,
	signal: AbortSignal,
): Promise<Missing | undefined> {
	const ask = (path: string) =>
		kubeRequest(kubeconfig, path, AbortSignal.any([signal, AbortSignal.timeout(answerLimitMs)]), {agent});
	try {
		const ready = await ask('/readyz');
		if (ready.status !== 200) return {server: ready.body.slice(0, 200)};
		const [nodeList, dns, account] = await Promise.all([
			ask('/api/v1/nodes'),
			ask('/apis/apps/v1/namespaces/kube-system/deployments/coredns'),
			ask('/api/v1/namespaces/default/serviceaccounts/default'),
		]);
		const {items} = JSON.parse(nodeList.body) as NodeList;
		const unready = items.filter(
			({status}) => !status?.conditions?.some(({type, status}) => type === 'Ready' && status === 'True'),
		);
		const missing: Missing = {
			...(unready.length > 0 && {nodes: unready.map(({metadata}) => metadata.name)}),
			...(items.length < wanted && {absent: wanted - items.length}),
			...(!dnsAnswers(dns) && {dns: true}),
			...(account.status !== 200 && {account: true}),
		};
		return Object.keys(missing).length > 0 ? missing : undefined;
	} catch (error) {
		signal.throwIfAborted();
		return {server: error instanceof Error ? error.message : String(error)};
	}
}

/** A cluster whose DNS goes by another name is not waited for. */
function dnsAnswers({status, body}: {status: number; body: string}): boolean {
	if (status === 404) return true;
	if (status !== 200) return false;
	const {spec, status: found} = JSON.parse(body) as Deployment;
	return (found?.availableReplicas ?? 0) >= (spec?.replicas ?? 1);
}
