import {contextPlace, readRecord} from '../clusters/context/context-record.ts';
import {addressOf, type ContextAddress} from '../clusters/context-cluster.ts';
import {openKubeApi} from '../clusters/kube-api.ts';
import type {Home} from '../state/home.ts';
import {lockHolder} from '../state/lock.ts';
import type {Context} from './context.ts';

/** What there is to tell of a context in which lessons have run. Times are ISO 8601. */
export type ContextStatus = {
	running: boolean;
	/** `stopped`: no process of the lab uses it; its namespace is there all the same. */
	state: 'stopped' | 'starting' | 'running' | 'silent';
	cluster: `context:${string}`;
	namespace?: string;
	pid?: number;
	command?: string;
	since?: string;
	kubernetes?: string;
	server?: string;
	kubeconfig?: string;
	gateway?: string;
	pods?: {total: number; ready: number};
	services?: number;
};

type Listed = {items: {status?: {conditions?: {type: string; status: string}[]}}[]};

const answerLimitMs = 5_000;

/** Looks at one context: what is kept of it, which process holds it, and what is in its namespace. */
export async function lookAtContext(name: string, home: Home, {signal}: Context): Promise<ContextStatus> {
	const place = contextPlace(home, name);
	const record = readRecord(place);
	const holder = lockHolder(place.lock);
	const known = {cluster: `context:${name}` as const, namespace: record?.namespace, server: record?.server};
	if (!holder) return {running: false, state: 'stopped', ...known};
	const base = {...known, pid: holder.pid, command: holder.command, since: new Date(holder.since).toISOString()};
	const address = addressOf(holder);
	if (!address) return {running: false, state: 'starting', ...base};
	const inside = await lookInside(address, AbortSignal.any([signal, AbortSignal.timeout(answerLimitMs)]));
	signal.throwIfAborted();
	return inside
		? {running: true, state: 'running', ...base, ...address, ...inside}
		: {running: false, state: 'silent', ...base, ...address};
}

async function lookInside({kubeconfig, namespace}: ContextAddress, signal: AbortSignal) {
	try {
		const api = openKubeApi(kubeconfig);
		const [version, pods, services] = await Promise.all([
			api.ask<{gitVersion: string}>('GET', '/version', {signal}),
			api.ask<Listed>('GET', `/api/v1/namespaces/${namespace}/pods`, {signal}),
			api.ask<Listed>('GET', `/api/v1/namespaces/${namespace}/services`, {signal}),
		]);
		const ready = pods.items.filter(({status}) =>
			status?.conditions?.some(({type, status}) => type === 'Ready' && status === 'True'),
		);
		return {
			kubernetes: version.gitVersion,
			pods: {total: pods.items.length, ready: ready.length},
			services: services.items.length,
		};
	} catch {
		return undefined;
	}
}
