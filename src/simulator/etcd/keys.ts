import {encodeProtobuf} from '../api/protobuf/encode.ts';
import type {Store} from '../store.ts';
import type {KubeObject} from '../types.ts';

/** A key of etcd with its value (mvccpb.KeyValue). */
export type KeyValue = {
	key: string;
	createRevision: number;
	modRevision: number;
	version: number;
	/** The object as the API server stores it; made when it is asked for. */
	value(): Buffer;
};

/** Resources whose keys do not begin with their own name (pkg/kubeapiserver/default_storage_factory_builder.go). */
const specialPrefixes: Record<string, string> = {
	endpoints: 'services/endpoints',
	nodes: 'minions',
	services: 'services/specs',
};

/** The key under which an API server keeps an object: `/registry/pods/NAMESPACE/NAME`. */
export function etcdKey(resource: string, {metadata: {namespace, name}}: KubeObject): string {
	return ['/registry', specialPrefixes[resource] ?? resource, ...(namespace ? [namespace] : []), name].join('/');
}

/** An object of the store as etcd would hold it. */
export function keyValue(store: Store, resource: string, object: KubeObject): KeyValue {
	const {created, version} = store.writes(resource, object);
	return {
		key: etcdKey(resource, object),
		createRevision: created,
		modRevision: Number(object.metadata.resourceVersion),
		version,
		value: () => encodeProtobuf(object),
	};
}

/** The objects whose keys fulfil a condition, in the order of their keys' bytes. */
export function keysWhere(store: Store, wanted: (key: string) => boolean): KeyValue[] {
	const found: KeyValue[] = [];
	for (const resource of store.resources())
		for (const object of store.list(resource))
			if (wanted(etcdKey(resource, object))) found.push(keyValue(store, resource, object));
	return found.sort((a, b) => (a.key < b.key ? -1 : 1));
}
