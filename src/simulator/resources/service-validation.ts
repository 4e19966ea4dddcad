import type {Cause} from '../errors.ts';
import type {Service, ServicePort} from '../types.ts';
import {validatePortReference} from './container-validation.ts';
import {duplicate, forbidden, invalidValue, notSupported, required} from './field-error.ts';
import {cidrErrors, endpointIpErrors, ipErrors, ipFamily} from './ip.ts';
import {dnsLabelErrors, dnsSubdomainErrors, portNumberErrors, qualifiedNameErrors} from './names.ts';
import {validateLabels, validateMeta} from './object-meta.ts';
import {isHeadless} from './service-allocation.ts';

// What a client can get wrong in a Service (k/k pkg/apis/core/validation/validation.go).

const types = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const affinities = ['ClientIP', 'None'];
const protocols = ['SCTP', 'TCP', 'UDP'];
const trafficPolicies = ['Cluster', 'Local'];
const families = ['IPv4', 'IPv6'];
const familyPolicies = ['PreferDualStack', 'RequireDualStack', 'SingleStack'];
const distributions = ['PreferClose', 'PreferSameZone', 'PreferSameNode'];

/** Whether a Service is reached from outside the cluster (apiservice.ExternallyAccessible). */
export const isExternal = ({spec}: Service) =>
	spec.type === 'NodePort' ||
	spec.type === 'LoadBalancer' ||
	(spec.type === 'ClusterIP' && Boolean(spec.externalIPs?.length));

function validatePort(port: ServicePort, at: string, several: boolean, names: Set<string>): Cause[] {
	const {name, protocol, appProtocol} = port;
	const causes: Cause[] = [];
	if (several && !name) causes.push(required(`${at}.name`));
	else if (name) {
		causes.push(...dnsLabelErrors(name).map(text => invalidValue(`${at}.name`, name, text)));
		if (names.has(name)) causes.push(duplicate(`${at}.name`, name));
		names.add(name);
	}
	for (const text of portNumberErrors(port.port ?? 0)) causes.push(invalidValue(`${at}.port`, port.port ?? 0, text));
	if (!protocol) causes.push(required(`${at}.protocol`));
	else if (!protocols.includes(protocol)) causes.push(notSupported(`${at}.protocol`, protocol, protocols));
	causes.push(...validatePortReference(port.targetPort, `${at}.targetPort`));
	if (appProtocol) {
		for (const text of qualifiedNameErrors(appProtocol))
			causes.push(invalidValue(`${at}.appProtocol`, appProtocol, text));
	}
	return causes;
}

function validatePorts({spec}: Service): Cause[] {
	const ports = spec.ports ?? [];
	const names = new Set<string>();
	return ports.flatMap((port, i) => validatePort(port, `spec.ports[${i}]`, ports.length > 1, names));
}

function validatePortNumbers({spec}: Service): Cause[] {
	const ports = spec.ports ?? [];
	const causes: Cause[] = [];
	if (spec.type === 'ClusterIP') {
		for (const [i, {nodePort}] of ports.entries()) {
			if (nodePort) causes.push(forbidden(`spec.ports[${i}].nodePort`, "may not be used when `type` is 'ClusterIP'"));
		}
	}
	const seen = new Set<string>();
	const once = (key: string, cause: () => Cause) => {
		if (seen.has(key)) causes.push(cause());
		seen.add(key);
	};
	for (const [i, {nodePort, protocol}] of ports.entries()) {
		if (nodePort) once(`node ${protocol} ${nodePort}`, () => duplicate(`spec.ports[${i}].nodePort`, nodePort));
	}
	for (const [i, {port, protocol}] of ports.entries()) {
		// The real server prints the Go struct that it compares by.
		const key = {Name: '', Protocol: protocol, AppProtocol: null, Port: port, TargetPort: 0, NodePort: 0};
		once(`${protocol} ${port}`, () => ({
			reason: 'FieldValueDuplicate',
			message: `Duplicate value: ${JSON.stringify(key)}`,
			field: `spec.ports[${i}]`,
		}));
	}
	return causes;
}

