import {readFileSync} from 'node:fs';
import {homedir} from 'node:os';
import {delimiter, dirname, isAbsolute, join, resolve} from 'node:path';
import {parse} from 'yaml';
import {nearest} from '../../text/nearest.ts';
import type {Text} from '../../text/text.ts';
import {UserError} from '../../text/user-error.ts';
import type {Environment} from '../shell.ts';

type Fields = Record<string, unknown>;
type Named = {name: string} & Fields;

/** One context of the user's kubeconfig with all that belongs to it, and nothing of the rest. */
export type FrozenContext = {
	name: string;
	server: string;
	/** The names of the entry's cluster and user, as the user's file has them. */
	cluster: string;
	user: string;
	/** The namespace that the user's file names, if it does. */
	namespace?: string;
	/** A kubeconfig with this one context in it and the namespace given; secrets are in it. */
	kubeconfig(namespace: string): string;
};

/**
 * Reads one context as `kubectl config view --minify --flatten --raw` does: of several files in $KUBECONFIG the first that has
 * an entry wins, relative paths start from their own file, certificates and keys are put into the text. Token files and plugins
 * stay what they are, since what they give changes. Only reads. Throws UserError.
 */
export function freezeContext(environment: Environment, name: string, text: Text): FrozenContext {
	const words = text.context;
	const files = kubeconfigFiles(environment);
	const parts = files.flatMap(file => readPart(file, text));
	const find = (list: 'contexts' | 'clusters' | 'users', wanted: unknown) => {
		for (const {file, content} of parts) {
			const entries = Array.isArray(content[list]) ? (content[list] as Named[]) : [];
			const entry = entries.find(entry => entry?.name === wanted);
			if (entry) return {file, entry};
		}
		return undefined;
	};
	const found = find('contexts', name);
	if (!found) {
		const names = parts.flatMap(({content}) =>
			Array.isArray(content.contexts) ? (content.contexts as Named[]).map(entry => entry?.name) : [],
		);
		throw new UserError(words.noSuchContext(name, [...new Set(names)], files, nearest(name, names)), 2);
	}
	const context = fieldsOf(found.entry.context);
	const cluster = find('clusters', context.cluster);
	const user = find('users', context.user);
	const server = fieldsOf(cluster?.entry.cluster).server;
	if (!cluster || typeof server !== 'string' || !server) throw new UserError(words.noCluster(name, found.file));
	if (!user) throw new UserError(words.noUser(name, found.file));
	const inline = (entry: Fields, file: string, key: string) => {
		const path = entry[key];
		if (typeof path !== 'string' || path === '') return;
		delete entry[key];
		if (entry[`${key}-data`]) return;
		const full = fromFile(path, file);
		try {
			entry[`${key}-data`] = readFileSync(full).toString('base64');
		} catch (error) {
			throw new UserError(words.unreadable(full, (error as Error).message));
		}
	};
	const clusterEntry = {...fieldsOf(cluster.entry.cluster)};
	inline(clusterEntry, cluster.file, 'certificate-authority');
	if (/^http:/i.test(server)) {
		// There is no certificate to look at, and the client library wants to be told so.
		clusterEntry['insecure-skip-tls-verify'] = true;
		delete clusterEntry['certificate-authority-data'];
	}
	const userEntry = {...fieldsOf(user.entry.user)};
	inline(userEntry, user.file, 'client-certificate');
	inline(userEntry, user.file, 'client-key');
	if (typeof userEntry.tokenFile === 'string') userEntry.tokenFile = fromFile(userEntry.tokenFile, user.file);
	const plugin = fieldsOf(userEntry.exec);
	// A bare name is looked for on PATH; one with a slash belongs to the file's folder.
	if (typeof plugin.command === 'string' && /[/\\]/.test(plugin.command))
		userEntry.exec = {...plugin, command: fromFile(plugin.command, user.file)};
	const namespace = typeof context.namespace === 'string' && context.namespace ? context.namespace : undefined;
	return {
		name,
		server: server.replace(/\/$/, ''),
		cluster: String(context.cluster),
		user: String(context.user),
		...(namespace && {namespace}),
		kubeconfig: namespace =>
			`${JSON.stringify(
				{
					apiVersion: 'v1',
					kind: 'Config',
					'current-context': name,
					contexts: [{name, context: {...context, namespace}}],
					clusters: [{name: context.cluster, cluster: clusterEntry}],
					users: [{name: context.user, user: userEntry}],
				},
				null,
				2,
			)}\n`,
	};
}

/**
 * Whether a context leads to a cluster on this very machine: it has a name that tools for local clusters give, and its server is
 * one that only this machine reaches.
 */
export function isKnownLocal({name, server}: Pick<FrozenContext, 'name' | 'server'>): boolean {
	if (!/^(kind-.+|k3d-.+|minikube|docker-desktop|orbstack|rancher-desktop|colima.*)$/.test(name)) return false;
	const host = URL.canParse(server) ? new URL(server).hostname : '';
	return (
		/^(localhost|\[::1\]|127\.\d+\.\d+\.\d+)$/.test(host) ||
		/^(kubernetes\.docker\.internal|.*\.orb\.local|host\.docker\.internal)$/.test(host) ||
		// minikube and some drivers give the cluster an address of a network inside the machine.
		(name === 'minikube' && /^(192\.168|172\.(1[6-9]|2\d|3[01])|10)\./.test(host))
	);
}

function kubeconfigFiles(environment: Environment): string[] {
	const listed = (environment.KUBECONFIG ?? '').split(delimiter).filter(Boolean);
	if (listed.length > 0) return listed.map(file => resolve(file));
	return [join(environment.HOME || environment.USERPROFILE || homedir(), '.kube', 'config')];
}

/** A file's content; a missing file is nothing, as for kubectl. */
function readPart(file: string, text: Text): {file: string; content: Fields}[] {
	try {
		const content: unknown = parse(readFileSync(file, 'utf8'));
		return [{file, content: fieldsOf(content)}];
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
		throw new UserError(text.context.unreadable(file, (error as Error).message.split('\n')[0] ?? ''));
	}
}

const fieldsOf = (value: unknown): Fields =>
	typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};

const fromFile = (path: string, file: string) => (isAbsolute(path) ? path : join(dirname(file), path));
