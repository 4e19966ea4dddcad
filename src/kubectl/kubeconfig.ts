import {readFileSync} from 'node:fs';
import {homedir} from 'node:os';
import {delimiter, dirname, isAbsolute, join} from 'node:path';
import {parse} from 'yaml';
import {KubectlError, lacks} from './errors.ts';

type Named<Key extends string, T> = {name: string} & Partial<Record<Key, T>>;
type ClusterEntry = {
	server?: string;
	'certificate-authority'?: string;
	'certificate-authority-data'?: string;
	'insecure-skip-tls-verify'?: boolean;
	'tls-server-name'?: string;
};
type UserEntry = {
	'client-certificate'?: string;
	'client-certificate-data'?: string;
	'client-key'?: string;
	'client-key-data'?: string;
	token?: string;
	tokenFile?: string;
	username?: string;
	password?: string;
	exec?: unknown;
	'auth-provider'?: unknown;
};
type ContextEntry = {cluster?: string; user?: string; namespace?: string};

/** The kubeconfig file(s) as kubectl merges them: of two entries with one name the first wins. */
export type Kubeconfig = {
	apiVersion: 'v1';
	kind: 'Config';
	clusters: Named<'cluster', ClusterEntry>[];
	contexts: Named<'context', ContextEntry>[];
	users: Named<'user', UserEntry>[];
	'current-context': string;
	preferences: Record<string, never>;
};

/** What a request needs to reach the API server. */
export type Endpoint = {
	server: string;
	ca?: string;
	certificate?: string;
	key?: string;
	token?: string;
	basic?: string;
	insecure: boolean;
	servername?: string;
	impersonate?: string;
};

/** Where kubeconfig files may be, the one on the command line first. */
export function kubeconfigFiles(flag: string, environment: Record<string, string | undefined>): string[] {
	if (flag) return [flag];
	const listed = (environment.KUBECONFIG ?? '').split(delimiter).filter(Boolean);
	return listed.length > 0 ? listed : [join(environment.HOME ?? homedir(), '.kube', 'config')];
}

const pathKeys = ['certificate-authority', 'client-certificate', 'client-key', 'tokenFile'] as const;

function withAbsolutePaths<T extends object>(entry: T, folder: string): T {
	const changed = {...entry} as Record<string, unknown>;
	for (const key of pathKeys) {
		const value = changed[key];
		if (typeof value === 'string' && value && !isAbsolute(value)) changed[key] = join(folder, value);
	}
	return changed as T;
}

/** Reads and merges the files; a missing one counts as empty unless it was named with --kubeconfig. */
export function readKubeconfig(files: string[], {mustExist}: {mustExist: boolean}): Kubeconfig {
	const merged: Kubeconfig = {
		apiVersion: 'v1',
		kind: 'Config',
		clusters: [],
		contexts: [],
		users: [],
		'current-context': '',
		preferences: {},
	};
	for (const file of files) {
		let text: string;
		try {
			text = readFileSync(file, 'utf8');
		} catch (error) {
			const {code} = error as NodeJS.ErrnoException;
			if (code === 'ENOENT' && !mustExist) continue;
			const why =
				code === 'ENOENT' ? 'no such file or directory' : code === 'EACCES' ? 'permission denied' : String(code);
			throw new KubectlError(
				code === 'ENOENT' ? `stat ${file}: ${why}` : `error loading config file "${file}": open ${file}: ${why}`,
			);
		}
		let part: Partial<Kubeconfig> | null;
		try {
			part = parse(text) as Partial<Kubeconfig> | null;
		} catch (error) {
			throw new KubectlError(`error loading config file "${file}": ${(error as Error).message.split('\n')[0]}`);
		}
		const folder = dirname(file);
		const add = <T extends {name: string}>(into: T[], entries: T[] | undefined | null) => {
			for (const entry of entries ?? []) if (!into.some(({name}) => name === entry.name)) into.push(entry);
		};
		add(
			merged.clusters,
			part?.clusters?.map(entry => ({...entry, cluster: withAbsolutePaths(entry.cluster ?? {}, folder)})),
		);
		add(
			merged.users,
			part?.users?.map(entry => ({...entry, user: withAbsolutePaths(entry.user ?? {}, folder)})),
		);
		add(merged.contexts, part?.contexts);
		merged['current-context'] ||= part?.['current-context'] ?? '';
	}
	return merged;
}

const decoded = (data: string | undefined, file: string | undefined) =>
	data ? Buffer.from(data, 'base64').toString('utf8') : file ? readFileSync(file, 'utf8') : undefined;

/** Overrides from the command line; empty text overrides nothing. */
export type Overrides = {
	context?: string;
	cluster?: string;
	user?: string;
	server?: string;
	token?: string;
	certificateAuthority?: string;
	clientCertificate?: string;
	clientKey?: string;
	servername?: string;
	insecure?: boolean;
	impersonate?: string;
};

/** The context that is meant; undefined when none is. Throws when it is named and missing. */
export function contextOf(config: Kubeconfig, wanted: string): ContextEntry | undefined {
	const name = wanted || config['current-context'];
	if (!name) return undefined;
	const found = config.contexts.find(context => context.name === name);
	if (!found)
		throw new KubectlError(`context was not found for specified context: ${name}`, {
			prefix: 'Error in configuration: ',
		});
	return found.context ?? {};
}

/** Server and credentials of the meant context. */
export function endpointOf(config: Kubeconfig, overrides: Overrides): Endpoint {
	const context = contextOf(config, overrides.context ?? '');
	const clusterName = overrides.cluster || context?.cluster;
	const cluster = config.clusters.find(({name}) => name === clusterName)?.cluster;
	if (overrides.cluster && !cluster) throw new KubectlError(`cluster "${overrides.cluster}" does not exist`);
	const userName = overrides.user || context?.user;
	const user = config.users.find(({name}) => name === userName)?.user;
	if (overrides.user && !user) throw new KubectlError(`auth info "${overrides.user}" does not exist`);
	if (user?.exec || user?.['auth-provider']) throw lacks('credentials from an exec or auth-provider plugin');
	return {
		server: (overrides.server || cluster?.server || 'http://localhost:8080').replace(/\/$/, ''),
		ca: decoded(
			overrides.certificateAuthority ? undefined : cluster?.['certificate-authority-data'],
			overrides.certificateAuthority || cluster?.['certificate-authority'],
		),
		certificate: decoded(
			overrides.clientCertificate ? undefined : user?.['client-certificate-data'],
			overrides.clientCertificate || user?.['client-certificate'],
		),
		key: decoded(
			overrides.clientKey ? undefined : user?.['client-key-data'],
			overrides.clientKey || user?.['client-key'],
		),
		token:
			overrides.token || user?.token || (user?.tokenFile ? readFileSync(user.tokenFile, 'utf8').trim() : undefined),
		...(user?.username && {basic: `${user.username}:${user.password ?? ''}`}),
		insecure: overrides.insecure || cluster?.['insecure-skip-tls-verify'] || false,
		servername: overrides.servername || cluster?.['tls-server-name'],
		impersonate: overrides.impersonate || undefined,
	};
}
