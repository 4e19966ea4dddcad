import type {V1ObjectMeta, V1Pod} from '@kubernetes/client-node';
import type {Client} from '../client.ts';
import type {Wire} from '../objects.ts';
import {itemsAt} from './describer.ts';

/** The line on how many of a controller's own Pods are in which phase (describe.getPodStatusForController). */
export async function podsStatus(
	metadata: Wire<V1ObjectMeta> | undefined,
	labelSelector: string,
	client: Client,
): Promise<string> {
	const pods = await itemsAt<Wire<V1Pod>>(client, `/api/v1/namespaces/${metadata?.namespace}/pods`, {labelSelector});
	const own = pods.filter(pod =>
		pod.metadata?.ownerReferences?.some(({controller, uid}) => controller && uid === metadata?.uid),
	);
	const count = (phase: string) => own.filter(pod => pod.status?.phase === phase).length;
	return `Pods Status:\t${count('Running')} Running / ${count('Pending')} Waiting / ${count('Succeeded')} Succeeded / ${count('Failed')} Failed`;
}
