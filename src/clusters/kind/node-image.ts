/** The oldest kind whose nodes and configuration the lab knows; a newer one than any known is never refused. */
export const oldestKind = '0.32.0';

/** kind's releases from which on a node image of Kubernetes v1.36 was published with them, newest first. */
const published: [kind: string, image: string][] = [
	['0.33.0', 'kindest/node:v1.36.4'],
	['0.32.0', 'kindest/node:v1.36.1'],
];

/** The newest kind that a node image is known of, to be installed where there is none. */
export const newestKind = published[0]![0];

/**
 * The node image that goes with a version of kind, by its tag alone: `docker load` loses digests, so an image from a
 * stick would not be found by one. Of the Kubernetes version that the lessons were written for.
 */
export function nodeImageFor(kindVersion: string): string {
	const found = published.find(([since]) => compareVersions(kindVersion, since) >= 0);
	return (found ?? published.at(-1)!)[1];
}

/**
 * Of the images that a runtime has, by their full names: the newest of kind's own with the Kubernetes minor version that
 * nodeImageFor chooses, and that this kind can make nodes of.
 */
export function nodeImageAmong(images: readonly string[], kindVersion: string): string | undefined {
	const minor = /v\d+\.\d+\./.exec(nodeImageFor(kindVersion))![0];
	return images
		.flatMap(image => /^docker\.io\/(kindest\/node:v\d+\.\d+\.\d+)$/.exec(image)?.[1] ?? [])
		.filter(image => image.includes(`:${minor}`) && compareVersions(kindVersion, oldestKindFor(image)) >= 0)
		.sort((a, b) => compareVersions(kubernetesOfImage(a)!, kubernetesOfImage(b)!))
		.at(-1);
}

/** The oldest kind that makes nodes of a node image; of an unknown one, the oldest that the lab knows. */
export function oldestKindFor(image: string): string {
	return published.find(([, known]) => known === image)?.[0] ?? oldestKind;
}

/** Negative when the first version is the older one; `0.33.0-alpha` counts as 0.33.0. */
export function compareVersions(one: string, other: string): number {
	const [a, b] = [one, other].map(version => version.replace(/^v/, '').split(/[.+-]/).slice(0, 3).map(Number));
	for (const at of [0, 1, 2]) {
		const difference = (a?.[at] || 0) - (b?.[at] || 0);
		if (difference !== 0) return difference;
	}
	return 0;
}

/** The Kubernetes version in a node image's tag, as `1.36.4`; undefined for an image that is tagged otherwise. */
export function kubernetesOfImage(image: string): string | undefined {
	return /:v?(\d+\.\d+(?:\.\d+)?)[^/@]*(?:@|$)/.exec(image)?.[1];
}
