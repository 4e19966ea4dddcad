import {existsSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {sync as writeFileAtomic} from 'write-file-atomic';
import type {Home} from '../../state/home.ts';
import {takeLock} from '../../state/lock.ts';
import {makeTemporaryFolder} from '../../state/temporary-folder.ts';
import type {Text} from '../../text/text.ts';
import {UserError} from '../../text/user-error.ts';
import {openKubeApi} from '../kube-api.ts';
import type {Environment} from '../shell.ts';
import {
	type ContextPlace,
	contextPlace,
	forgetContext,
	ownerId,
	passingNamespaces,
	readRecord,
} from './context-record.ts';
import {explainError} from './explain-error.ts';
import {freezeContext} from './frozen-context.ts';
import {deleteNamespace, deleteOwnPods, type NamespacePlace, ownNamespaces} from './own-namespace.ts';
import {checkIdentity, serverIdentity} from './server-identity.ts';

export type RemoveContextOptions = {
	name: string;
	home: Home;
	environment: Environment;
	/** What the user typed. */
	command: string;
	/** Only forgets what this home knows, since the cluster is gone or another one. */
	forget?: boolean;
	signal: AbortSignal;
	text: Text;
};

/** What has been removed: the namespaces, or that of a namespace which was given to the user only our Pods are gone. */
export type RemovedContext = {namespaces: string[]; cleaned?: string};

/**
 * Removes everything of this home from the cluster of a context, and what the home knows of it. Undefined when the home knows
 * nothing of it. Throws UserError: another process uses it, the server is another one, or it does not answer.
 */
export async function removeContext(options: RemoveContextOptions): Promise<RemovedContext | undefined> {
	const {name, home, command, forget, text} = options;
	const place = contextPlace(home, name);
	if (!existsSync(place.folder)) return undefined;
	const taken = takeLock(place.lock, command);
	if ('holder' in taken) throw new UserError(text.context.inUse(name, taken.holder.command, taken.holder.pid));
	try {
		const removed = forget ? {namespaces: []} : await removeFromCluster(options, place);
		forgetContext(place);
		return removed;
	} finally {
		taken.lock.release();
	}
}

async function removeFromCluster(
	{name, home, environment, signal, text}: RemoveContextOptions,
	place: ContextPlace,
): Promise<RemovedContext> {
	// Without one, only throwaway namespaces can be there.
	const record = readRecord(place);
	const frozen = freezeContext(environment, name, text);
	const folder = makeTemporaryFolder();
	const kubeconfig = join(folder, 'kubeconfig');
	writeFileAtomic(kubeconfig, frozen.kubeconfig('default'), {mode: 0o600});
	const {left, living} = passingNamespaces(place);
	const namespaces: string[] = [];
	try {
		const api = openKubeApi(kubeconfig);
		const identity = record?.identity ?? (await serverIdentity(api, frozen.namespace, signal));
		const beforeWrite = () => checkIdentity(api, identity, name, text, signal);
		const own: NamespacePlace = {api, owner: ownerId(home), beforeWrite, signal};
		await beforeWrite();
		const wanted = new Set([
			...(!record || record.assigned ? [] : [record.namespace]),
			...left.map(({namespace}) => namespace),
			...(await ownNamespaces(own)).filter(namespace => !living.includes(namespace)),
		]);
		for (const namespace of wanted) if (await deleteNamespace(own, namespace)) namespaces.push(namespace);
		if (!record?.assigned) return {namespaces};
		await deleteOwnPods(own, record.namespace);
		return {namespaces, cleaned: record.namespace};
	} catch (error) {
		signal.throwIfAborted();
		throw explainError(error, frozen, text);
	} finally {
		rmSync(folder, {recursive: true, force: true});
	}
}
