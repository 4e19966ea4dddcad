import {iptablesSave} from './commands/iptables-save.ts';
import {baseFiles} from './file-system.ts';
import type {Command, Image} from './image.ts';
import type {Process} from './machine.ts';

/** Says one thing and then only waits for its end: what the program would do is done by the simulation itself. */
export const idle = (line: (process: Process) => string): Command =>
	function* daemon(process) {
		process.stderr(`${line(process)}\n`);
		yield* process.signal('SIGTERM', 'SIGINT');
		return 0;
	};

/** A part of Kubernetes as an image with nothing but its program, no shell among it. */
export function component({
	repository,
	tag,
	path,
	command,
	more = {},
	texts = {},
	user = 0,
}: {
	repository: string;
	/** The only tag that the nodes have. */
	tag: string;
	path: string;
	command: Command;
	/** Other programs, by absolute path. */
	more?: Record<string, Command>;
	/** Files, by absolute path. */
	texts?: Record<string, string>;
	user?: number;
}): Image {
	const programs = new Map([[path, command], ...Object.entries(more)]);
	return {
		repositories: [repository],
		system: true,
		hasTag: wanted => wanted === tag,
		open: () => ({
			files: baseFiles({'/etc/': '', '/tmp/': '', ...texts}, Date.UTC(2026, 4, 28), [...programs.keys()]),
			programs,
			entrypoint: [path],
			command: [],
			environment: {PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'},
			workingDirectory: '/',
			user: {uid: user, gid: user, name: user === 0 ? 'root' : String(user)},
			stopSignal: 'SIGTERM',
			sizeBytes: 30_000_000,
		}),
	};
}

const version = 'v1.36.2';
const simulated = (name: string, what: string) => idle(() => `${name} ${version}, simulated by endpoint-lab: ${what}`);

/** The parts of Kubernetes that run in Pods of kube-system, besides etcd. */
export const components: Image[] = [
	...[
		['kube-apiserver', 'the API is answered by the embedded cluster itself'],
		['kube-controller-manager', 'its controllers run inside the embedded cluster'],
		['kube-scheduler', 'Pods are placed by the embedded cluster itself'],
	].map(([name = '', what = '']) =>
		component({
			repository: `registry.k8s.io/${name}`,
			tag: version,
			path: `/usr/local/bin/${name}`,
			command: simulated(name, what),
		}),
	),
	component({
		repository: 'registry.k8s.io/kube-proxy',
		tag: version,
		path: '/usr/local/bin/kube-proxy',
		command: simulated('kube-proxy', "this node's rules follow Services whether this Pod runs or not"),
		more: {'/usr/sbin/iptables-save': iptablesSave},
	}),
	component({
		repository: 'docker.io/kindest/kindnetd',
		tag: 'v20260528-9350166c',
		path: '/bin/kindnetd',
		command: idle(() => 'kindnetd, simulated by endpoint-lab: Pods reach each other whether this Pod runs or not'),
	}),
	component({
		repository: 'registry.k8s.io/coredns/coredns',
		tag: 'v1.14.2',
		path: '/coredns',
		command: idle(() => '.:53\nCoreDNS-1.14.2, simulated by endpoint-lab'),
		user: 65_532,
	}),
];
