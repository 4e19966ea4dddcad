import {invalid, StatusError} from '../errors.ts';
import type {Service} from '../types.ts';
import type {StrategyContext} from './definition.ts';
import {invalidValue} from './field-error.ts';
import {ipFamily, parseIp} from './ip.ts';

// Cluster IPs and node ports, as pkg/registry/core/service/storage/alloc.go gives them out on a single-stack cluster.

const serviceKind = {group: '', plural: 'services', kind: 'Service'};
/** What the addresses of the range 10.96.0.0/16 begin with, as kind sets it. */
const servicePrefix = '10.96.';
const nodePorts = {first: 30000, last: 32767};

const refuse = (service: Service, ...causes: ReturnType<typeof invalidValue>[]): never => {
	throw invalid(serviceKind, service.metadata.name, causes);
};

/** True for a Service that asks for no cluster IP. */
export const isHeadless = ({spec}: Service): boolean => spec.clusterIP === 'None' || spec.clusterIPs?.[0] === 'None';

const hasNodePorts = ({spec}: Service) => spec.type === 'NodePort' || spec.type === 'LoadBalancer';
const needsHealthCheck = ({spec}: Service) => spec.type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local';

function usedIps({store}: StrategyContext): Set<string> {
	const used = new Set<string>();
	for (const service of store.list<Service>('services')) for (const ip of service.spec.clusterIPs ?? []) used.add(ip);
	return used;
}

function usedNodePorts({store}: StrategyContext, except?: Service): Set<number> {
	const used = new Set<number>();
	for (const service of store.list<Service>('services')) {
		if (except && service.metadata.uid === except.metadata.uid) continue;
		for (const {nodePort} of service.spec.ports ?? []) if (nodePort) used.add(nodePort);
		const health = service.spec.healthCheckNodePort as number | undefined;
		if (health) used.add(health);
	}
	return used;
}

/** Sets families and policy from what is asked for (initIPFamilyFields). */
function setFamilies(service: Service, old: Service | undefined) {
	const {spec} = service;
	const selectorless = !spec.selector || Object.keys(spec.selector).length === 0;
	spec.ipFamilyPolicy ??=
		old?.spec.ipFamilyPolicy ?? (spec.clusterIP === 'None' && selectorless ? 'RequireDualStack' : 'SingleStack');
	if (spec.ipFamilyPolicy === 'SingleStack') {
		const dual = (what: string) =>
			invalidValue(
				'spec.ipFamilyPolicy',
				spec.ipFamilyPolicy,
				`must be 'RequireDualStack' or 'PreferDualStack' when multiple ${what} are specified`,
			);
		const causes = [
			...((spec.clusterIPs?.length ?? 0) === 2 ? [dual('cluster IPs')] : []),
			...((spec.ipFamilies?.length ?? 0) === 2 ? [dual('IP families')] : []),
		];
		if (causes.length > 0) refuse(service, ...causes);
	}
	for (const [i, ip] of (spec.clusterIPs ?? []).entries()) {
		if (ip === 'None' || spec.ipFamilies?.[i]) continue;
		if (ipFamily(ip) === 'IPv6')
			refuse(service, invalidValue(`spec.clusterIPs[${i}]`, spec.clusterIPs, 'IPv6 is not configured on this cluster'));
	}
	if (spec.clusterIP === 'None' && selectorless) {
		const [first = 'IPv4', second] = spec.ipFamilies ?? [];
		const other = first === 'IPv4' ? 'IPv6' : 'IPv4';
		spec.ipFamilies = spec.ipFamilyPolicy === 'SingleStack' ? [first] : [first, second ?? other];
		return;
	}
	const causes = [
		...(spec.ipFamilyPolicy === 'RequireDualStack'
			? [
					invalidValue(
						'spec.ipFamilyPolicy',
						spec.ipFamilyPolicy,
						'this cluster is not configured for dual-stack services',
					),
				]
			: []),
		...(spec.ipFamilies ?? []).flatMap((family, i) =>
			family === 'IPv6' ? [invalidValue(`spec.ipFamilies[${i}]`, family, 'not configured on this cluster')] : [],
		),
	];
	if (causes.length > 0) refuse(service, ...causes);
	if (!spec.ipFamilies?.length) spec.ipFamilies = ['IPv4'];
}

