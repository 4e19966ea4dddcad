import {createHash} from 'node:crypto';
import type {Service, ServicePort} from '../types.ts';
import type {KubeProxy} from './kube-proxy.ts';

/** The tables that kube-proxy writes into. */
export const tables = ['filter', 'nat'] as const;
export type Table = (typeof tables)[number];

const podRange = '10.244.0.0/16';

/**
 * What `iptables-save` prints on a node, rendered from what the simulated kube-proxy does there: chains, names and rules
 * are those of pkg/proxy/iptables/proxier.go for cluster IPs. Rules of others, and for node ports, are left out, and the
 * first line says so.
 */
export function iptablesSave(
	{proxy, services, node}: {proxy: KubeProxy; services: Iterable<Service>; node: string},
	wanted: readonly Table[],
): string {
	const rules: Record<Table, string[]> = {filter: [], nat: []};
	for (const service of services) {
		for (const port of service.spec.ports ?? []) {
			const {filter, nat} = servicePortRules(service, port, proxy, node);
			rules.filter.push(...filter);
			rules.nat.push(...nat);
		}
	}
	return wanted.map(table => tableText(table, rules[table])).join('');
}

function servicePortRules(service: Service, port: ServicePort, proxy: KubeProxy, node: string) {
	const {spec, metadata} = service;
	const ip = spec.clusterIP ?? '';
	const none: Record<Table, string[]> = {filter: [], nat: []};
	if (!ip || ip === 'None' || spec.type === 'ExternalName') return none;
	const protocol = (port.protocol ?? 'TCP').toLowerCase();
	const name = `${metadata.namespace}/${metadata.name}${port.name ? `:${port.name}` : ''}`;
	const to = `-d ${ip}/32 -p ${protocol}`;
	const dport = `-m ${protocol} --dport ${port.port}`;
	const {usable, elsewhere} = proxy.backends(service, port, node, 'internal');
	if (usable.length === 0) {
		const what = elsewhere ? 'has no local endpoints' : 'has no endpoints';
		const end = elsewhere ? 'DROP' : 'REJECT --reject-with icmp-port-unreachable';
		return {...none, filter: [`-A KUBE-SERVICES ${to} ${comment(`${name} ${what}`)} ${dport} -j ${end}`]};
	}
	const chain = `KUBE-SVC-${hash(name + protocol)}`;
	const endpoints = usable
		.map(({ip, port}) => `${ip}:${port}`)
		.sort()
		.map(address => ({address, chain: `KUBE-SEP-${hash(name + protocol + address)}`}));
	const sticky = spec.sessionAffinity === 'ClientIP';
	const seconds = spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? 10_800;
	const recent = (of: string) => `--name ${of} --mask 255.255.255.255 --rsource`;
	const nat = [
		`-A KUBE-SERVICES ${to} ${comment(`${name} cluster IP`)} ${dport} -j ${chain}`,
		`-A ${chain} ! -s ${podRange} ${to} ${comment(`${name} cluster IP`)} ${dport} -j KUBE-MARK-MASQ`,
	];
	if (sticky) {
		for (const {address, chain: endpoint} of endpoints)
			nat.push(
				`-A ${chain} ${comment(`${name} -> ${address}`)} -m recent --rcheck --seconds ${seconds} --reap ${recent(endpoint)} -j ${endpoint}`,
			);
	}
	endpoints.forEach(({address, chain: endpoint}, i) => {
		const left = endpoints.length - i;
		const chance = left > 1 ? ` -m statistic --mode random --probability ${probability(left)}` : '';
		nat.push(`-A ${chain} ${comment(`${name} -> ${address}`)}${chance} -j ${endpoint}`);
	});
	for (const {address, chain: endpoint} of endpoints) {
		const note = sticky ? ` -m recent --set ${recent(endpoint)}` : '';
		nat.push(
			`-A ${endpoint} -s ${address.split(':')[0]}/32 ${comment(name)} -j KUBE-MARK-MASQ`,
			`-A ${endpoint} -p ${protocol} ${comment(name)}${note} -m ${protocol} -j DNAT --to-destination ${address}`,
		);
	}
	return {...none, nat};
}

/** The rules that are there without any Service. */
const always: Record<Table, string[]> = {
	filter: [
		'-A FORWARD -m conntrack --ctstate NEW -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
		'-A OUTPUT -m conntrack --ctstate NEW -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
	],
	nat: [
		'-A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
		'-A OUTPUT -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
		'-A POSTROUTING -m comment --comment "kubernetes postrouting rules" -j KUBE-POSTROUTING',
		'-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000',
		'-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN',
		'-A KUBE-POSTROUTING -j MARK --set-xmark 0x4000/0x0',
		'-A KUBE-POSTROUTING -m comment --comment "kubernetes service traffic requiring SNAT" -j MASQUERADE --random-fully',
	],
};

const builtIn: Record<Table, string[]> = {
	filter: ['INPUT', 'FORWARD', 'OUTPUT'],
	nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
};

function tableText(table: Table, rules: string[]): string {
	const chainOf = (rule: string) => rule.split(' ')[1]!;
	// The rules of a chain keep their order, the chains stand in the order of their names.
	const byChain = Map.groupBy(rules, chainOf);
	const own = [...byChain.keys()].sort().flatMap(chain => byChain.get(chain)!);
	const all = [...always[table], ...own];
	const targets = all.map(rule => / -j (KUBE-\S+)/.exec(rule)?.[1]).filter(chain => chain !== undefined);
	const chains = [...new Set([...all.map(chainOf), ...targets])].filter(chain => chain.startsWith('KUBE-')).sort();
	return [
		'# Rendered by endpoint-lab from what its simulated kube-proxy does: the rules for cluster IPs',
		`*${table}`,
		...builtIn[table].map(chain => `:${chain} ACCEPT [0:0]`),
		...chains.map(chain => `:${chain} - [0:0]`),
		...all,
		'COMMIT',
		'',
	].join('\n');
}

const comment = (text: string) => `-m comment --comment "${text}"`;

/** 1/n as iptables prints it: kube-proxy writes ten digits, the kernel keeps a 31-bit fraction. */
const probability = (n: number) => (Math.round(Number((1 / n).toFixed(10)) * 2 ** 31) / 2 ** 31).toFixed(11);

const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** The first 16 letters of a SHA-256 in base 32, by which kube-proxy names its chains (portProtoHash). */
function hash(text: string): string {
	const bits = [...createHash('sha256').update(text).digest().subarray(0, 10)]
		.map(byte => byte.toString(2).padStart(8, '0'))
		.join('');
	return (bits.match(/.{5}/g) ?? []).map(five => base32[Number.parseInt(five, 2)]).join('');
}
