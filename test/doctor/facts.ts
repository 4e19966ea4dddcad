import type {Facts, RuntimeFacts} from '../../src/doctor/facts.ts';

/** A container runtime on this machine with room for everything. */
export const goodRuntime: RuntimeFacts = {
	name: 'docker',
	program: '/usr/bin/docker',
	version: '29.1.0',
	context: 'default',
	host: {
		id: 'AAAA',
		serverVersion: '29.1.0',
		os: 'linux',
		architecture: 'amd64',
		operatingSystem: 'Ubuntu 24.04.1 LTS',
		cpus: 8,
		memory: 16_000_000_000,
		cgroupVersion: 2,
		rootless: false,
		storageDriver: 'overlayfs',
		rootFolder: '/var/lib/docker',
		containerdStore: true,
	},
	images: ['docker.io/kindest/node:v1.36.4', 'docker.io/library/nginx:1.14.2'],
	kindClusters: [],
};

/** A machine on which lessons can run everywhere, and nothing is wrong. */
export const goodFacts: Facts = {
	system: {os: 'debian', name: 'Ubuntu 24.04.1 LTS', architecture: 'amd64', cpus: 8, memory: 16_000_000_000},
	node: '24.1.0',
	home: {
		folder: '/home/maria/.local/share/endpoint-lab',
		exists: true,
		open: false,
		free: 80_000_000_000,
		damaged: [],
		staleLocks: [],
		kindUnfinished: false,
	},
	shell: '/bin/bash',
	curl: '/usr/bin/curl',
	kubectl: {path: '/usr/local/bin/kubectl', version: '1.36.2'},
	terminal: {
		input: true,
		output: true,
		columns: 120,
		rows: 40,
		colourDepth: 8,
		utf8: true,
		dumb: false,
		ci: false,
	},
	proxies: [],
	runtime: goodRuntime,
	snap: false,
	daemonInit: false,
	kind: {path: '/usr/local/bin/kind', version: '0.33.0'},
	runtimeDisk: 60_000_000_000,
	inotify: {watches: 524_288, instances: 512},
	contexts: 2,
	images: ['nginx:1.14.2'],
};
