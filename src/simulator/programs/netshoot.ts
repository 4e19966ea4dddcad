import {curl} from './commands/curl.ts';
import {iptablesSave} from './commands/iptables-save.ts';
import {baseFiles} from './file-system.ts';
import type {Image} from './image.ts';
import {bash, standardFiles, standardPath, standardPrograms} from './standard.ts';

/** A box of network tools, with which one looks at a node from a Pod in the node's network. */
export const netshoot: Image = {
	repositories: ['docker.io/nicolaka/netshoot'],
	hasTag: tag => /^(latest|v0\.1[0-5])$/.test(tag),
	open() {
		const programs = new Map([
			...standardPrograms,
			['/bin/bash', bash],
			['/usr/bin/curl', curl],
			['/usr/sbin/iptables-save', iptablesSave],
		]);
		return {
			files: baseFiles(standardFiles, Date.UTC(2024, 4, 1), [...programs.keys()]),
			programs,
			entrypoint: [],
			command: ['bash'],
			environment: {PATH: standardPath},
			workingDirectory: '/root',
			user: {uid: 0, gid: 0, name: 'root'},
			stopSignal: 'SIGTERM',
			sizeBytes: 180_000_000,
		};
	},
};
