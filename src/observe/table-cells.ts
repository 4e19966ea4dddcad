import type {V1ContainerStatus, V1EndpointSlice, V1Endpoints, V1Pod} from '@kubernetes/client-node';
import {timeOf} from './object-time.ts';
import type {EndpointsView, PodView, SliceView} from './snapshot.ts';

/*
 * The cells of `kubectl get` that need more of an object than its view holds otherwise, as the API server's printers in
 * pkg/printers/internalversion/printers.go make them. They are made where the object is still at hand.
 */

/** READY and RESTARTS of a Pod, as printPod counts them. */
export function podCells({spec, status}: V1Pod): NonNullable<PodView['cells']> {
	const sidecars = new Set(
		(spec?.initContainers ?? []).filter(({restartPolicy}) => restartPolicy === 'Always').map(({name}) => name),
	);
	const total = (spec?.containers?.length ?? 0) + sidecars.size;
	const initial = status?.initContainerStatuses ?? [];
	const own = status?.containerStatuses ?? [];
	const isSidecar = ({name}: V1ContainerStatus) => sidecars.has(name);
	/** The first init container that is not done: what comes after it does not count yet. */
	const stuck = initial.findIndex(
		container => container.state?.terminated?.exitCode !== 0 && !(isSidecar(container) && container.started === true),
	);
	const seen = stuck < 0 ? initial : initial.slice(0, stuck + 1);
	const readySidecars = seen.filter(
		container => isSidecar(container) && container.started && container.ready && !container.state?.terminated,
	).length;
	const initialized = status?.conditions?.some(({type, status}) => type === 'Initialized' && status === 'True');
	if (stuck >= 0 && !initialized) return {ready: `${readySidecars}/${total}`, ...restartsOf(seen)};
	const ready = own.filter(container => container.ready && container.state?.running).length;
	return {
		ready: `${readySidecars + ready}/${total}`,
		...restartsOf([...seen.filter(isSidecar), ...own]),
	};
}

function restartsOf(containers: readonly V1ContainerStatus[]): {restarts: number; restartedAt?: number} {
	const times = containers.flatMap(({lastState}) => timeOf(lastState?.terminated?.finishedAt) ?? []);
	return {
		restarts: containers.reduce((sum, {restartCount}) => sum + restartCount, 0),
		...(times.length > 0 && {restartedAt: Math.max(...times)}),
	};
}

/** ENDPOINTS of an Endpoints object: ready addresses only, three at most, port by port. */
export function endpointsCells({subsets}: V1Endpoints): NonNullable<EndpointsView['cells']> {
	if (!subsets?.length) return {endpoints: '<none>'};
	const all = subsets.flatMap(({addresses = [], ports = []}) =>
		ports.length === 0
			? addresses.map(({ip}) => ip)
			: ports.flatMap(({port}) => addresses.map(({ip}) => (ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`))),
	);
	return {endpoints: shortened(all)};
}

/** ADDRESSTYPE, PORTS and ENDPOINTS of a slice: its addresses ready or not, three at most. */
export function sliceCells({addressType, ports, endpoints}: V1EndpointSlice): NonNullable<SliceView['cells']> {
	// The API says null where there are none, whatever the library's types say.
	const numbers = (ports ?? []).map(({port, name}) =>
		port === undefined || port === null ? (name ?? '*') : `${port}`,
	);
	const addresses = (endpoints ?? []).flatMap(({addresses}) => addresses);
	return {
		addressType,
		ports: shortened(numbers) || '<unset>',
		endpoints: shortened(addresses) || '<unset>',
	};
}

function shortened(texts: readonly string[]): string {
	const shown = texts.slice(0, 3).join(',');
	return texts.length > 3 ? `${shown} + ${texts.length - 3} more...` : shown;
}
