import type {Clock} from '../clock.ts';
import {searchDomains} from '../network/dns.ts';
import {baseFiles, type FileChanges, FileSystem, type Mount} from '../programs/file-system.ts';
import {deepEqual} from '../registry.ts';
import type {Store} from '../store.ts';
import type {ConfigMap, Container, KubeObject, Pod} from '../types.ts';
import {fieldValue} from './field-value.ts';
import {type ResourceField, resourceFieldValue} from './resource-field.ts';

type Items = {key: string; path: string}[];
type DownwardItems = {path: string; fieldRef?: {fieldPath: string}; resourceFieldRef?: ResourceField}[];
type MapSource = {name?: string; secretName?: string; items?: Items; optional?: boolean};
type Projection = {
	configMap?: MapSource;
	secret?: MapSource;
	downwardAPI?: {items?: DownwardItems};
	serviceAccountToken?: {path: string};
};
type Volume = {
	name: string;
	emptyDir?: object;
	configMap?: MapSource;
	secret?: MapSource;
	downwardAPI?: {items?: DownwardItems};
	projected?: {sources?: Projection[]};
};
type Secret = KubeObject & {data?: Record<string, string>};

/** A volume that cannot be mounted; `message` is what the FailedMount event says. */
export class MountError extends Error {}

/** The volumes of one Pod, made when first asked for. The files of an emptyDir are shared by its containers. */
export type PodVolumes = {
	/** Throws MountError when a volume is missing something or is of a kind that the embedded cluster has not. */
	check(): void;
	/** What is mounted in one container, the files that every container gets included. */
	mounts(container: Container): Mount[];
	/** What was written into each emptyDir. */
	snapshot(): VolumesSnapshot;
	/** Puts that back, before anything is mounted. */
	restore(snapshot: VolumesSnapshot): void;
};

/** The files of a Pod's emptyDir volumes by name; plain JSON. */
export type VolumesSnapshot = Record<string, FileChanges>;

/** How old a mounted ConfigMap or Secret may be, in ms: the kubelet looks about once a minute. */
const syncPeriod = 60_000;

/** Prepares the volumes of a Pod. `ip` gives its address, which /etc/hosts names. */
export function podVolumes({store, clock}: {store: Store; clock: Clock}, pod: Pod, ip: () => string): PodVolumes {
	let kept: VolumesSnapshot = {};
	const opened = new Map<string, {files: FileSystem; at: number; texts: Record<string, string>}>();
	const now = () => clock.now();
	const open = (volume: Volume): FileSystem => {
		const known = opened.get(volume.name);
		if (known && (volume.emptyDir || now() - known.at < syncPeriod)) return known.files;
		let texts: Record<string, string> = {};
		try {
			if (!volume.emptyDir) texts = volumeTexts(store, pod, volume);
		} catch (error) {
			// What is mounted stays when its ConfigMap is deleted.
			if (!(error instanceof MountError) || !known) throw error;
			texts = known.texts;
		}
		const same = known && deepEqual(texts, known.texts);
		const files = same
			? known.files
			: new FileSystem(baseFiles(prefixed(texts), now()), now, {changes: kept[volume.name]});
		opened.set(volume.name, {files, at: now(), texts});
		return files;
	};
	const volumes = (pod.spec.volumes ?? []) as Volume[];
	return {
		check() {
			for (const volume of volumes) {
				if (volume.emptyDir || volume.name.startsWith('kube-api-access-')) continue;
				try {
					volumeTexts(store, pod, volume);
				} catch (error) {
					if (!(error instanceof MountError)) throw error;
					throw new MountError(`MountVolume.SetUp failed for volume "${volume.name}" : ${error.message}`);
				}
			}
		},
		mounts(container) {
			const own: Mount[] = [];
			for (const {name, mountPath, readOnly = false, subPath} of container.volumeMounts ?? []) {
				const volume = volumes.find(candidate => candidate.name === name);
				if (!volume) continue;
				// A file mounted by subPath does not follow later changes, as in a real cluster.
				const files = subPath ? once(() => oneFile(open(volume), `/${subPath}`, now)) : () => open(volume);
				own.push({path: mountPath.replace(/(.)\/$/, '$1'), files, readOnly: readOnly || !volume.emptyDir});
			}
			return [...own, ...Object.keys(etcTexts).map(path => new EtcFile(path, pod, ip, now))];
		},
		snapshot() {
			const written: VolumesSnapshot = {};
			for (const {name, emptyDir} of volumes) {
				const changes = emptyDir && (opened.get(name)?.files.snapshot() ?? kept[name]);
				if (changes) written[name] = changes;
			}
			return written;
		},
		restore(snapshot) {
			kept = snapshot;
		},
	};
}

/** The files of /etc that the kubelet and the runtime write for each container. */
const etcTexts: Record<string, (pod: Pod, ip: string) => string> = {
	'/etc/hostname': pod => `${hostnameOf(pod)}\n`,
	'/etc/resolv.conf': ({metadata}) =>
		`search ${searchDomains(metadata.namespace ?? '').join(' ')}\nnameserver 10.96.0.10\noptions ndots:5\n`,
	'/etc/hosts': (pod, ip) => {
		const {spec, metadata} = pod;
		const name = hostnameOf(pod);
		const domain = spec.subdomain ? `${name}.${spec.subdomain}.${metadata.namespace}.svc.cluster.local\t` : '';
		return (
			'# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n' +
			`fe00::0\tip6-localnet\nfe00::0\tip6-mcastprefix\nfe00::1\tip6-allnodes\nfe00::2\tip6-allrouters\n${ip}\t${domain}${name}\n`
		);
	},
};