function validateAffinity({spec}: Service): Cause[] {
	const {sessionAffinity, sessionAffinityConfig} = spec;
	if (!sessionAffinity) return [required('spec.sessionAffinity')];
	if (!affinities.includes(sessionAffinity)) return [notSupported('spec.sessionAffinity', sessionAffinity, affinities)];
	const field = 'spec.sessionAffinityConfig';
	if (sessionAffinity === 'None')
		return sessionAffinityConfig ? [forbidden(field, 'must not be set when session affinity is None')] : [];
	if (!sessionAffinityConfig) return [required(field, 'when session affinity type is ClientIP')];
	if (!sessionAffinityConfig.clientIP) return [required(`${field}.clientIP`, 'when session affinity type is ClientIP')];
	const seconds = sessionAffinityConfig.clientIP.timeoutSeconds;
	const at = `${field}.clientIP.timeoutSeconds`;
	if (seconds === undefined) return [required(at, 'when session affinity type is ClientIP')];
	return seconds <= 0 || seconds > 86_400
		? [invalidValue(at, seconds, 'must be greater than 0 and less than 86400')]
		: [];
}

function validateClusterIps(service: Service): Cause[] {
	const {spec} = service;
	if (spec.type === 'ExternalName') return [];
	const causes: Cause[] = [];
	const at = 'spec.clusterIPs';
	const {clusterIP = '', clusterIPs: ips = [], ipFamilies = []} = spec;
	if (clusterIP) {
		if (ips.length === 0) causes.push(required(at));
		else if (clusterIP !== ips[0]) causes.push(invalidValue(at, ips, 'first value must match `clusterIP`'));
	} else if (ips.length > 0) causes.push(invalidValue(at, ips, 'must be empty when `clusterIP` is not specified'));
	for (const [i, family] of ipFamilies.entries()) {
		const field = `spec.ipFamilies[${i}]`;
		if (!families.includes(family)) causes.push(notSupported(field, family, families));
		if (ipFamilies.indexOf(family) < i) causes.push(duplicate(field, family));
	}
	if (spec.ipFamilyPolicy && !familyPolicies.includes(spec.ipFamilyPolicy))
		causes.push(notSupported('spec.ipFamilyPolicy', spec.ipFamilyPolicy, familyPolicies));
	let wrong = false;
	for (const [i, ip] of ips.entries()) {
		const alone = i === 0 && ip === 'None';
		if (alone && ips.length > 1) causes.push(invalidValue(at, ips, "'None' must be the first and only value"));
		const faults = alone ? [] : ipErrors(ip);
		wrong ||= faults.length > 0 || (alone && ips.length > 1);
		causes.push(...faults.map(text => invalidValue(`${at}[${i}]`, ip, text)));
	}
	if (ips.length > 2) causes.push(invalidValue(at, ips, 'may only hold up to 2 values'));
	// Addresses that are none cannot be compared with families.
	if (wrong) return causes;
	if (new Set(ips.map(ipFamily)).size < Math.min(ips.length, 2))
		causes.push(invalidValue(at, ips, 'may specify no more than one IP for each IP family'));
	if (isHeadless(service)) return causes;
	for (const [i, ip] of ips.entries()) {
		const family = ipFamilies[i];
		if (family && families.includes(family) && ipFamily(ip) !== family)
			causes.push(invalidValue(`${at}[${i}]`, ip, `expected an ${family} value as indicated by \`ipFamilies[${i}]\``));
	}
	return causes;
}

const sourceRanges = 'service.beta.kubernetes.io/load-balancer-source-ranges';

/** Who may use a load balancer, in the spec or in the annotation that came before it; blanks around a range do no harm. */
function validateSourceRanges({metadata, spec}: Service, old: Service | undefined): Cause[] {
	const balanced = spec.type === 'LoadBalancer' ? [] : ["may only be used when `type` is 'LoadBalancer'"];
	const ranges = (spec.loadBalancerSourceRanges ?? []) as string[];
	if (ranges.length > 0) {
		// The real server spells the field this way.
		const field = 'spec.LoadBalancerSourceRanges';
		const known = ((old?.spec.loadBalancerSourceRanges ?? []) as string[]).map(range => range.trim());
		const faults = ranges.map(range => range.trim()).map(range => (known.includes(range) ? [] : cidrErrors(range)));
		return [
			...balanced.map(text => forbidden(field, text)),
			...faults.flatMap((texts, i) => texts.map(text => invalidValue(`${field}[${i}]`, ranges[i]!.trim(), text))),
		];
	}
	const annotation = metadata.annotations?.[sourceRanges];
	if (annotation === undefined) return [];
	const field = `metadata.annotations[${sourceRanges}]`;
	const changed = annotation.trim() && annotation !== old?.metadata.annotations?.[sourceRanges];
	const written = changed ? annotation.split(',').map(range => range.trim()) : [];
	return [
		...balanced.map(text => forbidden(field, text)),
		...written.flatMap(range => cidrErrors(range).map(text => invalidValue(field, range, text))),
	];
}

