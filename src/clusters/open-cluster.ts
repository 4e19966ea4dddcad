import type {Home} from '../state/home.ts';
import type {LockHolder} from '../state/lock.ts';
import type {Text} from '../text/text.ts';
import type {Cluster} from './cluster.ts';
import type {ContextQuestion} from './context/choose-namespace.ts';
import {kindPlace, proofKindPlace} from './kind/kind-place.ts';
import type {KindProgress} from './kind/kind-steps.ts';
import type {KindOptions} from './kind/make-kind.ts';
import type {Environment} from './shell.ts';

/** A place where lessons can run, as `--cluster` names it. */
export type ClusterName = 'embedded' | 'kind' | `context:${string}`;

/** A cluster that is open, and who holds it. */
export type OpenedCluster = Cluster & {
	/** URL of its API server. */
	server: string;
	/** The process that holds it, when it is another one than this. */
	joined?: LockHolder;
	/** What there is to tell about its start. */
	notice?: string;
	/** Settles when a cluster that this process holds dies by itself, or is out of its reach. */
	failed: Promise<Error>;
};

export type OpenClusterOptions = {
	name: ClusterName;
	home: Home;
	environment: Environment;
	/** What the user typed, for others to read who meet the lock. */
	command: string;
	/** Of the embedded cluster's server. */
	port?: number | undefined;
	/** A file with a saved state for the embedded cluster to begin with. */
	from?: string | undefined;
	kind?: KindOptions;
	/** Images that the nodes of a kind cluster shall have. */
	images?: readonly string[];
	/** A cluster for this command alone: empty, and removed when it is closed. */
	throwaway?: boolean;
	signal: AbortSignal;
	text: Text;
	/** One line of what happens. */
	note: (line: string) => void;
	/** Asks the learner; false where nobody can be asked. */
	confirm: (question: string) => Promise<boolean>;
	/** Shows the user the cluster of a context and asks whether it is the one they mean. */
	confirmContext: (question: ContextQuestion) => Promise<boolean>;
	progress: (progress: KindProgress) => void;
};

/** Opens a cluster of any kind. Throws UserError, and the reason of an aborted signal. */
export async function openCluster(options: OpenClusterOptions): Promise<OpenedCluster> {
	const {name, home, kind = {}, images = [], throwaway} = options;
	if (name === 'kind') {
		// The Kubernetes client that its gateway needs takes its time to load.
		const {openKindCluster} = await import('./kind/kind-cluster.ts');
		const place = throwaway ? proofKindPlace(home) : kindPlace(home);
		return await openKindCluster({...options, kind, images, place});
	}
	if (name.startsWith('context:')) {
		const {openContextCluster} = await import('./context-cluster.ts');
		return await openContextCluster({...options, name: contextOf(name), confirm: options.confirmContext});
	}
	const {openEmbeddedCluster} = await import('./embedded-cluster.ts');
	return await openEmbeddedCluster(options);
}

/** The context that a cluster's name has in the user's kubeconfig; empty for a cluster that is none of the user's. */
export const contextOf = (name: ClusterName): string =>
	name.startsWith('context:') ? name.slice('context:'.length) : '';
