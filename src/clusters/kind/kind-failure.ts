import {lastLine, type RuntimeProblemCode, runtimeProblemIn} from '../container-runtime.ts';
import {imageProblemIn} from '../images-problem.ts';

/** Why `kind create` failed, as far as its words tell. */
export type KindFailureCode =
	| Exclude<RuntimeProblemCode, 'silent' | 'failed'>
	| (typeof signs)[number][0]
	| 'image-offline'
	| 'image-limit'
	| 'image-untrusted'
	| 'image-not-found'
	| 'unknown';

/** kind's words for each failure, the most telling first: what stands further down is often only its consequence. */
const signs = [
	['exists', /node\(s\) already exist for a cluster with the name/],
	['no-space', /no space left on device/i],
	['inotify', /too many open files|failed to create inotify/i],
	['cgroup-v2', /requires cgroup v2/],
	['delegate', /requires setting systemd property "Delegate=yes"/],
	['wsl-cgroups', /error adding pid \S+ to cgroups/],
	['port', /port is already allocated|address already in use/i],
	['podman-6', /cannot index slice\/array with type string/],
	['kind-too-old', /failed to detect containerd snapshotter|unknown containerd config version/],
	['init', /couldn't find an alternative telinit/i],
	['digest', /content digest sha256:[0-9a-f]+: not found/],
	['locked', /failed to lock config file/],
	[
		'config',
		/unable to decode config|invalid kubeProxyMode|is not a valid cluster name|error reading file|unknown flag:/,
	],
	[
		'network',
		/failed to ensure docker network|could not find an available, non-overlapping|pool overlaps with other one/i,
	],
	['busy', /did not receive an exit event|removal of container \S+ is already in progress/],
	['memory', /exit status 137/],
	['boot', /could not find a log line that matches/],
	['control-plane', /failed to init node with kubeadm/],
	['join', /failed to join node/],
] as const satisfies readonly (readonly [string, RegExp])[];

/**
 * Recognises a failure in everything that kind wrote; `detail` is the last line that says something. The whole text counts,
 * because the output of the program that failed may be kilobytes and stands after kind's own words.
 */
export function kindFailureIn(log: string): {code: KindFailureCode; detail: string} {
	const detail = lastLine(log);
	// Of the runtime itself: a program that a node lacks is missed in nearly the same words.
	if (/exec: "(docker|podman|nerdctl)": executable file not found/.test(log)) return {code: 'absent', detail};
	const runtime = runtimeProblemIn(log);
	if (runtime && runtime !== 'silent' && runtime !== 'failed') return {code: runtime, detail};
	const found = signs.find(([, sign]) => sign.test(log))?.[0];
	if (found) return {code: found, detail};
	if (/failed to pull image/.test(log)) {
		const problem = imageProblemIn(log);
		if (problem === 'too-many-requests') return {code: 'image-limit', detail};
		if (problem === 'untrusted') return {code: 'image-untrusted', detail};
		return {code: problem === 'not-found' ? 'image-not-found' : 'image-offline', detail};
	}
	return {code: 'unknown', detail};
}