const hostnameOf = ({spec, metadata}: Pod) => spec.hostname ?? metadata.name;

/** One of them. A class, since every container has three and a closure for each part would cost more than the text. */
class EtcFile implements Mount {
	readonly path: string;
	readonly readOnly = false;
	readonly #pod: Pod;
	readonly #ip: () => string;
	readonly #now: () => number;
	#made: FileSystem | undefined;

	constructor(path: string, pod: Pod, ip: () => string, now: () => number) {
		this.path = path;
		this.#pod = pod;
		this.#ip = ip;
		this.#now = now;
	}

	files(): FileSystem {
		if (!this.#made) {
			const content = Buffer.from(etcTexts[this.path]!(this.#pod, this.#ip()));
			this.#made = new FileSystem(new Map([['/', {content, mode: 0o644, modified: this.#now()}]]), this.#now);
		}
		return this.#made;
	}
}

function volumeTexts(store: Store, pod: Pod, volume: Volume): Record<string, string> {
	if (volume.configMap) return configMapTexts(store, pod, volume.configMap);
	if (volume.secret) return secretTexts(store, pod, volume.secret);
	if (volume.downwardAPI) return downwardTexts(store, pod, volume.downwardAPI.items);
	if (volume.projected) {
		const texts: Record<string, string> = {};
		for (const source of volume.projected.sources ?? []) {
			if (source.configMap) Object.assign(texts, configMapTexts(store, pod, source.configMap));
			if (source.secret) Object.assign(texts, secretTexts(store, pod, source.secret));
			if (source.downwardAPI) Object.assign(texts, downwardTexts(store, pod, source.downwardAPI.items));
			if (source.serviceAccountToken) texts[source.serviceAccountToken.path] = '';
		}
		return texts;
	}
	const kind = Object.keys(volume).find(key => key !== 'name') ?? 'unknown';
	throw new MountError(`volumes of kind ${kind} are not supported by the embedded cluster`);
}

function configMapTexts(store: Store, pod: Pod, {name = '', items, optional}: MapSource): Record<string, string> {
	const {namespace = ''} = pod.metadata;
	const found = store.get<ConfigMap>('configmaps', namespace, name);
	// The root certificate's ConfigMap may come a moment later than the first Pod of a namespace.
	if (!found && !optional && name !== 'kube-root-ca.crt') throw new MountError(`configmap "${name}" not found`);
	return picked(found?.data ?? {}, items, optional, `configmap "${name}"`);
}

function secretTexts(store: Store, pod: Pod, {name, secretName, items, optional}: MapSource): Record<string, string> {
	const {namespace = ''} = pod.metadata;
	const wanted = secretName ?? name ?? '';
	const found = store.get<Secret>('secrets', namespace, wanted);
	if (!found && !optional) throw new MountError(`secret "${wanted}" not found`);
	const texts = Object.entries(found?.data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]);
	return picked(Object.fromEntries(texts), items, optional, `secret "${wanted}"`);
}

function picked(
	data: Record<string, string>,
	items: Items | undefined,
	optional: boolean | undefined,
	what: string,
): Record<string, string> {
	if (!items) return data;
	const texts: Record<string, string> = {};
	for (const {key, path} of items) {
		const text = data[key];
		if (text !== undefined) texts[path] = text;
		else if (!optional && what !== 'configmap "kube-root-ca.crt"')
			throw new MountError(`${what} references non-existent config key: ${key}`);
	}
	return texts;
}

const downwardTexts = (store: Store, pod: Pod, items: DownwardItems = []) =>
	Object.fromEntries(
		items.map(({path, fieldRef, resourceFieldRef}) => {
			if (fieldRef) return [path, fieldValue(pod, fieldRef.fieldPath)];
			return [path, resourceFieldRef ? resourceFieldValue(store, pod, undefined, resourceFieldRef) : ''];
		}),
	);

const prefixed = (texts: Record<string, string>) =>
	Object.fromEntries(Object.entries(texts).map(([path, text]) => [`/${path}`, text]));

/** A subPath: that file or folder of a volume as a root of its own. */
function oneFile(files: FileSystem, path: string, now: () => number): FileSystem {
	const base = new Map([...walk(files, path)].map(([found, entry]) => [found.slice(path.length) || '/', entry]));
	if (base.size === 0) base.set('/', {content: undefined, mode: 0o755, modified: now()});
	return new FileSystem(base, now);
}

function* walk(files: FileSystem, path: string): Iterable<[string, NonNullable<ReturnType<FileSystem['entry']>>]> {
	const entry = files.entry(path);
	if (!entry) return;
	yield [path, entry];
	if (entry.content === undefined) for (const name of files.list(path)) yield* walk(files, `${path}/${name}`);
}

function once<T>(make: () => T): () => T {
	let made: {is: T} | undefined;
	return () => {
		made ??= {is: make()};
		return made.is;
	};
}
