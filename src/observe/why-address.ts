import type {Text} from '../text/text.ts';
import type {Snapshot} from './snapshot.ts';

/** What the EndpointSlice controllers write into the label `endpointslice.kubernetes.io/managed-by`. */
const controllers = {
	endpointslice: 'endpointslice-controller.k8s.io',
	mirroring: 'endpointslicemirroring-controller.k8s.io',
};

/** Who wrote an address that has no Pod in view. `slice` names an EndpointSlice that holds it. */
export type WhyAddress =
	| {by: 'endpoints-controller'; pod: string; gone: boolean}
	| {by: 'hand-despite-selector'; selector: string}
	| {by: 'hand-without-service'}
	| {by: 'hand'; slice?: string}
	| {by: 'slice-controller'; slice: string}
	| {by: 'slice-by-hand'; slice: string}
	| {by: 'nobody'};

/**
 * Finds who wrote an address of a Service: the Endpoints controller for Services with a selector, somebody by hand for
 * the others, whose Endpoints the mirroring controller copies into a slice; or whoever wrote a slice that the Endpoints
 * know nothing of. An address belongs to the Endpoints controller if it points to a Pod, as all that it writes do.
 */
export function whyAddress(ip: string, service: string, snapshot: Snapshot): WhyAddress {
	const own = <T extends {name: string}>(list: T[]) => list.find(({name}) => name === service);
	const address = own(snapshot.endpoints)?.addresses.find(address => address.ip === ip);
	const slices = snapshot.slices.filter(
		slice => slice.service === service && slice.addresses.some(address => address.ip === ip),
	);
	if (!address) {
		const [slice] = slices;
		if (!slice) return {by: 'nobody'};
		const managed = Object.values(controllers).includes(slice.managedBy);
		return {by: managed ? 'slice-controller' : 'slice-by-hand', slice: slice.name};
	}
	const known = own(snapshot.services);
	if (!known) return {by: 'hand-without-service'};
	if (!known.selector) {
		const copy = slices.find(({managedBy}) => managedBy === controllers.mirroring);
		return {by: 'hand', slice: copy?.name};
	}
	if (address.pod !== undefined) {
		const {pod} = address;
		return {by: 'endpoints-controller', pod, gone: !snapshot.pods.some(({name}) => name === pod)};
	}
	const selector = Object.entries(known.selector).map(([key, value]) => `${key}=${value}`);
	return {by: 'hand-despite-selector', selector: selector.join(',')};
}

/** Who wrote the address, as one sentence in the text's language. */
export function addressSentence(ip: string, service: string, why: WhyAddress, {observe}: Text): string {
	const words = observe.whyAddress;
	switch (why.by) {
		case 'endpoints-controller':
			return why.gone ? words.podGone(ip, why.pod) : words.podElsewhere(ip, why.pod);
		case 'hand-despite-selector':
			return words.despiteSelector(ip, why.selector);
		case 'hand-without-service':
			return words.withoutService(ip, service);
		case 'hand':
			return why.slice === undefined ? words.notMirrored(ip) : words.mirrored(ip, why.slice);
		case 'slice-controller':
			return words.sliceController(ip, why.slice);
		case 'slice-by-hand':
			return words.sliceByHand(ip, why.slice);
		case 'nobody':
			return words.nobody(ip, service);
	}
}
