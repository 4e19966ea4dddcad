import {createHash} from 'node:crypto';
import type {Image, ImageContents} from '../programs/image.ts';
import {images} from '../programs/index.ts';
import type {Container} from '../types.ts';

/** An image as the container runtime knows it. */
export type OpenImage = {
	/** The full reference, as containerStatuses show it: `docker.io/library/nginx:1.14.2`. */
	reference: string;
	/** `sha256:…`, the same each time for one reference. */
	id: string;
	contents: ImageContents;
};

/** What happened to a container's image: it is there, must be fetched first, or cannot be had. */
export type ImageLookup =
	| {is: 'present'; image: OpenImage}
	| {is: 'to-pull'; image: OpenImage}
	| {is: 'pull-fails'; message: string}
	| {is: 'never-pulled'; message: string}
	| {is: 'invalid-name'; message: string};

const opened = new Map<string, OpenImage>();

/** Splits a reference into its full repository and tag, as containerd's reference package does. */
function parseReference(name: string): {repository: string; tag: string; digest: string | undefined} | undefined {
	const [rest = '', digest] = name.split('@');
	const colon = rest.lastIndexOf(':');
	const tagged = colon > rest.lastIndexOf('/');
	const path = tagged ? rest.slice(0, colon) : rest;
	const tag = tagged ? rest.slice(colon + 1) : 'latest';
	if (!/^[a-z0-9]+([._\-/:]+[a-z0-9]+)*$/.test(path) || !/^[\w][\w.-]{0,127}$/.test(tag)) return undefined;
	const first = path.split('/')[0]!;
	const hasRegistry = path.includes('/') && (first.includes('.') || first.includes(':') || first === 'localhost');
	const repository = hasRegistry ? path : `docker.io/${path.includes('/') ? path : `library/${path}`}`;
	return {repository, tag, digest};
}

/** Decides about the image of a container by its pull policy; known images are on every node. */
export function lookUpImage({image: name, imagePullPolicy}: Container): ImageLookup {
	const parsed = parseReference(name);
	if (!parsed) {
		const why = `couldn't parse image name "${name}": invalid reference format`;
		return {is: 'invalid-name', message: `Failed to apply default image tag "${name}": ${why}`};
	}
	const {repository, tag} = parsed;
	const known = images.find(({repositories}) => repositories.includes(repository));
	if (!known?.hasTag(tag) || parsed.digest) {
		if (imagePullPolicy === 'Never')
			return {is: 'never-pulled', message: `Container image "${name}" is not present with pull policy of Never`};
		return {is: 'pull-fails', message: pullFailure(repository, tag, known)};
	}
	const image = openImage(known, repository, tag);
	return {is: imagePullPolicy === 'Always' ? 'to-pull' : 'present', image};
}

function openImage(image: Image, repository: string, tag: string): OpenImage {
	const reference = `${repository}:${tag}`;
	let open = opened.get(reference);
	if (!open) {
		const id = `sha256:${createHash('sha256').update(reference).digest('hex')}`;
		open = {reference, id, contents: image.open(tag)};
		opened.set(reference, open);
	}
	return open;
}

/** containerd's text for a missing tag or repository, and what the embedded cluster has instead. */
function pullFailure(repository: string, tag: string, known: Image | undefined): string {
	const reference = `${repository}:${tag}`;
	const unpack = `failed to pull and unpack image "${reference}": failed to resolve image: `;
	if (known) return `rpc error: code = NotFound desc = ${unpack}${reference}: not found`;
	const names = images
		.filter(({system}) => !system)
		.map(({repositories}) => repositories[0]!.replace(/^docker\.io\/(library\/)?/, ''))
		.join(', ');
	return (
		`rpc error: code = Unknown desc = ${unpack}pull access denied, repository does not exist or may require ` +
		`authorization (the embedded cluster has no registry; it runs ${names})`
	);
}
