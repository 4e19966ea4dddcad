import {randomBytes} from 'node:crypto';
import {rmdirSync, rmSync} from 'node:fs';
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
	/** What the nodes logged of a start that failed. */
	nodeLogs: string;
	/** How the cluster's name begins. */
	prefix: string;
};

/** The kind cluster that learners work in. */
export function kindPlace({kind}: Home): KindPlace {
	return place(kind, 'endpoint-lab');
}

/** The kind cluster in which lessons are played and proven, empty at first and gone after. */
export function proofKindPlace({kind}: Home): KindPlace {
	return place(`${kind}-proof`, 'endpoint-lab-proof');
}

function place(folder: string, prefix: string): KindPlace {
	return {
		folder,
		lock: `${folder}.json`,
		record: join(folder, 'cluster.json'),
		kubeconfig: join(folder, 'kubeconfig'),
		log: join(folder, 'create.log'),
		nodeLogs: join(folder, 'node-logs'),
		prefix,
	};
}

/** Removes all that was written for a cluster that is gone, but for a record that could not be read. */
export function forgetKind({folder, record, kubeconfig, log, nodeLogs}: KindPlace): void {
	for (const path of [record, kubeconfig, `${kubeconfig}.lock`, log, nodeLogs])
		rmSync(path, {recursive: true, force: true});
	try {
		rmdirSync(folder);
	} catch {
		// There is more in it, or it was never made.
	}
}

/**
 * A name for a new cluster that no other one has, whoever else uses the same container runtime. kind tells clusters apart by
 * their names alone: of two that are made under one name at the same time, each removes what there is of the other.
 */
export function newKindName({prefix}: KindPlace): string {
	return `${prefix}-${randomBytes(3).toString('hex')}`;
}
