import type {Client} from './client.ts';
import {apiVersionOf, pathOf, type Resource} from './discovery.ts';
import type {KubeList, KubeObject} from './objects.ts';

/** How a wait ended. */
export type Outcome = 'met' | 'timeout';

/**
 * Follows one object, by list and watch again and again, until `done` is true of its state; `undefined` stands for an
 * object that is not there. `timeout` in ms; none waits for ever.
 */
export async function watchUntil(
	client: Client,
	{resource, namespace, name}: {resource: Resource; namespace: string | undefined; name: string},
	done: (object: KubeObject | undefined) => boolean,
	{timeout}: {timeout?: number},
): Promise<Outcome> {
	const path = pathOf(resource, namespace);
	const fieldSelector = `metadata.name=${name}`;
	const whole = (object: KubeObject): KubeObject => ({
		...object,
		apiVersion: apiVersionOf(resource),
		kind: resource.kind,
	});
	const expired = timeout === undefined ? undefined : AbortSignal.timeout(Math.max(0, timeout));
	try {
		for (;;) {
			const list = await client.json<KubeList>({path, query: {fieldSelector}, signal: expired});
			const [first] = list.items ?? [];
			if (done(first && whole(first))) return 'met';
			if (expired?.aborted) return 'timeout';
			const query = {fieldSelector, resourceVersion: list.metadata.resourceVersion};
			for await (const {type, object} of client.watch({path, query, signal: expired})) {
				if (type !== 'BOOKMARK' && done(type === 'DELETED' ? undefined : whole(object))) return 'met';
			}
			if (expired?.aborted) return 'timeout';
		}
	} catch (error) {
		if (expired?.aborted) return 'timeout';
		throw error;
	}
}
