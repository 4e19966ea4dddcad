import {randomBytes} from 'node:crypto';
import {userInfo} from 'node:os';
import {setTimeout as delay} from 'node:timers/promises';
import {gatewayLabels} from '../gateway-client.ts';
import {isStatus, type KubeApi} from '../kube-api.ts';

/** The labels by which what is ours is known; both must be there before anything is deleted. */
export const ownLabels = (owner: string): Record<string, string> => ({
	'app.kubernetes.io/managed-by': 'endpoint-lab',
	'endpoint-lab/owner': owner,
});

type Namespace = {
	metadata: {name: string; uid: string; labels?: Record<string, string>; deletionTimestamp?: string};
};

/** Where namespaces are made and deleted. */
export type NamespacePlace = {
	api: KubeApi;
	owner: string;
	/** Called before each write; throws when nothing may be written. */
	beforeWrite(): Promise<void>;
	signal: AbortSignal;
};

const attempts = 20;
/** How long a namespace may take to be gone, ms: on a busy cluster its Pods have their grace periods. */
const goneLimit = 90_000;
const accountLimit = 10_000;

/** A name that hardly anybody else has: `endpoint-lab-ada-3f9c`. */
export function namespaceName(user: string = userName()): string {
	const plain = user
		.toLowerCase()
		.replace(/[^a-z0-9]+/g, '-')
		.replace(/^-+|-+$/g, '')
		.slice(0, 20)
		.replace(/-+$/, '');
	return `endpoint-lab-${plain || 'learner'}-${randomBytes(2).toString('hex')}`;
}

function userName(): string {
	try {
		return userInfo().username;
	} catch {
		// A container may run with a user that has no name.
		return '';
	}
}

/** Whether a namespace is there, is ours, and stays. */
export async function isOwn({api, owner, signal}: NamespacePlace, name: string): Promise<boolean> {
	const found = await find(api, name, signal);
	return found !== undefined && found.metadata.deletionTimestamp === undefined && hasLabels(found, owner);
}

/**
 * Makes a namespace of our own and returns its name. `begun` hears of each name before it is tried. Throws KubeApiError: 403
 * when the user may not make any.
 */
export async function makeNamespace(place: NamespacePlace, begun: (name: string) => void): Promise<string> {
	const {api, owner, beforeWrite, signal} = place;
	for (let attempt = 1; ; attempt++) {
		const name = namespaceName();
		begun(name);
		await beforeWrite();
		const body = {apiVersion: 'v1', kind: 'Namespace', metadata: {name, labels: ownLabels(owner)}};
		try {
			await api.ask('POST', '/api/v1/namespaces', {body, signal});
			await awaitServiceAccount(place, name);
			return name;
		} catch (error) {
			if (!isStatus(error, 409) || attempt === attempts) throw error;
		}
	}
}

/** Waits for the ServiceAccount without which no Pod can be made; a controller adds it a moment after the namespace. */
async function awaitServiceAccount({api, signal}: NamespacePlace, namespace: string): Promise<void> {
	const until = Date.now() + accountLimit;
	const path = `/api/v1/namespaces/${namespace}/serviceaccounts/default`;
	while (Date.now() < until) {
		try {
			await api.ask('GET', path, {signal});
			return;
		} catch (error) {
			if (isStatus(error, 403)) return;
			if (!isStatus(error, 404)) throw error;
		}
		await delay(100, undefined, {signal});
	}
}

/**
 * Deletes a namespace if it is ours, and waits until it is gone. False when there is none, or when it is somebody else's: then
 * nothing has been done.
 */
export async function deleteNamespace(place: NamespacePlace, name: string, {wait = true} = {}): Promise<boolean> {
	const {api, owner, beforeWrite, signal} = place;
	const found = await find(api, name, signal);
	if (!found || !hasLabels(found, owner)) return false;
	await beforeWrite();
	// The uid makes sure that it is the very one whose labels were read.
	const body = {apiVersion: 'v1', kind: 'DeleteOptions', preconditions: {uid: found.metadata.uid}};
	await api.ask('DELETE', `/api/v1/namespaces/${name}`, {body, signal}).catch(error => {
		if (!isStatus(error, 404) && !isStatus(error, 409)) throw error;
	});
	const until = Date.now() + goneLimit;
	while (wait && Date.now() < until && (await find(api, name, signal))?.metadata.uid === found.metadata.uid)
		await delay(200, undefined, {signal});
	return true;
}

/** The names of all namespaces that are ours, as far as the user may list them. */
export async function ownNamespaces({api, owner, signal}: NamespacePlace): Promise<string[]> {
	const selector = Object.entries(ownLabels(owner)).map(([key, value]) => `${key}=${value}`);
	const path = `/api/v1/namespaces?labelSelector=${encodeURIComponent(selector.join(','))}`;
	try {
		const {items} = await api.ask<{items: Namespace[]}>('GET', path, {signal});
		return items.map(({metadata}) => metadata.name);
	} catch (error) {
		if (isStatus(error, 403)) return [];
		throw error;
	}
}

/** How many objects of the usual kinds are in a namespace, as far as the user may list them. */
export async function countObjects({api, signal}: Pick<NamespacePlace, 'api' | 'signal'>, namespace: string) {
	const lists = await Promise.all(
		['/api/v1', '/apis/apps/v1', '/apis/batch/v1'].flatMap(group =>
			countedKinds[group]!.map(async kind => {
				try {
					const path = `${group}/namespaces/${namespace}/${kind}`;
					const {items} = await api.ask<{items: Namespace[]}>('GET', path, {signal});
					return items.filter(({metadata}) => !suppliedByCluster.has(`${kind}/${metadata.name}`)).length;
				} catch (error) {
					if (isStatus(error, 403) || isStatus(error, 404)) return 0;
					throw error;
				}
			}),
		),
	);
	return lists.reduce((sum, count) => sum + count, 0);
}

const countedKinds: Record<string, string[]> = {
	'/api/v1': ['pods', 'services', 'configmaps', 'secrets', 'persistentvolumeclaims'],
	'/apis/apps/v1': ['deployments', 'statefulsets', 'daemonsets'],
	'/apis/batch/v1': ['jobs', 'cronjobs'],
};
/** What every namespace has. */
const suppliedByCluster = new Set(['configmaps/kube-root-ca.crt', 'services/kubernetes']);

/** Deletes the Pods of our gateway from a namespace that is not ours. */
export async function deleteOwnPods(place: NamespacePlace, namespace: string): Promise<void> {
	const {api, owner, beforeWrite, signal} = place;
	const wanted = {...ownLabels(owner), ...gatewayLabels};
	const selector = Object.entries(wanted).map(([key, value]) => `${key}=${value}`);
	const path = `/api/v1/namespaces/${namespace}/pods`;
	const query = `?labelSelector=${encodeURIComponent(selector.join(','))}`;
	const {items} = await api.ask<{items: Namespace[]}>('GET', `${path}${query}`, {signal});
	for (const {metadata} of items) {
		await beforeWrite();
		await api.ask('DELETE', `${path}/${metadata.name}`, {signal}).catch(error => {
			if (!isStatus(error, 404)) throw error;
		});
	}
}

const hasLabels = ({metadata}: Namespace, owner: string) =>
	Object.entries(ownLabels(owner)).every(([key, value]) => metadata.labels?.[key] === value);

const find = (api: KubeApi, name: string, signal: AbortSignal): Promise<Namespace | undefined> =>
	api.ask<Namespace>('GET', `/api/v1/namespaces/${name}`, {signal}).catch(error => {
		if (isStatus(error, 404)) return undefined;
		throw error;
	});
