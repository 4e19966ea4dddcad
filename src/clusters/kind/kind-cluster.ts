import {mkdirSync, readFileSync} from 'node:fs';
import {setTimeout as delay} from 'node:timers/promises';
import {parse} from 'yaml';
import {type Lock, type LockHolder, lockHolder, takeLock} from '../../state/lock.ts';
import type {Text} from '../../text/text.ts';
import {UserError} from '../../text/user-error.ts';
import type {Capability, Cluster} from '../cluster.ts';
import {addressOf, type ClusterAddress} from '../embedded-cluster.ts';
import {gatewayImage} from '../gateway-config.ts';
import {fullImageName, hasFixedTag} from '../image-name.ts';
import {hasImage} from '../images.ts';
import {kubeRequest} from '../kube-request.ts';
import {kubernetesVersion} from '../kubernetes-version.ts';
import {nodeCapabilities} from '../node-capabilities.ts';
import {installKindFrom, openOfflineFolder} from '../offline-folder.ts';
import {type Environment, findOnPath} from '../shell.ts';
import {awaitReady} from './await-ready.ts';
import {furnishKind} from './furnish-kind.ts';
import {NodesError} from './kind-nodes.ts';
import {forgetKind, type KindPlace} from './kind-place.ts';
import {type KindRecord, readKindRecord} from './kind-record.ts';
import {type KindProgress, kindSteps} from './kind-steps.ts';
import {findKindTools, type KindTools} from './kind-tools.ts';
import {loadLessonImages} from './load-lesson-images.ts';
import {type KindOptions, type MakeKindOptions, makeKind, removeUnfinished} from './make-kind.ts';
import {nodeImageAmong, nodeImageFor} from './node-image.ts';
import {reachesRegistries} from './registry.ts';
import {reuseKind} from './reuse-kind.ts';
import {startProgress} from './start-progress.ts';

/** A kind cluster of the lab's own, and who holds it. */
export type KindCluster = Cluster & {
	server: string;
	/** The process that holds it, when it is another one than this. */
	joined?: LockHolder;
	/** Settles when this process can no longer reach into it. */
	failed: Promise<Error>;
};

export type OpenKindOptions = {
	place: KindPlace;
	environment: Environment;
	/** What the user typed, for others to read who meet the lock. */
	command: string;
	kind: KindOptions;
	/** What the nodes shall have when the cluster is open. */
	images: readonly string[];
	/** Whether closing it removes it. */
	throwaway?: boolean;
	signal: AbortSignal;
	text: Text;
	note: (line: string) => void;
	/** Asks before something is removed that may hold a learner's work; false where nobody can be asked. */
	confirm: (question: string) => Promise<boolean>;
	progress: (progress: KindProgress) => void;
};

/** ms that a cluster which is up may take to answer. */
const joinLimitMs = 10_000;

/**
 * Opens the lab's kind cluster: joins the process that holds it, else makes it or takes it up where it was left. It goes on
 * running when it is closed. Throws UserError, and the reason of an aborted signal.
 */
export async function openKindCluster(options: OpenKindOptions): Promise<KindCluster> {
	const {place, command, signal, text, note} = options;
	let told = false;
	for (;;) {
		signal.throwIfAborted();
		const taken = takeLock(place.lock, command);
		if ('lock' in taken) {
			try {
				return await openHere(options, taken.lock);
			} catch (error) {
				taken.lock.release();
				if (error instanceof NodesError) throw new UserError(text.clusters.kind.runtimeFailed(error.message));
				throw error;
			}
		}
		const {holder} = taken;
		if (addressOf(holder)) return await join(holder, options);
		// Another process makes it or takes it down, which may take minutes.
		if (!told) note(text.clusters.kind.waiting(holder.command, holder.pid));
		told = true;
		while (lockHolder(place.lock)?.pid === holder.pid && !addressOf(lockHolder(place.lock) ?? holder))
			await delay(100, undefined, {signal});
	}
}

async function openHere(options: OpenKindOptions, lock: Lock): Promise<KindCluster> {
	const {place, environment, kind, throwaway = false, signal, text} = options;
	mkdirSync(place.folder, {recursive: true, mode: 0o700});
	const found = readKindRecord(place, text, options.note);
	if (kind.offline !== undefined && !findOnPath('kind', environment.PATH)) {
		const command = await installKindFrom(kind.offline, signal);
		if (command) throw new UserError(text.offline.kindInFolder(command));
	}
	const tools = await findKindTools({environment, record: found, place, text, signal});
	const offline = kind.offline === undefined ? undefined : await openOffline(kind.offline, tools, options);
	const furnishing = furnishKind({...options, tools, offline});
	const base: MakeKindOptions = {
		...options,
		tools,
		offline,
		furnishing,
		image: kind.image ?? offline?.nodeImage ?? nodeImageFor(tools.kind.version),
		progress: startProgress(['ready', 'lesson-images', 'gateway'], options.progress, Date.now),
	};
	const reused = found && (await reuseKind(found, {...base, throwaway, confirm: options.confirm}));
	const record = reused ?? (await makeNew(base, options));
	try {
		const [gateway, registry] = await Promise.all([
			furnishing.finish(base.progress),
			hasRegistry(record, tools, options),
		]);
		const address = {kubeconfig: place.kubeconfig, gateway: gateway.url, server: serverOf(place.kubeconfig)};
		const cluster = await describe(address, registry, signal);
		signal.throwIfAborted();
		lock.describe(address);
		const {failed, close} = gateway;
		return {
			...cluster,
			failed,
			async close() {
				await close();
				if (throwaway) await removeThrowaway(record, base);
				lock.release();
			},
		};
	} catch (error) {
		await furnishing.end();
		// What was not there before is not there after Ctrl-C.
		if (throwaway) await removeThrowaway(record, base);
		else if (signal.aborted && !reused) {
			await removeUnfinished(record, base);
			forgetKind(place);
		}
		throw error;
	}
}

