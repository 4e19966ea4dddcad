import {kindPlace} from '../clusters/kind/kind-place.ts';
import type {ClusterName} from '../clusters/open-cluster.ts';
import type {Home} from '../state/home.ts';

/** Who holds a cluster, and what `up --detach` wrote since it was started. */
export function clusterFiles(name: ClusterName, home: Home): {lock: string; log: string} {
	return name === 'kind'
		? {lock: kindPlace(home).lock, log: `${home.kind}.log`}
		: {lock: home.clusterLock, log: home.clusterLog};
}
