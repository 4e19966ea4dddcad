import {setTimeout as delay} from 'node:timers/promises';
import type {Text} from '../text/text.ts';
import {UserError} from '../text/user-error.ts';
import type {ClusterClock, ClusterSpeed, ClusterState, ClusterTime, FollowedClock} from './cluster.ts';
import {type KubeAnswer, type KubeRequestOptions, kubeLines, kubeRequest} from './kube-request.ts';

const answerLimitMs = 10_000;
/** Reading or replacing ten thousand Pods takes seconds. */
const stateLimitMs = 60_000;
const retryMs = 1_000;

/** The time of the embedded cluster of a kubeconfig, whoever runs it. */
export function simulatorClock(kubeconfig: string, text: Text): ClusterClock {
	const path = '/simulator/clock';
	const get = async () => timeOf(await ask(kubeconfig, path, {text}));
	return {
		get,
		async setSpeed(speed) {
			const body = JSON.stringify({speed: speed === Number.POSITIVE_INFINITY ? 'max' : speed});
			return timeOf(await ask(kubeconfig, path, {text, method: 'PUT', body}));
		},
		async step() {
			const body = await ask(kubeconfig, `${path}/step`, {text, method: 'POST'});
			return {...timeOf(body), changed: (JSON.parse(body) as {changed: boolean}).changed};
		},
		follow: async signal => follow(kubeconfig, await get(), signal),
	};
}

/** The whole state of the embedded cluster of a kubeconfig. */
export function simulatorState(kubeconfig: string, text: Text): ClusterState {
	const path = '/simulator/state';
	return {
		read: () => ask(kubeconfig, path, {text, limitMs: stateLimitMs}),
		async restore(state) {
			await ask(kubeconfig, path, {text, method: 'POST', body: state, limitMs: stateLimitMs});
		},
	};
}

type Asking = KubeRequestOptions & {text: Text; limitMs?: number};

async function ask(kubeconfig: string, path: string, {text, limitMs = answerLimitMs, ...options}: Asking) {
	let answer: KubeAnswer;
	try {
		answer = await kubeRequest(kubeconfig, path, AbortSignal.timeout(limitMs), options);
	} catch (error) {
		throw new UserError(text.clusters.controlSilent((error as Error).message));
	}
	if (answer.status === 200) return answer.body;
	throw new UserError(text.clusters.controlRefused(messageOf(answer)));
}

function messageOf({status, body}: KubeAnswer): string {
	try {
		return (JSON.parse(body) as {message: string}).message;
	} catch {
		return `${status} ${body.slice(0, 200)}`;
	}
}

function follow(kubeconfig: string, first: ClusterTime, signal: AbortSignal): FollowedClock {
	const listeners = new Set<() => void>();
	let told = first;
	let toldAt = Date.now();
	const listen = async () => {
		for await (const line of kubeLines(kubeconfig, '/simulator/clock?watch=true', signal)) {
			const {speed} = told;
			told = timeOf(line);
			toldAt = Date.now();
			if (told.speed !== speed) for (const listener of listeners) listener();
		}
	};
	void (async () => {
		while (!signal.aborted) {
			// Whoever watches the cluster's objects says why it does not answer; this only goes on trying.
			await listen().catch(() => {});
			await delay(retryMs, undefined, {signal}).catch(() => {});
		}
	})();
	return {
		now: () => told.now + (Number.isFinite(told.speed) ? (Date.now() - toldAt) * told.speed : 0),
		speed: () => told.speed,
		subscribe(listener) {
			listeners.add(listener);
			return () => listeners.delete(listener);
		},
	};
}

function timeOf(json: string): ClusterTime {
	const {now, speed, next} = JSON.parse(json) as {now: string; speed: ClusterSpeed | 'max'; next: string | null};
	return {
		now: Date.parse(now),
		speed: speed === 'max' ? Number.POSITIVE_INFINITY : speed,
		next: next === null ? undefined : Date.parse(next),
	};
}