function allocateClusterIp(service: Service, context: StrategyContext) {
	const {spec} = service;
	if (isHeadless(service)) return;
	const used = usedIps(context);
	const wanted = spec.clusterIPs?.[0];
	if (wanted) {
		const why = (text: string) =>
			refuse(service, invalidValue('spec.clusterIPs', spec.clusterIPs, `failed to allocate IP ${wanted}: ${text}`));
		// What is no address at all is left to validation.
		if (!parseIp(wanted)) return;
		const inRange = wanted.startsWith(servicePrefix) && !/^10\.96\.(0\.0|255\.255)$/.test(wanted);
		if (!inRange) why('the provided network does not match the current range');
		if (used.has(wanted)) why('provided IP is already allocated');
		return;
	}
	// The lower part of the range is kept for addresses that are asked for by name.
	for (let attempt = 0; attempt < 100_000; attempt++) {
		const offset = 256 + context.random.below(65_535 - 256);
		const ip = `${servicePrefix}${offset >> 8}.${offset & 255}`;
		if (used.has(ip)) continue;
		spec.clusterIP = ip;
		spec.clusterIPs = [ip];
		return;
	}
	throw new StatusError(500, 'InternalError', 'Internal error occurred: failed to allocate a serviceIP: range is full');
}

function allocateNodePorts(service: Service, old: Service | undefined, context: StrategyContext) {
	const {spec} = service;
	if (!hasNodePorts(service)) return;
	const automatic = spec.type === 'NodePort' || spec.allocateLoadBalancerNodePorts !== false;
	const used = usedNodePorts(context, old);
	const kept = new Set((old?.spec.ports ?? []).map(({nodePort}) => nodePort));
	const byPort = new Map<number, number>();
	const take = (): number => {
		const size = nodePorts.last - nodePorts.first + 1;
		for (let attempt = 0; attempt < size * 20; attempt++) {
			const port = nodePorts.first + context.random.below(size);
			if (!used.has(port)) {
				used.add(port);
				return port;
			}
		}
		throw new StatusError(
			500,
			'InternalError',
			'Internal error occurred: failed to allocate a nodePort: range is full',
		);
	};
	for (const [i, port] of (spec.ports ?? []).entries()) {
		if (!port.nodePort && !automatic) continue;
		// One Service port over two protocols shares its node port.
		const shared = byPort.get(port.port);
		const wanted =
			port.nodePort || shared || spec.ports?.find(other => other.port === port.port && other.nodePort)?.nodePort;
		if (wanted && wanted !== shared && !kept.has(wanted)) {
			const at = `spec.ports[${i}].nodePort`;
			const {first, last} = nodePorts;
			if (wanted < first || wanted > last) {
				refuse(
					service,
					invalidValue(
						at,
						wanted,
						`provided port is not in the valid range. The range of valid ports is ${first}-${last}`,
					),
				);
			}
			if (used.has(wanted)) refuse(service, invalidValue(at, wanted, 'provided port is already allocated'));
		}
		port.nodePort = wanted || take();
		used.add(port.nodePort);
		byPort.set(port.port, port.nodePort);
	}
	if (needsHealthCheck(service)) spec.healthCheckNodePort ??= take();
}

/** Keeps clusterIP and the first of clusterIPs the same, whichever of the two the client wrote (NormalizeClusterIPs). */
function normalizeClusterIps({spec}: Service, old: Service | undefined) {
	if (!old) {
		if (spec.clusterIP && !spec.clusterIPs?.length) spec.clusterIPs = [spec.clusterIP];
		return;
	}
	const {clusterIP: before = '', clusterIPs: list = []} = old.spec;
	if (before !== (spec.clusterIP ?? '') && JSON.stringify(list) === JSON.stringify(spec.clusterIPs ?? [])) {
		if (spec.clusterIP) spec.clusterIPs = [spec.clusterIP];
		else delete spec.clusterIPs;
	}
}

