import {component, idle} from './kubernetes-components.ts';

/** etcd, which holds what the API server knows, and etcdctl to look at it. */
export const etcd = component({
	repository: 'registry.k8s.io/etcd',
	tag: '3.6.8-0',
	path: '/usr/local/bin/etcd',
	command: idle(() => 'etcd 3.6.8, simulated by endpoint-lab'),
});
