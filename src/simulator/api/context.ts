import type {IncomingMessage, ServerResponse} from 'node:http';
import type {Clock} from '../clock.ts';
import type {Network, NodeApi} from '../node/node-api.ts';
import type {ResourceDefinition} from '../resources/definition.ts';
import type {Simulation} from '../simulation.ts';
import type {Control} from './control.ts';
import type {OutputForm} from './negotiate.ts';
import type {RequestInfo} from './request-info.ts';

/** The cluster behind the server; another one takes its place when a saved state is restored. */
export type Backend = {
	simulation: Simulation;
	nodes: NodeApi | undefined;
	network: Network | undefined;
};

/** What every request may use. */
export type Server = Backend & {
	/** Without it the server has no control over time and state. */
	control: Control | undefined;
	/** Real time, for what a client waits for. */
	realTime: Clock;
};

/** One authenticated request for a resource that is served. */
export type Call = {
	server: Server;
	request: IncomingMessage;
	response: ServerResponse;
	info: RequestInfo;
	query: URLSearchParams;
	definition: ResourceDefinition;
	form: OutputForm;
};