const topologyMode = 'service.kubernetes.io/topology-mode';
const topologyHints = 'service.kubernetes.io/topology-aware-hints';

/** The new name of an annotation and its old one say the same. */
function validateTopologyAnnotations({metadata: {annotations = {}}}: Service): Cause[] {
	const {[topologyMode]: mode, [topologyHints]: hints} = annotations;
	if (mode === undefined || hints === undefined || mode === hints) return [];
	const text = `must match annotations[${topologyHints}] when both are specified`;
	return [invalidValue(`metadata.annotations[${topologyMode}]`, mode, text)];
}

function validateBalancerClass({spec}: Service): Cause[] {
	const name = spec.loadBalancerClass as string | undefined;
	if (name === undefined) return [];
	const field = 'spec.loadBalancerClass';
	if (spec.type !== 'LoadBalancer') return [forbidden(field, "may only be used when `type` is 'LoadBalancer'")];
	return qualifiedNameErrors(name).map(text => invalidValue(field, name, text));
}

function validateTraffic(service: Service): Cause[] {
	const {spec} = service;
	const causes: Cause[] = [];
	const {externalTrafficPolicy: external, internalTrafficPolicy: internal} = spec;
	const distribution = spec.trafficDistribution as string | undefined;
	if (!isExternal(service)) {
		if (external) {
			causes.push(
				invalidValue('spec.externalTrafficPolicy', external, 'may only be set for externally-accessible services'),
			);
		}
	} else if (!external) causes.push(required('spec.externalTrafficPolicy'));
	else if (!trafficPolicies.includes(external))
		causes.push(notSupported('spec.externalTrafficPolicy', external, trafficPolicies));
	if (spec.healthCheckNodePort && !(spec.type === 'LoadBalancer' && external === 'Local')) {
		causes.push(
			invalidValue(
				'spec.healthCheckNodePort',
				spec.healthCheckNodePort,
				"may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'",
			),
		);
	}
	if (internal && !trafficPolicies.includes(internal))
		causes.push(notSupported('spec.internalTrafficPolicy', internal, trafficPolicies));
	if (distribution && !distributions.includes(distribution))
		causes.push(notSupported('spec.trafficDistribution', distribution, distributions));
	return causes;
}

function validateType(service: Service): Cause[] {
	const {spec} = service;
	const causes: Cause[] = [];
	if (!spec.ports?.length && !isHeadless(service) && spec.type !== 'ExternalName') causes.push(required('spec.ports'));
	if ((spec.type === 'LoadBalancer' || spec.type === 'NodePort') && isHeadless(service))
		causes.push(invalidValue('spec.clusterIPs[0]', 'None', `may not be set to 'None' for ${spec.type} services`));
	if (spec.type === 'ExternalName') {
		for (const field of ['clusterIPs', 'ipFamilies', 'ipFamilyPolicy']) {
			const value = spec[field] as string | string[] | undefined;
			if (value?.length) causes.push(forbidden(`spec.${field}`, 'may not be set for ExternalName services'));
		}
		const name = spec.externalName?.replace(/\.$/, '') ?? '';
		if (!name) causes.push(required('spec.externalName'));
		else for (const text of dnsSubdomainErrors(name)) causes.push(invalidValue('spec.externalName', name, text));
	}
	return causes;
}

