import type {V1EndpointSlice, V1Service} from '@kubernetes/client-node';
import type {Wire} from '../objects.ts';
import {describeAnnotations, describeLabels, formatLabels} from './common.ts';
import {type Describer, itemsAt} from './describer.ts';
import {describeEvents} from './events.ts';
import {DescriptionWriter} from './writer.ts';

/** How many endpoints stand on the line. */
const most = 3;

const hostPort = (address: string, port: number | undefined) =>
	`${address.includes(':') ? `[${address}]` : address}:${port ?? 0}`;

/**
 * The ready endpoints of one port of a Service, out of its EndpointSlices in their order: `<none>` without slices, nothing
 * at all when none is ready. A slice without ports shows bare addresses (describe.formatEndpointSlices).
 */
export function formatEndpointSlices(slices: Wire<V1EndpointSlice>[], portName: string): string {
	if (slices.length === 0) return '<none>';
	const list: string[] = [];
	let more = false;
	let count = 0;
	for (const {endpoints, ports} of slices) {
		const matching = ports?.length ? ports.filter(({name}) => (name ?? '') === portName) : [undefined];
		for (const port of matching) {
			for (const {addresses, conditions} of endpoints ?? []) {
				if (list.length === most) more = true;
				if (conditions?.ready === false) continue;
				if (!more) list.push(port ? hostPort(addresses[0]!, port.port) : addresses[0]!);
				count++;
			}
		}
	}
	return list.join(',') + (more ? ` + ${count - most} more...` : '');
}

/** A Service as text (describe.describeService). */
export const describe: Describer = async (object, {client, events, now}) => {
	const {metadata, spec, status} = object as unknown as Wire<V1Service>;
	const slices = await itemsAt<Wire<V1EndpointSlice>>(
		client,
		`/apis/discovery.k8s.io/v1/namespaces/${metadata?.namespace}/endpointslices`,
		{labelSelector: `kubernetes.io/service-name=${metadata?.name}`},
	).catch(() => []);
	const out = new DescriptionWriter();
	out.line(0, `Name:\t${metadata?.name}`);
	out.line(0, `Namespace:\t${metadata?.namespace}`);
	describeLabels(out, 'Labels', metadata?.labels);
	describeAnnotations(out, metadata?.annotations);
	out.line(0, `Selector:\t${formatLabels(spec?.selector)}`);
	out.line(0, `Type:\t${spec?.type}`);
	if (spec?.ipFamilyPolicy) out.line(0, `IP Family Policy:\t${spec.ipFamilyPolicy}`);
	out.line(0, `IP Families:\t${spec?.ipFamilies?.join(',') || '<none>'}`);
	out.line(0, `IP:\t${spec?.clusterIP ?? ''}`);
	out.line(0, `IPs:\t${spec?.clusterIPs?.join(',') || '<none>'}`);
	if (spec?.externalIPs?.length) out.line(0, `External IPs:\t${spec.externalIPs.join(',')}`);
	if (spec?.loadBalancerIP) out.line(0, `Desired LoadBalancer IP:\t${spec.loadBalancerIP}`);
	if (spec?.externalName) out.line(0, `External Name:\t${spec.externalName}`);
	const ingress = status?.loadBalancer?.ingress ?? [];
	if (ingress.length > 0) {
		const texts = ingress.map(({ip, ipMode, hostname}) => (ip ? `${ip}${ipMode ? ` (${ipMode})` : ''}` : hostname));
		out.line(0, `LoadBalancer Ingress:\t${texts.join(', ')}`);
	}
	for (const {name = '', port, protocol, targetPort = 0, nodePort, appProtocol} of spec?.ports ?? []) {
		out.line(0, `Port:\t${name || '<unset>'}\t${port}/${protocol}`);
		out.line(0, `TargetPort:\t${targetPort}/${protocol}`);
		if (appProtocol) out.line(0, `AppProtocol:\t${appProtocol}`);
		if (nodePort) out.line(0, `NodePort:\t${name || '<unset>'}\t${nodePort}/${protocol}`);
		out.line(0, `Endpoints:\t${formatEndpointSlices(slices, name)}`);
	}
	out.line(0, `Session Affinity:\t${spec?.sessionAffinity ?? ''}`);
	if (spec?.externalTrafficPolicy) out.line(0, `External Traffic Policy:\t${spec.externalTrafficPolicy}`);
	if (spec?.internalTrafficPolicy) out.line(0, `Internal Traffic Policy:\t${spec.internalTrafficPolicy}`);
	if (spec?.healthCheckNodePort) out.line(0, `HealthCheck NodePort:\t${spec.healthCheckNodePort}`);
	if (spec?.loadBalancerSourceRanges?.length) {
		out.line(0, `LoadBalancer Source Ranges:\t${spec.loadBalancerSourceRanges.join(',')}`);
	}
	if (spec?.trafficDistribution) out.line(0, `Traffic Distribution:\t${spec.trafficDistribution}`);
	if (events) describeEvents(out, events, now);
	return out.toString();
};