/** What only a type of Service can have goes when the type changes, unless the client just set it. */
function dropTypeDependentFields(service: Service, old: Service) {
	const {spec} = service;
	const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
	const needsClusterIp = (type: string) => type !== 'ExternalName';
	if (needsClusterIp(old.spec.type) && !needsClusterIp(spec.type)) {
		if (same(spec.clusterIP, old.spec.clusterIP) && same(spec.clusterIPs, old.spec.clusterIPs)) {
			delete spec.clusterIP;
			delete spec.clusterIPs;
		}
		if (same(spec.ipFamilies, old.spec.ipFamilies)) delete spec.ipFamilies;
		if (same(spec.ipFamilyPolicy, old.spec.ipFamilyPolicy)) delete spec.ipFamilyPolicy;
	}
	if (hasNodePorts(old) && !hasNodePorts(service)) {
		for (const port of spec.ports ?? []) {
			if (old.spec.ports?.some(({nodePort}) => nodePort === port.nodePort)) delete port.nodePort;
		}
	}
	if (needsHealthCheck(old) && !needsHealthCheck(service) && spec.healthCheckNodePort === old.spec.healthCheckNodePort)
		delete spec.healthCheckNodePort;
	const balances = (type: string) => type === 'LoadBalancer';
	if (balances(old.spec.type) && !balances(spec.type)) {
		if (same(spec.allocateLoadBalancerNodePorts, old.spec.allocateLoadBalancerNodePorts))
			delete spec.allocateLoadBalancerNodePorts;
		if (same(spec.loadBalancerClass, old.spec.loadBalancerClass)) delete spec.loadBalancerClass;
	}
	const external = (candidate: Service) => hasNodePorts(candidate) || (candidate.spec.externalIPs?.length ?? 0) > 0;
	if (external(old) && !external(service) && spec.externalTrafficPolicy === old.spec.externalTrafficPolicy)
		delete spec.externalTrafficPolicy;
}

/** What a PUT left out stays as it was (patchAllocatedValues). */
function keepAllocated(service: Service, old: Service) {
	const {spec} = service;
	const needsClusterIp = ({spec: {type}}: Service) => type !== 'ExternalName';
	if (needsClusterIp(old) && needsClusterIp(service)) {
		if (!spec.clusterIP && old.spec.clusterIP) spec.clusterIP = old.spec.clusterIP;
		if (!spec.clusterIPs?.length && spec.clusterIP === old.spec.clusterIP && old.spec.clusterIPs)
			spec.clusterIPs = [...old.spec.clusterIPs];
	}
	if (hasNodePorts(old) && hasNodePorts(service)) {
		const used = new Set((spec.ports ?? []).map(({nodePort}) => nodePort));
		for (const port of spec.ports ?? []) {
			if (port.nodePort) continue;
			const before = old.spec.ports?.find(
				other => other.port === port.port && other.protocol === port.protocol,
			)?.nodePort;
			if (before && !used.has(before)) port.nodePort = before;
		}
	}
	if (needsHealthCheck(old) && needsHealthCheck(service)) spec.healthCheckNodePort ??= old.spec.healthCheckNodePort;
}

/** Gives a new Service what it needs of addresses and ports; throws 422 when it cannot have what it asks for. */
export function allocateForCreate(service: Service, context: StrategyContext): void {
	normalizeClusterIps(service, undefined);
	if (service.spec.type !== 'ExternalName') {
		setFamilies(service, undefined);
		allocateClusterIp(service, context);
	}
	allocateNodePorts(service, undefined, context);
}

/** Keeps, gives or takes back addresses and ports of a changed Service. */
export function allocateForUpdate(service: Service, old: Service, context: StrategyContext): void {
	keepAllocated(service, old);
	normalizeClusterIps(service, old);
	dropTypeDependentFields(service, old);
	if (service.spec.type !== 'ExternalName') {
		setFamilies(service, old);
		if (old.spec.type === 'ExternalName') allocateClusterIp(service, context);
	}
	allocateNodePorts(service, old, context);
}
