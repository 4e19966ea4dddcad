import {candidates} from '../../network/dns.ts';
import type {Command} from '../image.ts';

const recordTypes = {a: 'A', aaaa: 'AAAA', srv: 'SRV', ptr: 'PTR', cname: 'CNAME'} as const;

/** The nslookup of current busybox releases: every search domain is asked, for A and AAAA, and all answers are shown. */
export const nslookup: Command = function* nslookup(process) {
	const words = process.arguments.slice(1);
	const typed = words
		.find(word => /^-(q|query|type)=/.test(word))
		?.split('=')[1]
		?.toLowerCase();
	const [name] = words.filter(word => !word.startsWith('-'));
	if (!name) {
		process.stderr('Usage: nslookup [-type=QUERY_TYPE] [-debug] HOST [DNS_SERVER]\n');
		return 1;
	}
	const {network} = process.machine;
	const reverse = /^\d+\.\d+\.\d+\.\d+$/.test(name);
	const question = reverse ? `${name.split('.').reverse().join('.')}.in-addr.arpa` : name;
	const type = recordTypes[(typed ?? '') as keyof typeof recordTypes];

	// kube-proxy's rules reject what has no endpoint, and the socket hears of that at once.
	if (network.lookup(question, 'A').code === 'unreachable') {
		process.stderr('nslookup: read: Connection refused\n'.repeat(2));
		process.stdout(';; connection timed out; no servers could be reached\n\n');
		return 1;
	}
	process.stdout('Server:\t\t10.96.0.10\nAddress:\t10.96.0.10:53\n\n');
	let failed = false;
	const names =
		reverse || name.includes('.')
			? [question.replace(/\.$/, '')]
			: candidates(question, network.search).slice(0, -1).sort();
	// The answers come in no certain order; with search domains an empty one for IPv6 is usually first.
	const both = names.length > 1 ? (['AAAA', 'A'] as const) : (['A', 'AAAA'] as const);
	const types = type ? [type] : reverse ? (['PTR'] as const) : both;
	for (const full of names) {
		for (const each of types) {
			const answer = network.lookup(full, each);
			if (answer.code === 'NXDOMAIN') {
				failed = true;
				process.stdout(`** server can't find ${full}: NXDOMAIN\n\n`);
				continue;
			}
			for (const {name: owner, type: kind, data} of answer.records) {
				if (kind === 'A' || kind === 'AAAA') process.stdout(`Name:\t${owner}\nAddress: ${data}\n`);
				else if (kind === 'CNAME') process.stdout(`${owner}\tcanonical name = ${data}\n`);
				else if (kind === 'PTR') process.stdout(`${owner}\tname = ${data}\n`);
				else process.stdout(`${owner}\tservice = ${data}\n`);
			}
			process.stdout('\n');
		}
	}
	return failed ? 1 : 0;
};

/** The nslookup of busybox 1.28, which many documents use: the first name that is found, with its name again. */
export const oldNslookup: Command = function* nslookup(process) {
	const [name] = process.arguments.slice(1).filter(word => !word.startsWith('-'));
	const {network} = process.machine;
	const [server] = network.lookup('10.0.96.10.in-addr.arpa', 'PTR').records;
	process.stdout(`Server:    10.96.0.10\nAddress 1: 10.96.0.10${server ? ` ${server.data}` : ''}\n\n`);
	for (const full of candidates(name ?? '', network.search)) {
		const addresses = network.lookup(full, 'A').records.filter(({type}) => type === 'A');
		if (addresses.length === 0) continue;
		process.stdout(`Name:      ${name}\n`);
		addresses.forEach(({data}, i) => {
			const [owner] = network.lookup(`${data.split('.').reverse().join('.')}.in-addr.arpa`, 'PTR').records;
			process.stdout(`Address ${i + 1}: ${data}${owner ? ` ${owner.data}` : ''}\n`);
		});
		return 0;
	}
	process.stderr(`nslookup: can't resolve '${name}'\n`);
	return 1;
};
