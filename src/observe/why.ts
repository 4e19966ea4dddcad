import type {Text} from '../text/text.ts';
import type {EndpointsView, PodView, ServiceView} from './snapshot.ts';

/** Why a Pod is, or is not, among a Service's endpoints. */
export type Why =
	| {endpoint: true; because: 'ready'; selector: string; since?: number}
	| {endpoint: true; because: 'published'; selector: string}
	| {
			endpoint: false;
			because:
				| 'no-service'
				| 'external-name'
				| 'no-selector'
				| 'label-missing'
				| 'label-differs'
				| 'completed'
				| 'no-address'
				| 'terminating'
				| 'no-such-port'
				| 'not-ready'
				| 'list-full'
				| 'not-written-yet';
			/** The label, phase, status or port that decides. */
			wanted?: string;
			found?: string;
			since?: number;
	  };

/** How many addresses an Endpoints object takes (maxCapacity in pkg/controller/endpoint). */
const maxAddresses = 1000;

/**
 * Finds the one reason that decides, in the order in which the Endpoints controller looks: selector, phase, address,
 * deletion, port, readiness. Follows ShouldPodBeInEndpoints in k8s.io/endpointslice/util and addEndpointSubset.
 */
export function whyPod(pod: PodView, service: ServiceView | undefined, endpoints: EndpointsView | undefined): Why {
	const no = (because: Extract<Why, {endpoint: false}>['because'], more = {}): Why => ({
		endpoint: false,
		because,
		...more,
	});
	if (!service) return no('no-service');
	if (service.type === 'ExternalName') return no('external-name');
	if (!service.selector) return no('no-selector');
	for (const [key, value] of Object.entries(service.selector)) {
		const own = pod.labels[key];
		if (own === undefined) return no('label-missing', {wanted: `${key}=${value}`});
		if (own !== value) return no('label-differs', {wanted: `${key}=${value}`, found: `${key}=${own}`});
	}
	if (pod.phase === 'Succeeded' || pod.phase === 'Failed') return no('completed', {found: pod.phase});
	if (!pod.ip) return no('no-address', {found: pod.status});
	if (pod.terminating && !service.publishNotReadyAddresses) return no('terminating');
	const unresolved = service.ports.find(port => !resolves(pod, port));
	if (unresolved && service.ports.every(port => !resolves(pod, port))) {
		return no('no-such-port', {wanted: unresolved.targetPort});
	}
	if (!pod.ready && !service.publishNotReadyAddresses) {
		return no('not-ready', {found: pod.status, since: pod.readyChangedAt});
	}
	if (!endpoints?.addresses.some(({ip, ready}) => ready && ip === pod.ip)) {
		const listed = new Set(endpoints?.addresses.map(({ip}) => ip)).size;
		return no(listed >= maxAddresses ? 'list-full' : 'not-written-yet');
	}
	const selector = Object.entries(service.selector)
		.map(([key, value]) => `${key}=${value}`)
		.join(',');
	return pod.ready && !pod.terminating
		? {endpoint: true, because: 'ready', selector, since: pod.readyChangedAt}
		: {endpoint: true, because: 'published', selector};
}

/** The reason as one sentence in the text's language. */
export function whySentence(pod: PodView, why: Why, {observe}: Text): string {
	const words = observe.why;
	if (why.endpoint) {
		return why.because === 'ready'
			? words.ready(pod.name, why.selector, clockTime(why.since))
			: words.published(pod.name, why.selector);
	}
	const {wanted = '', found = '', since} = why;
	switch (why.because) {
		case 'no-service':
			return words.noService(pod.name);
		case 'external-name':
			return words.externalName(pod.name);
		case 'no-selector':
			return words.noSelector(pod.name);
		case 'label-missing':
			return words.labelMissing(pod.name, wanted);
		case 'label-differs':
			return words.labelDiffers(pod.name, wanted, found);
		case 'completed':
			return words.completed(pod.name, found);
		case 'no-address':
			return words.noAddress(pod.name, found);
		case 'terminating':
			return words.terminating(pod.name);
		case 'no-such-port':
			return words.noSuchPort(pod.name, wanted);
		case 'not-ready':
			return words.notReady(pod.name, clockTime(since));
		case 'list-full':
			return words.listFull(pod.name);
		case 'not-written-yet':
			return words.notWrittenYet(pod.name);
	}
}

/** A number is used as it is; a name must be one of the Pod's ports, of the same protocol. */
function resolves(pod: PodView, {targetPort, protocol}: ServiceView['ports'][number]): boolean {
	if (/^\d+$/.test(targetPort)) return true;
	return pod.ports.some(port => port.name === targetPort && port.protocol === protocol);
}

/** Hours, minutes and seconds on the learner's own clock. */
function clockTime(at: number | undefined): string | undefined {
	return at === undefined ? undefined : new Date(at).toTimeString().slice(0, 8);
}
