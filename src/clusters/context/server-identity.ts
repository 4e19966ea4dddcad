import {createHash} from 'node:crypto';
import type {Text} from '../../text/text.ts';
import {UserError} from '../../text/user-error.ts';
import {CredentialPluginError} from '../credential-plugin.ts';
import {type KubeApi, KubeApiError} from '../kube-api.ts';

type WithUid = {metadata: {uid: string}};

/**
 * Who a server is, in a way that a cluster made anew under the same name and address has not: the uid of a namespace that is as
 * old as the cluster, or of the user's own, else its certificate authority. `SOURCE VALUE`; the source stays readable for the
 * same user. Throws KubeApiError, or what the network threw.
 */
export async function serverIdentity(api: KubeApi, namespace: string | undefined, signal: AbortSignal) {
	for (const name of ['kube-system', 'default', ...(namespace ? [namespace] : [])]) {
		const identity = await read(api, `namespace/${name}`, signal).catch(refused);
		if (identity) return identity;
	}
	return (await read(api, 'authority', signal))!;
}

/**
 * Throws UserError when a server is not the one that it was: another cluster has taken its place, and nothing may be written to
 * that.
 */
export async function checkIdentity(api: KubeApi, identity: string, context: string, text: Text, signal: AbortSignal) {
	const [source = ''] = identity.split(' ');
	let found: string | undefined;
	try {
		found = await read(api, source, signal);
	} catch (error) {
		signal.throwIfAborted();
		// What is wrong then is with the credentials, and is told as such.
		if (error instanceof CredentialPluginError || (error instanceof KubeApiError && error.status === 401)) throw error;
		throw new UserError(text.context.identityUnknown(context, api.server, (error as Error).message));
	}
	if (found !== identity) throw new UserError(text.context.replaced(context, api.server));
}

async function read(api: KubeApi, source: string, signal: AbortSignal): Promise<string> {
	if (source.startsWith('namespace/')) {
		const name = encodeURIComponent(source.slice('namespace/'.length));
		const {metadata} = await api.ask<WithUid>('GET', `/api/v1/namespaces/${name}`, {signal});
		return `${source} ${metadata.uid}`;
	}
	const {caData = ''} = api.config.getCurrentCluster() ?? {};
	const content = caData || api.server;
	return `${source} ${createHash('sha256').update(content).digest('hex').slice(0, 32)}`;
}

/** What the user may not read, or what is not there, is no identity; all else is an error. */
function refused(error: unknown): undefined {
	if (error instanceof KubeApiError && (error.status === 403 || error.status === 404)) return undefined;
	throw error;
}