/** Removes a cluster with all that was written for it. */
async function removeThrowaway(record: KindRecord, options: MakeKindOptions): Promise<void> {
	await removeUnfinished(record, options);
	forgetKind(options.place);
}

/** Makes a cluster in the steps that it needs: a pull only where its image is missing. */
async function makeNew(base: MakeKindOptions, {progress}: OpenKindOptions): Promise<KindRecord> {
	const {kind} = base;
	const present = await findNodeImage(base);
	const steps = kindSteps.filter(step => !(step === 'pull' && present) && !(step === 'workers' && kind.small));
	base.progress = startProgress(steps, progress, Date.now);
	return await makeKind(!present, base);
}

/** Whether the runtime has the node image. Where nobody has asked for a certain one, another patch of the same version will do. */
async function findNodeImage(base: MakeKindOptions): Promise<boolean> {
	const {tools, kind, image, offline, signal, text, note} = base;
	if (await hasImage(tools.runtime, image, signal)) return true;
	if (kind.image !== undefined || offline) return false;
	const {stdout} = await tools.runtime.run(['images', '--format', '{{.Repository}}:{{.Tag}}'], {signal});
	const other = nodeImageAmong(stdout.split('\n').filter(Boolean).map(fullImageName), tools.kind.version);
	if (other === undefined) return false;
	note(text.clusters.kind.otherImage(other, image));
	base.image = other;
	return true;
}

/** Whoever brings the images along has no registry to ask. */
async function hasRegistry({nodes}: KindRecord, {runtime}: KindTools, {kind, images, signal}: OpenKindOptions) {
	return kind.offline === undefined && (await reachesRegistries(runtime, nodes.at(-1)!, images, signal));
}

/** Opens the folder of images that was named. Those of no fixed tag cannot come from there. */
async function openOffline(folder: string, {runtime, kind}: KindTools, options: OpenKindOptions) {
	const {images, signal, text, note} = options;
	note(text.offline.checking(folder));
	return await openOfflineFolder({
		folder,
		architecture: runtime.host.architecture,
		kindVersion: kind.version,
		// Whoever opens it without a lesson may want any.
		images: images.length === 0 ? 'all' : [gatewayImage, ...images.filter(hasFixedTag)],
		has: image => hasImage(runtime, image, signal),
		signal,
		text,
	});
}

async function join(holder: LockHolder, options: OpenKindOptions): Promise<KindCluster> {
	const {place, signal, text} = options;
	const address = addressOf(holder)!;
	const missing = await awaitReady(address.kubeconfig, 0, {signal, limitMs: joinLimitMs});
	if (missing?.server !== undefined) throw new UserError(text.clusters.kind.silent(holder.pid, missing.server));
	const record = options.images.length > 0 ? readKindRecord(place, text, options.note) : undefined;
	const registry = record === undefined || (await furnishJoined(record, options));
	return {
		...(await describe(address, registry, signal)),
		joined: holder,
		failed: new Promise(() => {}),
		close: async () => {},
	};
}

/** Gives the nodes of a cluster that another process holds the images that it was not asked for. Returns hasRegistry. */
async function furnishJoined(record: KindRecord, options: OpenKindOptions): Promise<boolean> {
	const tools = await findKindTools({...options, record});
	const {offline: folder} = options.kind;
	const offline = folder === undefined ? undefined : await openOffline(folder, tools, options);
	const {images: progress} = startProgress(['lesson-images'], options.progress, Date.now);
	const [registry] = await Promise.all([
		hasRegistry(record, tools, options),
		loadLessonImages(record, {...options, tools, offline, progress}),
	]);
	return registry;
}

/** The parts that are the same whoever holds it. */
async function describe(address: ClusterAddress, registry: boolean, signal: AbortSignal) {
	const limited = AbortSignal.any([signal, AbortSignal.timeout(joinLimitMs)]);
	// What a busy cluster does not tell in time is not claimed.
	const look = async <T>(path: string) => {
		const answer = await kubeRequest(address.kubeconfig, path, limited).catch(() => undefined);
		return answer?.status === 200 ? (JSON.parse(answer.body) as T) : undefined;
	};
	return {
		kind: 'kind' as const,
		// kind's own name is what the header says, in every language.
		title: `kind ${await kubernetesVersion(address.kubeconfig, limited)}`,
		simulated: false,
		...address,
		namespace: 'default',
		// kind's configuration is the lab's own in what concerns the network.
		capabilities: new Set<Capability>([
			'namespaces',
			'etcd',
			'kube-proxy',
			...(registry ? (['registry'] as const) : []),
			...(await nodeCapabilities(look)),
		]),
	};
}

function serverOf(kubeconfig: string): string {
	const {clusters} = parse(readFileSync(kubeconfig, 'utf8')) as {clusters: {cluster: {server: string}}[]};
	return clusters[0]!.cluster.server;
}
