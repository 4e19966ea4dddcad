/** What is said of kind clusters, in English. */
export const enKind = {
	noRuntime: {
		absent: (_program: string, _said: string) =>
			'a kind cluster needs a container runtime, and none is installed. Install Docker, Podman or nerdctl, or use --cluster embedded, which needs nothing.',
		stopped: (program: string, said: string) =>
			`${program} is there, but its daemon does not run (${said}). Start it (Docker Desktop, "sudo systemctl start docker", "podman machine start"), or use --cluster embedded.`,
		'no-permission': (program: string, said: string) =>
			`this user may not use ${program} (${said}). On Linux: sudo usermod -aG docker $USER, then log in again; or use --cluster embedded.`,
		'wrong-context': (_program: string, said: string) =>
			`Docker's context leads nowhere (${said}). See "docker context ls", choose one with "docker context use NAME", or use --cluster embedded.`,
		silent: (program: string, _said: string) =>
			`${program} does not answer; its daemon hangs or is just starting. Try again in a moment, restart it, or use --cluster embedded.`,
		failed: (program: string, said: string) =>
			`${program} cannot be used: ${said}. See "endpoint-lab doctor", or use --cluster embedded.`,
	},
	noKind: {
		absent: (_said: string) =>
			'kind is not on PATH. Install it (https://kind.sigs.k8s.io), or use --cluster embedded, which needs nothing.',
		'too-old': (version: string) =>
			`kind ${version} is too old; the lab needs 0.32 or later. Update it (https://kind.sigs.k8s.io), or use --cluster embedded.`,
		failed: (said: string) => `kind does not run: ${said}. Install it anew, or use --cluster embedded.`,
	},
	steps: {
		pull: 'fetching the node image',
		image: 'checking the node image',
		nodes: 'preparing the nodes',
		configuration: 'writing the configuration',
		'control-plane': 'starting the control plane',
		network: 'installing the Pod network',
		storage: 'installing the StorageClass',
		workers: 'joining the workers',
		ready: 'waiting until the nodes are ready',
		'lesson-images': 'loading the lesson’s images',
		gateway: 'opening the gateway',
	},
	auto: {
		kind: (found: string) =>
			`auto: kind, a real cluster of its own (${found}). For the simulated one: --cluster embedded`,
		embedded: (seen: string) =>
			`auto: embedded (SIMULATED), since kind cannot run here. ${seen} See: endpoint-lab doctor`,
	},
	title: (found: string) => `kind, a real cluster (${found})`,
	autoTitle: (found: string) => `auto: kind, a real cluster (${found})`,
	ask: (found: string) =>
		`This machine can run a real Kubernetes for the lessons (${found}); making it takes about a minute.\nRun them on it? With no they run on the embedded, simulated one; --cluster changes that at any time. [Y/n] `,
	instead: 'Go on with the embedded, simulated cluster instead? [Y/n] ',
	needsKind: (flags: string) => `${flags} is for kind clusters only; add: --cluster kind`,
	needsEmbedded: (flags: string) => `${flags} is for the embedded cluster only; add: --cluster embedded`,
	up: {
		running: 'The kind cluster runs. In another terminal, use it with these lines:',
		calledOff: 'the start of the kind cluster was called off by another command, such as "endpoint-lab down".',
		already: (command: string, pid: number) => `The kind cluster runs already (${command}, process ${pid}).`,
		stay: 'Ctrl-C ends the gateway; the cluster goes on running.',
		stopped:
			'The kind cluster goes on running. Stop it with: endpoint-lab down --cluster kind; remove it with --delete at the end.',
		detached: (pid: number) =>
			`Its gateway runs in the background (process ${pid}); "endpoint-lab down --cluster kind" stops both.`,
	},
	down: {
		ended: (pid: number) => `Ended the gateway (process ${pid}).`,
		stopped: (name: string) => `Stopped the kind cluster ${name}; its state is kept.`,
		removed: (name: string) => `Removed the kind cluster ${name}.`,
		nothing: 'No kind cluster is running.',
	},
	status: {
		starting: (pid: number) => `The kind cluster is starting (process ${pid}).`,
		stopped: (name: string) => `The kind cluster ${name} is stopped. Start it with: endpoint-lab up --cluster kind`,
		unheld: (runtime: string) => `${runtime}; no process of the lab has it open`,
	},
	progress: (number: number, of: number, step: string) => `[${number}/${of}] ${step}`,
	waitingFor: (what: string) => `waiting for ${what}`,
	lacks: {
		between: ', ',
		server: 'the API server',
		nodes: (count: number) => (count === 1 ? '1 node' : `${count} nodes`),
		dns: 'CoreDNS',
		account: 'the ServiceAccount "default"',
	},
	gatheringLogs: (name: string) => `Gathering what the nodes of ${name} have logged.`,
	logsKept: (message: string, folder: string) => `${message} (what the nodes logged: ${folder})`,
	left: (seconds: number) => (seconds < 90 ? `about ${seconds} s left` : `about ${Math.round(seconds / 60)} min left`),
	waiting: (command: string, pid: number) =>
		`Waiting for "${command}" (process ${pid}), which is at work with the kind cluster.`,
	silent: (pid: number, why: string) =>
		`process ${pid} holds the kind cluster, but it does not answer (${why}). Stop it with: endpoint-lab down --cluster kind`,
	runtimeFailed: (why: string) =>
		`the container runtime does not do what it was asked: ${why}. See: endpoint-lab doctor`,
	starting: (name: string) => `The kind cluster ${name} is stopped; starting it again.`,
	gone: (name: string) => `The kind cluster ${name} is gone; somebody has removed it. Making a new one.`,
	elsewhere: (name: string, runtime: string) =>
		`The kind cluster ${name} is not here: it was made with another ${runtime} than the one that answers now. Making a new one. Where it is, it is removed with: kind delete cluster --name ${name}`,
	contextGone: (name: string, context: string, said: string, file: string) =>
		`the kind cluster ${name} was made in Docker's context "${context}", which leads nowhere now (${said}). Bring the context back (docker context ls), or let the lab forget the cluster by removing ${file}`,
	forgotten: (name: string) =>
		`A kind cluster of the lab (${name}) may be left that it no longer knows. See: kind get clusters; remove it with: kind delete cluster --name NAME`,
	otherImage: (found: string, wanted: string) =>
		`The nodes are made of ${found}, which is here already; ${wanted} would have to be fetched.`,
	notHere: (name: string, runtime: string, file: string) =>
		`the kind cluster ${name} was made with another ${runtime} than the one that answers now. Start that one, or let the lab forget the cluster by removing ${file}`,
	removing: (name: string) => `Removing what there is of the kind cluster ${name}.`,
	madeOtherwise: (name: string) =>
		`The kind cluster ${name} is there already and was made with other options; they take effect after: endpoint-lab down --cluster kind --delete`,
	nodesAbsent: (names: string) => `nodes are missing: ${names}`,
	notReady: (missing: string) => `the cluster does not become ready; still missing: ${missing}`,
	confirmRebuild: (name: string, why: string) =>
		`The kind cluster ${name} is broken (${why}). Remove it, with everything in it, and make a new one? [y/N] `,
	broken: (name: string, why: string) =>
		`the kind cluster ${name} is broken (${why}). Remove it, with everything in it: endpoint-lab down --cluster kind --delete`,
	notRemoved: (name: string, why: string, command: string) =>
		`the kind cluster ${name} could not be removed (${why}). Try again: endpoint-lab down --cluster kind --delete; or by hand: ${command}`,
	failed: (step: string, why: string, log: string) =>
		`the kind cluster could not be made${step && `, while ${step}`}: ${why} (kind’s own words: ${log})`,
	failures: {
		absent:
			'the container runtime’s program is not on PATH. Install Docker, Podman or nerdctl, or use --cluster embedded.',
		stopped: 'the container runtime’s daemon does not run. Start it, and see "docker context ls" if it does run.',
		'no-permission': 'this user may not use Docker. On Linux: sudo usermod -aG docker $USER, then log in again.',
		'wrong-context': 'Docker’s context leads nowhere. See: docker context ls',
		exists: 'a cluster of that name is there already. See: kind get clusters',
		'no-space':
			'the disk of the container runtime is full. See "docker system df" and make room; with Docker Desktop its virtual disk counts.',
		inotify:
			'the system allows too few inotify watches for so many nodes. On Linux: sudo sysctl fs.inotify.max_user_watches=524288 fs.inotify.max_user_instances=512; or use --small.',
		'cgroup-v2':
			'rootless containers need cgroup v2. Use a rootful runtime (podman machine set --rootful), or a host with cgroup v2.',
		delegate:
			'rootless containers need cgroups delegated to this user. Start the lab with: systemd-run --scope --user -p Delegate=yes endpoint-lab',
		'wsl-cgroups':
			'WSL mixes both versions of cgroups. Switch it to cgroup v2: https://github.com/spurin/wsl-cgroupsv2',
		port: 'a port that it wants is in use. Leave hostPort and apiServerPort out of --kind-config, or end the program that uses it.',
		'podman-6': 'Podman 6 needs kind 0.33 or later. Update kind.',
		'kind-too-old': 'this kind is too old for the node image. Update kind, or leave --kind-image out.',
		init: 'Docker puts an init of its own into containers. Remove "init": true from its daemon.json, and restart it.',
		digest:
			'the runtime’s image store lacks a part of an image. Update kind and the runtime, and pull the image again.',
		locked: 'its kubeconfig is locked by another process. Try again.',
		config: 'kind does not take the configuration. Look at the file of --kind-config.',
		network:
			'Docker found no free range of addresses; often a VPN has them all. Set "default-address-pools" in Docker’s daemon.json, or leave the VPN.',
		busy: 'Docker could not remove a container in time. Try again.',
		memory: 'it ran out of memory. Give the container runtime at least 4 GB, or use --small.',
		boot: 'a node did not boot in time. Most often inotify limits are too low (sudo sysctl fs.inotify.max_user_instances=512), or the disk is slow; with rootless Podman set log_driver="k8s-file". Or use --small.',
		'control-plane':
			'the control plane did not start. Give the container runtime at least 2 CPUs and 4 GB, or use --small.',
		join: 'a worker could not join. Give the container runtime more memory, or use --small.',
		'image-offline':
			'the node image cannot be fetched, since its registry is not reached. Look at network and proxy, or name an image that you have with --kind-image.',
		'image-limit':
			'Docker Hub gives this network no more images for now. Run "docker login", wait, or name a mirror’s image with --kind-image.',
		'image-untrusted':
			'the registry’s certificate is not trusted; often a proxy stands between. Give its certificate to the container runtime, or name a mirror’s image with --kind-image.',
		'image-not-found': 'there is no such node image. Look at --kind-image.',
		stuck: (step: string) => `${step} took far too long, and was ended. Look at memory and disk, or use --small.`,
		unknown: (said: string) => `${said || 'kind ended without a word'}.`,
	},
	config: {
		unreadable: (file: string, why: string) => `${file} cannot be read: ${why}`,
		notMap: 'this is no configuration of kind, which begins with fields such as "nodes:".',
		unknownField: (path: string) => `kind knows no field "${path}".`,
		wrongKind: (found: string) => `this is a "${found}"; kind's configuration is "kind.x-k8s.io/v1alpha4 Cluster".`,
		wrongRole: (role: string) => `"${role}" is no role; nodes are "control-plane" or "worker".`,
		oneControlPlane: 'the lab wants exactly one node with the role "control-plane".',
		overruled: (fields: string) => `What lessons rely on stays as it is, whatever --kind-config says: ${fields}`,
	},
};
