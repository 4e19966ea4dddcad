import {mkdirSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {sync as writeFileAtomic} from 'write-file-atomic';
import type {Home} from '../state/home.ts';
import {type Lock, type LockHolder, takeLock} from '../state/lock.ts';
import {makeTemporaryFolder} from '../state/temporary-folder.ts';
import type {Text} from '../text/text.ts';
import {UserError} from '../text/user-error.ts';
import type {Capability, Cluster} from './cluster.ts';
import {type ContextQuestion, chooseNamespace, planNamespace} from './context/choose-namespace.ts';
import {
	type ContextPlace,
	contextPlace,
	ownerId,
	passingNamespaces,
	readRecord,
	rememberPassing,
	writeRecord,
} from './context/context-record.ts';
import {explainError} from './context/explain-error.ts';
import {type FrozenContext, freezeContext} from './context/frozen-context.ts';
import {deleteNamespace, type NamespacePlace, ownLabels} from './context/own-namespace.ts';
import {podRefusal} from './context/pod-refusal.ts';
import {createRightsCheck, mayDo} from './context/rights.ts';
import {checkIdentity, serverIdentity} from './context/server-identity.ts';
import {type GatewayPod, openGatewayPod} from './gateway-pod.ts';
import {isStatus, type KubeApi, openKubeApi} from './kube-api.ts';
import {shortVersion, type VersionInfo} from './kubernetes-version.ts';
import {hasKubeProxy, nodeCapabilities} from './node-capabilities.ts';
import type {Environment} from './shell.ts';

/** A cluster that the user already has, with a namespace for lessons in it. */
export type ContextCluster = Cluster & {
	server: string;
	/** The process of this home that holds it, when it is another one than this. */
	joined?: LockHolder;
	/** What there is to tell about its start. */
	notice?: string;
	/** Settles when this process can no longer reach into it. */
	failed: Promise<Error>;
};

export type OpenContextOptions = {
	/** The context's name in the user's kubeconfig. */
	name: string;
	home: Home;
	environment: Environment;
	/** What the user typed, for others to read who meet the lock. */
	command: string;
	/** A namespace for this command alone, deleted when the cluster is closed. */
	throwaway?: boolean | undefined;
	/** An nginx image for the gateway's Pods. */
	gatewayImage?: string;
	signal: AbortSignal;
	text: Text;
	/** One line of what happens. */
	note: (line: string) => void;
	/** Shows the cluster to the user and asks; false when it is not the one they mean. */
	confirm: (question: ContextQuestion) => Promise<boolean>;
};

/** How long closing may talk to the cluster, ms. */
const closeLimit = 15_000;
/** How long to wait for another process that is just opening it, ms. */
const startLimit = 60_000;
const readyLimit = 10_000;

/**
 * Opens a cluster of the user's: joins the process of this home that holds it, else freezes the context into a kubeconfig of the
 * lab's own, has it confirmed, and makes a namespace there or takes up the one of last time. Nothing outside that namespace is
 * written, and nothing at all when the server is another one than last time. Throws UserError, and the reason of an aborted
 * signal.
 */
export async function openContextCluster(options: OpenContextOptions): Promise<ContextCluster> {
	const {name, home, environment, signal, text} = options;
	const frozen = freezeContext(environment, name, text);
	const place = contextPlace(home, name);
	mkdirSync(place.folder, {recursive: true, mode: 0o700});
	try {
		return await (options.throwaway ? openThrowaway(options, frozen, place) : openLasting(options, frozen, place));
	} catch (error) {
		signal.throwIfAborted();
		throw explainError(error, frozen, text);
	}
}

async function openLasting(options: OpenContextOptions, frozen: FrozenContext, place: ContextPlace) {
	const {name, command, signal, text} = options;
	const until = Date.now() + startLimit;
	for (;;) {
		signal.throwIfAborted();
		const taken = takeLock(place.lock, command);
		if ('holder' in taken) {
			const {holder} = taken;
			const address = addressOf(holder);
			if (address) return await joinContext(address, holder, options, frozen);
			if (Date.now() > until) throw new UserError(text.context.silent(name, holder.command, holder.pid));
			await delay(50, undefined, {signal});
			continue;
		}
		const {lock} = taken;
		try {
			const cluster = await openHere(options, frozen, {place, kubeconfig: place.kubeconfig, lock});
			const {kubeconfig, namespace, gateway, server} = cluster;
			lock.describe({kubeconfig, namespace, gateway, server});
			return cluster;
		} catch (error) {
			rmSync(place.kubeconfig, {force: true});
			lock.release();
			throw error;
		}
	}
}

async function openThrowaway(options: OpenContextOptions, frozen: FrozenContext, place: ContextPlace) {
	const folder = makeTemporaryFolder();
	const remove = () => rmSync(folder, {recursive: true, force: true});
	try {
		const cluster = await openHere(options, frozen, {place, kubeconfig: join(folder, 'kubeconfig')});
		return {
			...cluster,
			async close() {
				await cluster.close();
				remove();
			},
		};
	} catch (error) {
		remove();
		throw error;
	}
}

type Here = {place: ContextPlace; kubeconfig: string; lock?: Lock};

async function openHere(options: OpenContextOptions, frozen: FrozenContext, here: Here): Promise<ContextCluster> {
	const {name, throwaway = false, gatewayImage = 'nginx:1.14.2', signal, text, note, confirm} = options;
	const {place, kubeconfig} = here;
	const {api, own, record, identity, write} = await connect(options, frozen, here);
	await removePassing(place, own);

	let forget: (() => void) | undefined;
	let made: string | undefined;
	let lock = here.lock;
	let gateway: GatewayPod | undefined;
	const letGo = async () => {
		try {
			await gateway?.close();
			const ending: NamespacePlace = {...own, signal: AbortSignal.timeout(closeLimit)};
			if (made !== undefined) await deleteNamespace(ending, made, {wait: false});
			forget?.();
		} finally {
			rmSync(kubeconfig, {force: true});
			lock?.release();
		}
	};
	try {
		const plan = {frozen, place: own, record, fresh: throwaway, text};
		const begun = ({name: namespace, assigned}: {name: string; assigned: boolean}) => {
			if (throwaway && assigned) lock = lockAssigned(options, place);
			else if (throwaway) {
				forget?.();
				forget = rememberPassing(place, namespace);
			} else {
				const {server, user} = frozen;
				writeRecord(place, {context: name, server, user, identity, namespace, assigned});
			}
			// Until everything is open, what was made is undone again.
			if (!assigned) made = namespace;
		};
		const chosen = await chooseNamespace(await planNamespace(plan), plan, confirm, begun);
		if (!throwaway) {
			const {server, user} = frozen;
			writeRecord(place, {context: name, server, user, identity, namespace: chosen.name, assigned: chosen.assigned});
		}
		write(chosen.name);
		note(chosen.made ? text.context.made(chosen.name, name) : text.context.goesOn(chosen.name, name));
		const [cluster, refusal] = await Promise.all([
			describeContext(api, frozen, {kubeconfig, namespace: chosen.name}, options),
			podRefusal(api, chosen.name, gatewayImage, signal),
		]);
		if (refusal) note(text.context.podsRefused(chosen.name, refusal));
		gateway = await openGatewayPod({
			kubeconfig,
			namespace: chosen.name,
			image: gatewayImage,
			labels: ownLabels(own.owner),
			beforeWrite: own.beforeWrite,
			signal,
			text,
		});
		signal.throwIfAborted();
		if (gateway.problem) note(gateway.problem);
		if (!throwaway) made = undefined;
		return {...cluster, gateway: gateway.url, failed: gateway.failed, close: letGo};
	} catch (error) {
		// What cannot be undone now is found by the next start.
		await letGo().catch(() => {});
		throw error;
	}
}

/** Writes the frozen kubeconfig, and makes sure that the server is the one of last time. */
async function connect(options: OpenContextOptions, frozen: FrozenContext, {place, kubeconfig}: Here) {
	const {name, home, signal, text} = options;
	const write = (namespace: string) => writeFileAtomic(kubeconfig, frozen.kubeconfig(namespace), {mode: 0o600});
	write(frozen.namespace ?? 'default');
	const api = openKubeApi(kubeconfig);
	const record = readRecord(place);
	const identity = record?.identity ?? (await serverIdentity(api, frozen.namespace, signal));
	const beforeWrite = () => checkIdentity(api, identity, name, text, AbortSignal.timeout(closeLimit));
	if (record) await beforeWrite();
	const own: NamespacePlace = {api, owner: ownerId(home), beforeWrite, signal};
	return {api, own, record, identity, write};
}

/**
 * Has a context confirmed without opening it, for a command that opens it in another process, where nobody can be asked. False when
 * there was nothing to ask. Throws UserError.
 */
export async function confirmContext(options: OpenContextOptions): Promise<boolean> {
	const {name, home, environment, signal, text, confirm} = options;
	const frozen = freezeContext(environment, name, text);
	const place = contextPlace(home, name);
	mkdirSync(place.folder, {recursive: true, mode: 0o700});
	const folder = makeTemporaryFolder();
	try {
		const {own, record} = await connect(options, frozen, {place, kubeconfig: join(folder, 'kubeconfig')});
		const {question} = await planNamespace({frozen, place: own, record, fresh: false, text});
		if (question && !(await confirm(question))) throw new UserError(text.context.notConfirmed(name));
		return question !== undefined;
	} catch (error) {
		signal.throwIfAborted();
		throw explainError(error, frozen, text);
	} finally {
		rmSync(folder, {recursive: true, force: true});
	}
}

/** Of a namespace that is not ours only one process at a time makes use. */
function lockAssigned({name, command, text}: OpenContextOptions, {lock}: ContextPlace): Lock {
	const taken = takeLock(lock, command);
	if ('lock' in taken) return taken.lock;
	throw new UserError(text.context.inUse(name, taken.holder.command, taken.holder.pid));
}

/** Deletes the namespaces of throwaway clusters whose processes were killed. */
async function removePassing(place: ContextPlace, own: NamespacePlace): Promise<void> {
	for (const {namespace, forget} of passingNamespaces(place).left) {
		await deleteNamespace(own, namespace, {wait: false});
		forget();
	}
}

/** Where a context's cluster answers; its process writes it into the lock file. */
export type ContextAddress = {kubeconfig: string; namespace: string; gateway: string; server: string};

/** The address that a lock's holder has written, once its cluster is open. */
export function addressOf({details}: LockHolder): ContextAddress | undefined {
	const {kubeconfig, namespace, gateway, server} = details ?? {};
	return [kubeconfig, namespace, gateway, server].every(value => typeof value === 'string')
		? ({kubeconfig, namespace, gateway, server} as ContextAddress)
		: undefined;
}

async function joinContext(
	address: ContextAddress,
	joined: LockHolder,
	options: OpenContextOptions,
	frozen: FrozenContext,
): Promise<ContextCluster> {
	const api = openKubeApi(address.kubeconfig);
	return {
		...(await describeContext(api, frozen, address, options)),
		gateway: address.gateway,
		joined,
		failed: new Promise(() => {}),
		close: async () => {},
	};
}

/** What is found out about a cluster by asking it. */
async function describeContext(
	api: KubeApi,
	{name, server}: FrozenContext,
	{kubeconfig, namespace}: Pick<ContextAddress, 'kubeconfig' | 'namespace'>,
	{signal, text}: OpenContextOptions,
) {
	const limited = AbortSignal.any([signal, AbortSignal.timeout(readyLimit)]);
	const version = await api.ask<VersionInfo>('GET', '/version', {signal: limited});
	return {
		kind: 'context' as const,
		title: text.context.title(name, shortVersion(version)),
		simulated: false,
		kubeconfig,
		namespace,
		server,
		capabilities: await capabilitiesOf(api, limited),
		missingRights: createRightsCheck(api, namespace, signal),
	};
}

/**
 * What may be looked at: nodes, an etcd and a kube-proxy in Pods; nothing else of another's cluster is a lesson's to use.
 * That its nodes can have images is taken for granted.
 */
async function capabilitiesOf(api: KubeApi, signal: AbortSignal): Promise<ReadonlySet<Capability>> {
	const look = <T>(path: string) => api.ask<T>('GET', path, {signal}).catch(refusedOrAbsent);
	const found = new Set<Capability>(['registry']);
	const seesNodes = await mayDo(api, {verb: 'list', group: '', resource: 'nodes', clusterWide: true}, '', signal);
	for (const capability of seesNodes ? await nodeCapabilities(look) : []) found.add(capability);
	const execute = {verb: 'create', group: '', resource: 'pods', subresource: 'exec'};
	if (await mayDo(api, execute, 'kube-system', signal)) {
		const path = '/api/v1/namespaces/kube-system/pods?labelSelector=component%3Detcd';
		const etcd = await look<{items: unknown[]}>(path);
		if (etcd && etcd.items.length > 0) found.add('etcd');
		if (await hasKubeProxy(look)) found.add('kube-proxy');
	}
	return found;
}

function refusedOrAbsent(error: unknown): undefined {
	if (isStatus(error, 403) || isStatus(error, 404)) return undefined;
	throw error;
}
