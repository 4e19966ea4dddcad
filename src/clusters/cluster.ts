/** What a lesson may ask of a cluster; asked of the interface, never by name. */
export type Capability = 'nodes' | 'etcd' | 'many-pods' | 'clock';

/** A cluster that is up, whoever runs it: a kubeconfig file and a door into its network. */
export type Cluster = {
	kind: 'embedded' | 'kind' | 'context';
	/** For the header: `SIMULATED v1.36`, `kind v1.36`. */
	title: string;
	simulated: boolean;
	/** Path of a 0600 kubeconfig whose current context is this cluster and namespace. */
	kubeconfig: string;
	namespace: string;
	/** URL of the HTTP forward proxy into the cluster's network (the gateway). */
	gateway: string;
	capabilities: ReadonlySet<Capability>;
	/** Lets go of the cluster; what it held is kept for the next start where its kind keeps it. */
	close(): Promise<void>;
};
