import type {Recorder} from '../controllers/events.ts';
import type {ClusterNetwork} from '../network/network.ts';
import type {Simulation} from '../simulation.ts';
import type {AddressPool} from './addresses.ts';
import type {ServiceVariables} from './service-variables.ts';

/** What the Pods of one node share. */
export type KubeletContext = {
	simulation: Simulation;
	network: ClusterNetwork;
	node: string;
	/** The node's InternalIP. */
	hostIP: string;
	addresses: AddressPool;
	recorder: Recorder;
	services: ServiceVariables;
};
