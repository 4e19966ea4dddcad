import type {Part, Simulation} from '../simulation.ts';
import type {Node} from '../types.ts';
import {controllerQueue} from './controller-queue.ts';
import type {Recorder} from './events.ts';

/** The cluster's Pod addresses are 10.244.0.0/16, of which each node gets a /24. */
const ranges = 256;
const rangeOf = (index: number) => `10.244.${index}.0/24`;

/**
 * Gives each new node a range of Pod addresses (pkg/controller/nodeipam/ipam/range_allocator.go). A range is used again
 * when its node is gone.
 */
export function startNodeIpamController(simulation: Simulation, events: Recorder): Part {
	const {store, registry} = simulation;
	const queue = controllerQueue(simulation, reconcile);
	const look = ({metadata, spec}: Node) => {
		if (!spec.podCIDR) queue.add(metadata.name);
	};
	const stopWatching = store.subscribe<Node>('nodes', ({type, object}) => {
		if (type !== 'DELETED') look(object);
	});
	for (const node of store.list<Node>('nodes')) look(node);

	function reconcile(name: string): number {
		const node = store.get<Node>('nodes', undefined, name);
		if (!node || node.spec.podCIDR) return 1;
		const used = new Set([...store.list<Node>('nodes')].map(({spec}) => spec.podCIDR));
		let index = 0;
		while (index < ranges && used.has(rangeOf(index))) index++;
		if (index === ranges) {
			events.event(node, 'Normal', 'CIDRNotAvailable', `Node ${name} status is now: CIDRNotAvailable`);
			return ranges;
		}
		const podCIDR = rangeOf(index);
		registry.update<Node>('nodes', {...node, spec: {...node.spec, podCIDR, podCIDRs: [podCIDR]}});
		return used.size;
	}

	return {
		stop() {
			queue.stop();
			stopWatching();
		},
	};
}
