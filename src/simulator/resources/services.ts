import type {Service, ServicePort} from '../types.ts';
import {columnsOf} from './columns.ts';
import type {ResourceDefinition} from './definition.ts';
import {age} from './duration.ts';
import {allocateForCreate, allocateForUpdate, isHeadless} from './service-allocation.ts';
import {checkServiceStatus, ingressOf, isExternal, validateService} from './service-validation.ts';
import {formatLabels, standardVerbs} from './shared.ts';

function warnings(service: Service): string[] {
	const {spec} = service;
	const texts: string[] = [];
	const external = spec.type === 'ExternalName';
	const ips = Boolean(spec.externalIPs?.length);
	if (isHeadless(service)) {
		if (spec.loadBalancerIP) texts.push('spec.loadBalancerIP is ignored for headless services');
		if (ips) texts.push('spec.externalIPs is ignored for headless services');
		if (spec.sessionAffinity !== 'None') texts.push('spec.SessionAffinity is ignored for headless services');
	} else if (ips && !external) {
		texts.push('spec.externalIPs is deprecated and may no longer be implemented in some clusters');
	}
	if (external && ips) texts.push('spec.externalIPs is ignored when spec.type is "ExternalName"');
	if (!external && spec.externalName) texts.push('spec.externalName is ignored when spec.type is not "ExternalName"');
	if (spec.trafficDistribution === 'PreferClose')
		texts.push('spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"');
	return texts;
}

function externalIp(service: Service): string {
	const {spec} = service;
	const ips = spec.externalIPs ?? [];
	if (spec.type === 'ExternalName') return spec.externalName ?? '';
	if (spec.type !== 'LoadBalancer') return ips.length > 0 ? ips.join(',') : '<none>';
	const addresses = new Set(
		ingressOf(service)
			.map(({ip, hostname}) => ip || hostname)
			.filter(Boolean),
	);
	const balancer = [...addresses].sort().join(',');
	if (ips.length > 0) return [...(balancer ? [balancer] : []), ...ips].join(',');
	return balancer || '<pending>';
}

const formatPorts = (ports: ServicePort[] = []) =>
	ports
		.map(({port, nodePort, protocol}) => (nodePort ? `${port}:${nodePort}/${protocol}` : `${port}/${protocol}`))
		.join(',') || '<none>';

/** core/v1 Service (pkg/registry/core/service). */
export const services: ResourceDefinition<Service> = {
	group: '',
	version: 'v1',
	kind: 'Service',
	plural: 'services',
	singular: 'service',
	shortNames: ['svc'],
	categories: ['all'],
	namespaced: true,
	verbs: standardVerbs,
	hasStatus: true,
	deleteReturnsObject: true,
	selectableFields: {
		'spec.clusterIP': ({spec}) => spec.clusterIP ?? '',
		'spec.type': ({spec}) => spec.type,
	},
	applyDefaults(draft) {
		draft.spec ??= {} as Service['spec'];
		const {spec} = draft;
		if (spec.selector && Object.keys(spec.selector).length === 0) delete spec.selector;
		spec.sessionAffinity ||= 'None';
		if (spec.sessionAffinity === 'None') delete spec.sessionAffinityConfig;
		if (spec.sessionAffinity === 'ClientIP') {
			spec.sessionAffinityConfig ??= {};
			spec.sessionAffinityConfig.clientIP ??= {};
			spec.sessionAffinityConfig.clientIP.timeoutSeconds ??= 10_800;
		}
		spec.type ||= 'ClusterIP';
		for (const port of spec.ports ?? []) {
			port.protocol ||= 'TCP';
			port.targetPort ||= port.port;
		}
		if (isExternal(draft)) spec.externalTrafficPolicy ||= 'Cluster';
		if (['ClusterIP', 'NodePort', 'LoadBalancer'].includes(spec.type)) spec.internalTrafficPolicy ??= 'Cluster';
		if (spec.type === 'LoadBalancer') spec.allocateLoadBalancerNodePorts ??= true;
	},
	prepareForCreate(draft, context) {
		draft.status = {loadBalancer: {}};
		allocateForCreate(draft, context);
	},
	prepareForUpdate: allocateForUpdate,
	validate: validateService,
	checkStatus: checkServiceStatus,
	warnings,
	columns: columnsOf('services'),
	cells(service, now) {
		const {metadata, spec} = service;
		return [
			metadata.name,
			spec.type,
			spec.clusterIPs?.[0] || spec.clusterIP || '<none>',
			externalIp(service),
			formatPorts(spec.ports),
			age(metadata.creationTimestamp, now),
			formatLabels(spec.selector),
		];
	},
};