/** Families and class stay what they were (validateUpgradeDowngradeIPFamilies, validateLoadBalancerClassField). */
function validateChangedFamilies(service: Service, old: Service): Cause[] {
	const {spec} = service;
	const causes: Cause[] = [];
	const named = spec.type !== 'ExternalName' && old.spec.type !== 'ExternalName';
	if (named && !isHeadless(service) && !isHeadless(old)) {
		const [before] = old.spec.ipFamilies ?? [];
		if (before && spec.ipFamilies?.[0] !== before)
			causes.push(invalidValue('spec.ipFamilies[0]', spec.ipFamilies, 'may not change once set'));
	}
	const balanced = spec.type === 'LoadBalancer' && old.spec.type === 'LoadBalancer';
	if (balanced && spec.loadBalancerClass !== old.spec.loadBalancerClass)
		causes.push(invalidValue('spec.loadBalancerClass', spec.loadBalancerClass ?? null, 'may not change once set'));
	const {healthCheckNodePort: port} = old.spec;
	if (balanced && port && spec.healthCheckNodePort && port !== spec.healthCheckNodePort)
		causes.push(forbidden('spec.healthCheckNodePort', 'field is immutable'));
	return causes;
}

/** The cluster IP may only change with the type ExternalName (validateUpgradeDowngradeClusterIPs). */
function validateChangedIps({spec}: Service, old: Service): Cause[] {
	if (spec.type === 'ExternalName' || old.spec.type === 'ExternalName') return [];
	if (spec.clusterIPs?.[0] === 'None' && old.spec.clusterIPs?.[0] === 'None') return [];
	const [before] = old.spec.clusterIPs ?? [];
	const [after] = spec.clusterIPs ?? [];
	if (!before) return [];
	if (!after)
		return [invalidValue('spec.clusterIPs[0]', spec.clusterIPs ?? null, 'primary clusterIP can not be unset')];
	return before === after ? [] : [invalidValue('spec.clusterIPs[0]', spec.clusterIPs, 'may not change once set')];
}

/** A new Service, or a changed one (ValidateServiceCreate, ValidateServiceUpdate). */
export function validateService(service: Service, old: Service | undefined): Cause[] {
	const {spec} = service;
	const causes = validateMeta(service, old, dnsLabelErrors);
	if (old) causes.push(...validateChangedIps(service, old), ...validateChangedFamilies(service, old));
	causes.push(...validateTopologyAnnotations(service), ...validateType(service), ...validatePorts(service));
	causes.push(...validateLabels(spec.selector, 'spec.selector'), ...validateAffinity(service));
	causes.push(...validateClusterIps(service));
	for (const [i, ip] of (spec.externalIPs ?? []).entries()) {
		const field = `spec.externalIPs[${i}]`;
		const faults = ipErrors(ip);
		const texts = faults.length > 0 ? faults : endpointIpErrors(ip);
		causes.push(...texts.map(text => invalidValue(field, ip, text)));
	}
	if (!types.includes(spec.type)) causes.push(notSupported('spec.type', spec.type, types));
	causes.push(...validatePortNumbers(service), ...validateSourceRanges(service, old));
	if (spec.allocateLoadBalancerNodePorts !== undefined && spec.type !== 'LoadBalancer') {
		causes.push(forbidden('spec.allocateLoadBalancerNodePorts', "may only be used when `type` is 'LoadBalancer'"));
	}
	return [...causes, ...validateBalancerClass(service), ...validateTraffic(service)];
}

type Ingress = {ip?: string; hostname?: string; ipMode?: string};

/** What a cloud has said of a load balancer. */
export const ingressOf = ({status}: Service) => (status?.loadBalancer?.ingress ?? []) as Ingress[];

/** The addresses of a load balancer, with the default of their mode filled in (ValidateLoadBalancerStatus). */
export function checkServiceStatus(service: Service): Cause[] {
	const ingress = ingressOf(service);
	const field = 'status.loadBalancer.ingress';
	if (ingress.length > 0 && service.spec.type !== 'LoadBalancer')
		return [forbidden(field, "may only be used when `spec.type` is 'LoadBalancer'")];
	return ingress.flatMap((address, i) => {
		const {ip, hostname} = address;
		if (ip) address.ipMode ??= 'VIP';
		return [
			...(ip ? ipErrors(ip).map(text => invalidValue(`${field}[${i}].ip`, ip, text)) : []),
			...(hostname
				? dnsSubdomainErrors(hostname).map(text => invalidValue(`${field}[${i}].hostname`, hostname, text))
				: []),
		];
	});
}
