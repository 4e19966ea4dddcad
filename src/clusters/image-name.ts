/**
 * An image's name in full, as containerd tells it and podman asks for it: `nginx` is `docker.io/library/nginx:latest`. A
 * digest stays.
 */
export function fullImageName(image: string): string {
	const [name = '', digest] = image.split('@');
	const slash = name.indexOf('/');
	const first = name.slice(0, Math.max(slash, 0));
	const hasHost = first.includes('.') || first.includes(':') || first === 'localhost';
	const path = hasHost ? name : `docker.io/${slash === -1 ? 'library/' : ''}${name}`;
	if (digest) return `${path}@${digest}`;
	return path.lastIndexOf(':') > path.lastIndexOf('/') ? path : `${path}:latest`;
}

/**
 * Whether the kubelet takes an image that a node has already: not with the tag `latest`, for which imagePullPolicy is
 * Always unless a manifest says otherwise.
 */
export function hasFixedTag(image: string): boolean {
	return !fullImageName(image).endsWith(':latest');
}
