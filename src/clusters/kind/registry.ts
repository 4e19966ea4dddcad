import type {ContainerRuntime} from '../container-runtime.ts';
import {fullImageName, hasFixedTag} from '../image-name.ts';

/** Seconds that a registry may take to answer. */
const limitSeconds = 3;

/**
 * Whether a node reaches the registries that it would ask for some images each time, as the kubelet does for those without a
 * fixed tag. It is asked from inside the node, whose way out may be another than this machine's. True where there is nothing
 * to ask for, or nobody who could. Throws the reason of an aborted signal.
 */
export async function reachesRegistries(
	runtime: ContainerRuntime,
	node: string,
	images: readonly string[],
	signal: AbortSignal,
): Promise<boolean> {
	const hosts = new Set(images.filter(image => !hasFixedTag(image)).map(image => fullImageName(image).split('/')[0]!));
	const reached = await Promise.all(
		[...hosts].map(async host => {
			const url = `https://${host === 'docker.io' ? 'registry-1.docker.io' : host}/v2/`;
			const ask = ['curl', '-sS', '-o', '/dev/null', '-m', String(limitSeconds), url];
			const {ok, code} = await runtime.run(['exec', node, ...ask], {signal, limitMs: (limitSeconds + 5) * 1000});
			// Other codes are not of curl about the network: the runtime could not run it.
			return ok || code === undefined || code < 5 || code >= 125;
		}),
	);
	return reached.every(Boolean);
}
