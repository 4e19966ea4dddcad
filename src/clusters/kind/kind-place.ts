import {createHash} from 'node:crypto';
import {join} from 'node:path';
import type {Home} from '../../state/home.ts';

/** Where the lab keeps what belongs to one kind cluster of its own, and what that is called. */
export type KindPlace = {
	folder: string;
	/** Who is at work with it. */
	lock: string;
	record: string;
	kubeconfig: string;
	/** Everything that kind said when it made the cluster last. */
	log: string;
	/** The cluster's names, the first that nobody else's cluster has; the last one is like no other home's. */
	names: string[];
};

/** The kind cluster that learners work in. */
export function kindPlace({folder, kind}: Home): KindPlace {
	return place(kind, ['endpoint-lab', `endpoint-lab-${identity(folder)}`]);
}

/** The kind cluster in which lessons are played and proven, empty at first and gone after. */
export function proofKindPlace({folder, kind}: Home): KindPlace {
	return place(`${kind}-proof`, [`endpoint-lab-proof-${identity(folder)}`]);
}

function place(folder: string, names: string[]): KindPlace {
	return {
		folder,
		lock: `${folder}.json`,
		record: join(folder, 'cluster.json'),
		kubeconfig: join(folder, 'kubeconfig'),
		log: join(folder, 'create.log'),
		names,
	};
}

function identity(folder: string): string {
	return createHash('sha256').update(folder).digest('hex').slice(0, 6);
}
