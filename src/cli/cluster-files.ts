import {join} from 'node:path';
import {contextPlace} from '../clusters/context/context-record.ts';
import {kindPlace} from '../clusters/kind/kind-place.ts';
import {type ClusterName, contextOf} from '../clusters/open-cluster.ts';
import type {Home} from '../state/home.ts';

/** Who holds a cluster, and what `up --detach` wrote since it was started. */
export function clusterFiles(name: ClusterName, home: Home): {lock: string; log: string} {
	const context = contextOf(name);
	if (context) {
		const {folder, lock} = contextPlace(home, context);
		return {lock, log: join(folder, 'up.log')};
	}
	return name === 'kind'
		? {lock: kindPlace(home).lock, log: `${home.kind}.log`}
		: {lock: home.clusterLock, log: home.clusterLog};
}
