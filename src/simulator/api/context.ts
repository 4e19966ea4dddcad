import type {IncomingMessage, ServerResponse} from 'node:http';
import type {Clock} from '../clock.ts';
import type {Network, NodeApi} from '../node/node-api.ts';
import type {ResourceDefinition} from '../resources/definition.ts';
import type {Simulation} from '../simulation.ts';
import type {OutputForm} from './negotiate.ts';
import type {RequestInfo} from './request-info.ts';

/** What every request may use. */
export type Server = {
	simulation: Simulation;
	nodes: NodeApi | undefined;
	network: Network | undefined;
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
