import {type Table, tables} from '../../network/iptables.ts';
import type {Command} from '../image.ts';

/** `iptables-save [-t TABLE]`: the rules of the network that the process is in. */
export const iptablesSave: Command = function* iptablesSave(process) {
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
