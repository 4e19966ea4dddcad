/** The English sentences about offline folders, which `endpoint-lab prepare` makes. */
export const enOffline = {
	noRuntime:
		'prepare gathers the images of kind clusters with a container runtime (Docker, Podman or nerdctl), and none answers here, so nothing has been gathered. See why with: endpoint-lab doctor',
	embeddedNeedsNothing:
		'The embedded cluster needs nothing gathered: once endpoint-lab is installed, all its lessons run there without a network.',
	unknownArchitecture: (name: string) => `"${name}" is no architecture of node images; there are: amd64, arm64.`,
	checkAlone: 'the option --check looks at a folder and changes nothing; leave --to and --arch away.',
	gathering: (nodeImage: string, folder: string) =>
		`Gathering ${nodeImage} and the images of the lessons in ${folder}.`,
	file: (number: number, of: number, image: string, architecture: string) =>
		`${number}/${of}  ${image} (${architecture})`,
	pulledBytes: (done: string, total: string) => `${done} of ${total}`,
	pulledLayers: (done: number, total: number) => `${done} of ${total} layers`,
	packing: 'writing',
	kept: (files: number) => (files === 1 ? '1 image was there already.' : `${files} images were there already.`),
	done: (folder: string, files: number, size: string) =>
		`${folder} is complete: ${files} files, ${size}. Copy it to a stick (exFAT), and on a machine without a network:`,
	use: (folder: string) => `  endpoint-lab up --cluster kind --from ${folder}`,
	checkHint: (folder: string) => `A copy is checked with: endpoint-lab prepare --check ${folder}`,
	checking: (folder: string) => `Checking the images in ${folder}.`,
	checked: (folder: string, files: number, size: string, nodeImage: string, architectures: string) =>
		`${folder} is as it was made: ${files} files, ${size}; ${nodeImage} and the images of the lessons for ${architectures}.`,
	noManifest: (folder: string) =>
		`${folder} is no folder that "endpoint-lab prepare" has made: it has no manifest.json. Make one where there is a network: endpoint-lab prepare --to ${folder}`,
	manifestDamaged: (folder: string) =>
		`the manifest.json in ${folder} is damaged. Copy the folder again, or make it anew: endpoint-lab prepare --to ${folder}`,
	newer: (folder: string, lab: string) =>
		`${folder} was made by a newer endpoint-lab (${lab}), whose format this one does not know. Update endpoint-lab.`,
	unfinished: (folder: string) =>
		`${folder} is not complete: its making was interrupted. Go on with it where there is a network: endpoint-lab prepare --to ${folder}`,
	otherArchitecture: (folder: string, has: string, wanted: string) =>
		`${folder} holds images for ${has}, and the container runtime here needs ${wanted}. Add them where there is a network: endpoint-lab prepare --to ${folder} --arch ${wanted}`,
	kindTooOld: (folder: string, nodeImage: string, needs: string, has: string) =>
		`${folder} holds ${nodeImage}, which needs kind ${needs} or newer, and this is kind ${has}. Look for a newer kind in its folder "tools", or see README.txt there.`,
	kindInFolder: (command: string) =>
		`kind is not on PATH, but the folder brings it. Put it there, and then run the same again: ${command}`,
	lacksImages: (folder: string, lab: string, images: string) =>
		`${folder} was made by endpoint-lab ${lab} and lacks images that are needed here: ${images}. Add them where there is a network: endpoint-lab prepare --to ${folder}`,
	notLoaded: (file: string, detail: string) =>
		`the node image in ${file} could not be loaded into the container runtime${detail ? `: ${detail}` : ''}.`,
	fileProblems: {
		missing: (file: string) => `${file} is missing. Copy the whole folder again.`,
		size: (file: string) => `${file} is not as long as it was made; the copy is damaged or cut off. Copy it again.`,
		checksum: (file: string) => `${file} is not what was made (its checksum differs). Copy it again.`,
		unreadable: (file: string) => `${file} cannot be read; the stick may be damaged. Copy the folder again.`,
	},
	noSpace: (folder: string) =>
		`there is no room left for ${folder}. What is there is kept: make room, and run the same command again.`,
	notWritten: (folder: string, reason: string) =>
		`${folder} cannot be written (${reason}). Name a folder where you may write, on a disk that is not write-protected: endpoint-lab prepare --to FOLDER`,
	notFolder: (file: string) => `${file} is no folder. Name one: endpoint-lab prepare --to FOLDER`,
	folderForEmbedded: (folder: string) =>
		`${folder} is a folder; the embedded cluster takes a file that "endpoint-lab status --save FILE" has written. For images from a stick: --cluster kind --from ${folder}`,
	fileForKind: (file: string) =>
		`${file} is no folder; kind takes one that "endpoint-lab prepare" has made. A saved state belongs to the embedded cluster: --cluster embedded --from ${file}`,
	readme: (lab: string, created: string, nodeImage: string, kind: string, kubernetes: string) => [
		`endpoint-lab ${lab}: images for lessons on kind clusters without a network (${created})`,
		'',
		'On each machine you need a container runtime (Docker, Podman or nerdctl), endpoint-lab, and kind. Then:',
		'    endpoint-lab up --cluster kind --from FOLDER        (FOLDER is this one)',
		'    endpoint-lab prepare --check FOLDER                 checks a copy',
		'',
		`kind ${kind} or newer makes nodes of ${nodeImage}. Where it is not in the folder "tools":`,
		`    https://kind.sigs.k8s.io/dl/v${kind}/kind-linux-amd64        (or kind-linux-arm64, kind-darwin-arm64, kind-darwin-amd64, kind-windows-amd64)`,
		'kubectl is optional, endpoint-lab brings its own:',
		`    https://dl.k8s.io/release/v${kubernetes}/bin/linux/amd64/kubectl        (or linux/arm64, darwin/arm64, darwin/amd64, windows/amd64/kubectl.exe)`,
		'Put a program on your PATH, and on Linux and macOS make it executable: chmod +x kind',
	],
};
