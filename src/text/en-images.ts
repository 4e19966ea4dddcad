/** The English sentences about container images. */
export const enImages = {
	problem: (image: string, why: string, detail: string) =>
		`the image ${image} cannot be had: ${why}${detail ? ` (${detail})` : ''}`,
	problems: {
		'not-found': 'the registry has no such image or tag. Look at how it is spelt.',
		'no-space':
			'the disk is full. See what lies on it with "docker system df", and remove what you do not need; on Docker Desktop its virtual disk counts.',
		'too-many-requests':
			'the registry takes no more downloads from this address for now; a classroom shares one. Log in with "docker login", wait some hours, or bring the images on a stick: endpoint-lab prepare',
		untrusted:
			'the registry shows a certificate that the container runtime does not trust; often a proxy looks into the traffic. Add its certificate to the container runtime, or bring the images on a stick: endpoint-lab prepare',
		refused: 'the registry refuses it. Look at how it is spelt, and log in if it is private: docker login',
		offline:
			'the registry cannot be reached. Look at the network and the proxy settings of the container runtime, or bring the images on a stick: endpoint-lab prepare',
		platform: 'it does not exist for the architecture that is wanted.',
		'digest-missing':
			'the archive lacks a part that its index names. Update Docker to 28 or newer, which saves one platform alone, and try again.',
		other: 'the container runtime failed.',
	},
	noRoom: (folder: string) =>
		`there is no room left on the disk of ${folder}, where an image has to lie for a moment. Make room, or set TMPDIR to a folder on another disk.`,
	notInNodes: (images: string, cluster: string) =>
		`these images were loaded into the kind cluster ${cluster}, but its nodes do not show them: ${images}. Make the cluster anew: endpoint-lab down --cluster kind --delete`,
};
