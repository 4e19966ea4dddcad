import type {Store} from '../store.ts';
import type {Service} from '../types.ts';

/**
 * The variables that tell a container of the Services of its namespace, as they are now; without `links` only of the
 * API server's. Whoever asks before the Services change gets the same object, which nobody may write to.
 */
export type ServiceVariables = {
	of(namespace: string, links: boolean): Record<string, string>;
	stop(): void;
};

/** Keeps the variables of each namespace until a Service changes (pkg/kubelet/envvars). */
export function createServiceVariables(store: Store): ServiceVariables {
	const known = new Map<string, Record<string, string>>();
	const unsubscribe = store.subscribe('services', () => known.clear());
	return {
		of(namespace, links) {
			const key = links ? namespace : '';
			let variables = known.get(key);
			if (!variables) {
				variables = Object.create(null) as Record<string, string>;
				const api = store.get<Service>('services', 'default', 'kubernetes');
				if (api) addService(variables, api);
				if (links) for (const service of store.list<Service>('services', namespace)) addService(variables, service);
				known.set(key, variables);
			}
			return variables;
		},
		stop: unsubscribe,
	};
}

/** `MY_SERVICE_SERVICE_HOST` and its kin. */
function addService(variables: Record<string, string>, {metadata, spec}: Service): void {
	const {clusterIP = '', ports = []} = spec;
	const [first] = ports;
	if (!clusterIP || clusterIP === 'None' || !first) return;
	const prefix = metadata.name.toUpperCase().replaceAll('-', '_');
	variables[`${prefix}_SERVICE_HOST`] = clusterIP;
	variables[`${prefix}_SERVICE_PORT`] = String(first.port);
	for (const {name, port} of ports)
		if (name) variables[`${prefix}_SERVICE_PORT_${name.toUpperCase().replaceAll('-', '_')}`] = String(port);
	variables[`${prefix}_PORT`] = `${first.protocol.toLowerCase()}://${clusterIP}:${first.port}`;
	for (const {port, protocol} of ports) {
		const one = `${prefix}_PORT_${port}_${protocol}`;
		variables[one] = `${protocol.toLowerCase()}://${clusterIP}:${port}`;
		variables[`${one}_PROTO`] = protocol.toLowerCase();
		variables[`${one}_PORT`] = String(port);
		variables[`${one}_ADDR`] = clusterIP;
	}
}
