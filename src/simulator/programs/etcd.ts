import type {Command} from './image.ts';
import {component, idle} from './kubernetes-components.ts';
import {waitFor} from './running.ts';

/** The tool is loaded when it is first run: it brings the whole encoding of Kubernetes' objects along. */
const etcdctl: Command = function* etcdctl(process) {
	const command = yield* waitFor<Command>(settle => {
		let given = true;
		import('./commands/etcdctl.ts').then(
			loaded => given && settle(loaded.etcdctl),
			error => {
				throw error;
			},
		);
		return () => {
			given = false;
		};
	});
	return yield* command(process);
};

const folder = '/etc/kubernetes/pki/etcd';
const certificates = ['ca', 'server', 'peer', 'healthcheck-client'].flatMap(name => [`${name}.crt`, `${name}.key`]);

/** etcd, and etcdctl to look at what it holds: the store behind the API. */
export const etcd = component({
	repository: 'registry.k8s.io/etcd',
	tag: '3.6.8-0',
	path: '/usr/local/bin/etcd',
	command: idle(() => 'etcd 3.6.8, simulated by endpoint-lab: the store of the embedded API server'),
	more: {'/usr/local/bin/etcdctl': etcdctl},
	texts: Object.fromEntries(
		certificates.map(file => [`${folder}/${file}`, `${file} of etcd, simulated by endpoint-lab\n`]),
	),
});
