/** The English sentences of `endpoint-lab doctor`. What was seen is a sentence; a fix is one that says what to do. */
export const enDoctor = {
	title: 'What this machine offers the lab:',
	signs: {ok: 'ok', warn: 'warn', fail: 'FAIL', skipped: 'skip'},
	summaryTitle: 'Where lessons can run here:',
	places: {embedded: 'embedded', kind: 'kind', context: 'context:NAME'},
	runs: 'yes',
	runsNot: (codes: string) => `no (${codes})`,
	auto: (place: string) => `Without --cluster the lab takes ${place}. Start it with: endpoint-lab`,
	chosen: (cluster: string) =>
		`Without --cluster the lab takes ${cluster}, as was chosen before. Start it with: endpoint-lab`,
	choiceBlocked: (cluster: string, other: string) =>
		`Without --cluster the lab takes ${cluster}, where no lesson can run. Choose the other: endpoint-lab --cluster ${other}`,
	nowhere: 'No lesson can run here yet. Mend what is marked FAIL, and look again: endpoint-lab doctor',
	reportHint: 'To ask somebody for help, paste what this prints: endpoint-lab doctor --report',
	reportTitle: (version: string, time: string) => `endpoint-lab ${version} doctor, ${time}`,

	wrongTimeout: (value: string) => `"${value}" is no time; use a number of seconds, as in --timeout 20.`,

	home: (folder: string, free: string) => `The lab keeps its state in ${folder}${free ? ` (${free} free)` : ''}.`,
	homeAbsent: (folder: string) => `The lab will keep its state in ${folder}, which it makes at its first start.`,
	homeUnwritable: (folder: string, reason: string) => `The folder ${folder} cannot be written to (${reason}).`,
	homeUnwritableFix: 'Let the lab keep its state somewhere else:',
	homeFull: (folder: string, free: string) => `There is next to no room for ${folder} (${free} free).`,
	homeFullFix: 'Make room on that disk, or let the lab keep its state somewhere else:',
	homeOpen: (folder: string) =>
		`Other users of this machine can read ${folder}, where credentials of the clusters lie.`,
	homeOpenFix: 'Keep it to yourself:',
	homeDamaged: (file: string, reason: string) => `${file} cannot be read (${reason}).`,
	homeDamagedFix: 'Nothing has to be done: the lab keeps it under another name and goes on without it.',
	locks: 'No lab and no embedded cluster is running.',
	locksStale: (files: string) =>
		`No lab is running; one that was killed left ${files}, which the next start takes over by itself.`,
	clusterRuns: (command: string, pid: number) => `The embedded cluster is running (${command}, process ${pid}).`,
	kindRuns: (command: string, pid: number) => `The kind cluster is open (${command}, process ${pid}).`,
	kindUnfinished: 'The kind cluster was not made or removed to the end; the next start clears it away.',
	labRuns: (command: string, pid: number) => `A lab is open: ${command} (process ${pid}).`,
	labRunsFix: 'Leave it before you open another, or give the other one a folder of its own:',

	node: (version: string) => `Node ${version}.`,
	nodeOld: (version: string) => `Node ${version} is too old; the lab needs 22.18 or newer.`,
	nodeOldFix: 'Start the lab with a newer one:',
	lessonsUnreadable: (problem: string) => `The lessons of this installation cannot be read: ${problem}.`,
	lessonsUnreadableFix: 'Install the package again:',
	loopback: 'Programs can listen on 127.0.0.1.',
	loopbackRefused: (reason: string) => `Nothing can listen on 127.0.0.1 (${reason}), and every cluster needs that.`,
	loopbackRefusedFix: 'Look for a sandbox, container or security program that forbids it, and allow it there.',
	shell: (path: string) => `Lessons run their commands with ${path}.`,
	shellAbsent: 'There is no POSIX shell (bash or sh) on PATH, with which lessons run their commands.',
	shellAbsentFix: 'Install one; on Windows it comes with WSL or with Git for Windows:',
	curlAbsent: 'There is no curl on PATH, which most lessons use.',
	curlAbsentFix: 'Install it:',
	kubectl: (version: string, path: string) => `kubectl ${version} (${path}).`,
	kubectlBuiltIn: "No kubectl is installed; the lab's own is used.",
	kubectlSkew: (version: string, kubernetes: string) =>
		`kubectl ${version} is more than one minor version away from Kubernetes ${kubernetes}; what it prints may differ from the lessons.`,
	kubectlSkewFix: 'Take it off PATH, and the lab uses its own; or install one that fits:',
	kubectlBroken: (path: string) => `${path} does not say its version.`,
	kubectlBrokenFix: 'Run this and see what it says; taken off PATH, the lab uses its own:',
	terminal: (columns: number, rows: number, colours: string, ci: boolean) =>
		`A terminal of ${columns}×${rows}, ${colours}, UTF-8.${ci ? ' The variable CI is set; the lab opens all the same.' : ''}`,
	colours: (bits: number) => (bits <= 1 ? 'no colours' : bits >= 24 ? 'all colours' : `${2 ** bits} colours`),
	terminalAbsent: 'This is no terminal, so the full-screen lab cannot open here.',
	terminalAbsentFix: 'Open it in a terminal, or play a lesson without a screen:',
	terminalSmall: (columns: number, rows: number) => `The terminal is ${columns}×${rows}; the lab needs 80×24.`,
	terminalSmallFix: 'Make the window larger, or its letters smaller.',
	terminalDumb: 'TERM is "dumb", so the lab cannot draw its screen as it should.',
	terminalDumbFix: 'Use another terminal, or say what yours can do:',
	terminalNotUtf8: 'The locale is not UTF-8: frames are drawn with plain letters, and Chinese may come out wrong.',
	terminalNotUtf8Fix: 'Choose a UTF-8 locale:',

	system: (name: string, architecture: string, cpus: number, memory: string) =>
		`${name}, ${architecture}, ${cpus} ${cpus === 1 ? 'CPU' : 'CPUs'}, ${memory} of memory.`,
	architectureUnsupported: (architecture: string) => `There are no kind node images for ${architecture}.`,
	architectureUnsupportedFix: 'Use the embedded cluster, which runs on any machine:',
	wsl1: (name: string) => `${name} runs in WSL 1, which has no Linux kernel for containers.`,
	wsl1Fix: 'Change it to WSL 2 from PowerShell:',
	wslRecent:
		'WSL\'s kernel lacks netfilter\'s "recent": on kind, a Service with sessionAffinity ClientIP breaks itself and every Service made after it.',
	wslRecentFix: 'Update WSL from PowerShell, or do the lesson about session affinity on the embedded cluster:',
	proxies: 'No proxy variables are set.',
	proxiesSet: (names: string) =>
		`${names}: kind writes the proxy into its nodes when it makes them, so a cluster made here may fail in another network.`,
	proxiesSetFix: 'When you change the network, make the cluster anew; or make it without the variables:',
	proxyLocal: (names: string) =>
		`${names} names a proxy on this machine's loopback, which the nodes of a kind cluster cannot reach.`,
	proxyLocalFix: 'Make the cluster without the variables, or name an address that containers reach:',
	proxyMalformed: (names: string) => `${names} is no URL, so programs may ignore it or fail.`,
	proxyMalformedFix: 'Write it as http://HOST:PORT, or remove it:',

	runtime: (name: string, version: string, system: string, context: string) =>
		`${name} ${version} answers${system ? `, on ${system}` : ''}${context ? ` (context ${context})` : ''}.`,
	runtimeAbsent:
		'There is no container runtime (Docker, Podman or nerdctl). kind needs one; the embedded cluster does not.',
	runtimeAbsentFix: 'For kind, install one:',
	runtimeStopped: (name: string) => `${name} is installed, but its daemon does not answer.`,
	runtimeStoppedFix: 'Start it:',
	runtimeNoPermission: (name: string) => `${name} runs, but this user may not use it.`,
	runtimeNoPermissionFix: 'Join its group, then log out and in again:',
	runtimeRootlessFix: 'Set up a containerd that runs without root, as this user:',
	runtimeWrongContext: (context: string) =>
		`Docker's current context leads nowhere, but the context ${context} answers.`,
	runtimeWrongContextFix: 'Change to it:',
	runtimeDockerHost: (context: string) =>
		`DOCKER_HOST leads nowhere${context ? `, but the context ${context} answers` : ''}.`,
	runtimeDockerHostFix: 'Remove the variable, or correct it:',
	runtimeContextMissing: "Docker's current context does not exist.",
	runtimeContextMissingFix: 'See which there are, and choose one:',
	runtimeSilent: (name: string) => `${name} does not answer in time; it may be starting, or hang.`,
	runtimeSilentFix: 'Look again with more patience; if it stays so, start it anew:',
	runtimeFailed: (name: string, detail: string) => `${name} fails${detail ? `: ${detail}` : ''}.`,
	runtimeFailedFix: 'Run this and see what it says:',
	runtimeWslIntegration: 'Docker Desktop is installed, but this WSL distribution may not use it.',
	runtimeWslIntegrationFix:
		'Turn it on in Docker Desktop: Settings, Resources, WSL integration; then open a new shell.',
	runtimeWindows: (name: string) => `${name} runs Windows containers; kind needs Linux containers.`,
	runtimeWindowsFix: 'Switch it in the menu of Docker Desktop ("Switch to Linux containers"), or with:',
	runtimeOld: (name: string, version: string) => `${name} ${version} is older than what kind is made for (20.10).`,
	runtimeOldFix: 'Update it.',
	runtimeInit:
		'Docker\'s daemon.json has "init": true, which puts an init of its own into each container; the nodes of kind do not boot with it.',
	runtimeInitFix: 'Remove that line from /etc/docker/daemon.json, and restart Docker:',
	imageStoreOld: (version: string) =>
		`Docker ${version} keeps images in containerd's store and cannot save one platform alone, so images of lessons may not get into the nodes.`,
	imageStoreOldFix: 'Update Docker to 28 or newer, or let the nodes pull the images themselves.',
	storageDriver: (name: string, driver: string) =>
		`${name} keeps its containers on ${driver}, where the kubelet of a kind node may not find its disk ("stat failed on /dev/…").`,
	storageDriverFix:
		'If the control plane does not start, mount /dev/mapper into the nodes: a file for --kind-config with "extraMounts" (hostPath and containerPath /dev/mapper) on each node.',
	runtimeSnap: 'Docker is a snap, which does not see the folder for temporary files that kind uses.',
	runtimeSnapFix: 'Let temporary files lie under your home:',
	kind: (version: string, image: string) => `kind ${version}; the lab makes nodes of ${image} with it.`,
	kindAbsent: 'kind is not installed; lessons run on the embedded cluster without it.',
	kindAbsentFix: 'To have real clusters, install it:',
	kindOld: (version: string, oldest: string) => `kind ${version} is too old; the lab needs ${oldest} or newer.`,
	kindOldFix: 'Update it:',
	kindPodman: (kind: string, podman: string) => `kind ${kind} does not understand Podman ${podman}; 0.33 and newer do.`,
	kindBroken: (path: string) => `${path} does not say its version.`,
	kindBrokenFix: 'Run this and see what it says:',
	memory: (memory: string, cpus: number) =>
		`The container runtime has ${memory} of memory and ${cpus} ${cpus === 1 ? 'CPU' : 'CPUs'}.`,
	memoryLow: (memory: string) => `The container runtime has ${memory} of memory; three nodes want 4 GB.`,
	memoryLowFix: 'Give it more, or make one node only (--small):',
	memoryTooLow: (memory: string) => `The container runtime has ${memory} of memory, too little for a cluster.`,
	cpusFew: 'The container runtime has one CPU; a cluster starts very slowly with that.',
	cpusFewFix: 'Give it two or more:',
	disk: (free: string) => `${free} are free where container images are kept.`,
	diskLow: (free: string) =>
		`${free} are free where container images are kept; 5 GB leave room for a cluster and its lessons.`,
	diskLowFix: 'See what lies there, and remove what you do not need:',
	diskFull: (free: string) => `Only ${free} are free where container images are kept.`,
	diskElsewhere: 'The container runtime keeps its images in a virtual machine, whose disk is not seen from here.',
	inotify: (watches: number, instances: number) =>
		`inotify allows ${watches.toLocaleString('en')} watches and ${instances.toLocaleString('en')} instances a user.`,
	inotifyLow: (watches: number, instances: number, clusters: number) =>
		`inotify allows ${watches.toLocaleString('en')} watches and ${instances.toLocaleString('en')} instances a user${clusters > 0 ? `, which ${clusters === 1 ? 'another kind cluster shares' : `${clusters} other kind clusters share`}` : ''}; nodes may fail with "too many open files".`,
	inotifyLowFix: 'Raise the limits (until the next start of the machine):',
	inotifyElsewhere: 'The limits of inotify are those of a virtual machine, which are not seen from here.',
	cgroups: 'The container runtime uses cgroup v2.',
	cgroupsV1:
		'The container runtime uses cgroup v1, which Kubernetes gives up; the lab tells the kubelet to go on with it.',
	cgroupsV1Fix: 'Nothing has to be done for now; newer systems use v2.',
	cgroupsWsl: 'WSL mixes cgroup v1 with v2, and containers may fail with "error adding pid … to cgroups".',
	cgroupsWslFix:
		'Switch it to v2 alone: in .wslconfig, under [wsl2], kernelCommandLine = cgroup_no_v1=all (see https://github.com/spurin/wsl-cgroupsv2), then start WSL anew:',
	cgroupsRootlessV1: (name: string) => `${name} runs without root on cgroup v1, and kind needs v2 for that.`,
	cgroupsRootlessV1Fix: 'Use a system with cgroup v2, or let the container runtime run as root:',
	cgroupsDelegate: (name: string) =>
		`${name} runs without root and may not limit memory, processes and CPU of its containers; kind needs "Delegate=yes".`,
	cgroupsDelegateFix: 'Have systemd hand the limits over when the cluster is made:',
	nodeImage: (image: string) => `The node image ${image} is here.`,
	nodeImageAbsent: (image: string) => `The node image ${image} is not here; the first start downloads about 500 MB.`,
	lessonImages: (count: number) => `All ${count} images of the lessons are here.`,
	lessonImagesAbsent: (missing: string, count: number) =>
		`Of the ${count} images of the lessons these are not here and will be downloaded: ${missing}.`,
	imagesAbsentFix: 'Where the network is weak, bring them on a stick:',
	kindClusters: (count: number) =>
		count === 0
			? 'No other kind cluster is kept.'
			: `${count === 1 ? '1 other kind cluster is' : `${count} other kind clusters are`} kept; the lab leaves them alone.`,
	noRuntime: (what: string) => `Not looked at, for lack of a container runtime: ${what}.`,
	noRuntimeParts: 'memory, disk, inotify, cgroups, images',
	contexts: (count: number) =>
		`Your kubeconfig has ${count} ${count === 1 ? 'context' : 'contexts'}; a lesson runs in one only if you name it (--cluster context:NAME).`,
	contextsNone: 'Your kubeconfig has no context, so there is no cluster of yours to run lessons in.',
	contextsUnreadable: 'Your kubeconfig cannot be read.',
	contextsUnreadableFix: 'See what is wrong with it:',
};
