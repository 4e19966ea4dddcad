import {type Table, tables} from '../network/iptables.ts';
import {curl} from './commands/curl.ts';
import {baseFiles} from './file-system.ts';
import type {Command, Image} from './image.ts';
import {bash, standardFiles, standardPath, standardPrograms} from './standard.ts';

/** `iptables-save [-t TABLE]`: the rules of the network that the process is in. */
const iptablesSave: Command = function* iptablesSave(process) {
	const words = process.arguments.slice(1);
	let wanted: readonly Table[] = tables;
	if (words.length > 0) {
		const table = words.length === 2 && ['-t', '--table'].includes(words[0]!) ? words[1] : undefined;
		const found = tables.find(name => name === table);
		if (!found) {
			process.stderr('iptables-save: only -t nat and -t filter are simulated in the embedded cluster\n');
			return 1;
		}
		wanted = [found];
	}
	const {mayAdministerNetwork, network} = process.machine;
	if (!mayAdministerNetwork) {
		process.stderr(
			'iptables-save v1.8.10 (nf_tables): Could not fetch rule set generation id: Permission denied (you must be root)\n',
		);
		return 4;
	}
	process.stdout(network.rules(wanted));
	return 0;
};

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
