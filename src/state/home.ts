import {mkdirSync} from 'node:fs';
import {join, resolve} from 'node:path';
import envPaths from 'env-paths';

/** The folders and files in which the lab keeps its state, all under one home. */
export type Home = {
	folder: string;
	/** The embedded cluster's state, certificate and kubeconfig. */
	embedded: string;
	/** Who runs the embedded cluster, and where it answers. */
	clusterLock: string;
	/** What `up --detach` wrote since it was started. */
	clusterLog: string;
	/** The kind cluster's record and kubeconfig. */
	kind: string;
	/** Who sits in the lab. */
	labLock: string;
	settings: string;
	/** Which lessons from elsewhere may run their commands. */
	trusted: string;
	/** The prompt's history. */
	history: string;
	/** One journal a lesson. */
	progress: string;
	/** One working folder a lesson, with its manifests. */
	work: string;
	/** kubectl's cache, kept out of `~/.kube`. */
	kubectlCache: string;
	/** The curlrc of the lab's prompt. */
	curl: string;
	/** Programs that the lab adds to PATH. */
	bin: string;
};

/** The home that an environment asks for, with its folder made if it is missing, readable by its owner alone, since a kubeconfig lies in it. */
export function openHome(environment: Record<string, string | undefined>): Home {
	const home = homeOf(environment);
	mkdirSync(home.folder, {recursive: true, mode: 0o700});
	return home;
}

/** Where the home of an environment lies, whether it exists or not: ENDPOINT_LAB_HOME, else the platform's folder for a program's data. */
export function homeOf(environment: Record<string, string | undefined>): Home {
	const named = environment.ENDPOINT_LAB_HOME;
	const folder = named ? resolve(named) : envPaths('endpoint-lab', {suffix: ''}).data;
	return {
		folder,
		embedded: join(folder, 'embedded'),
		clusterLock: join(folder, 'cluster.json'),
		clusterLog: join(folder, 'cluster.log'),
		kind: join(folder, 'kind'),
		labLock: join(folder, 'lab.json'),
		settings: join(folder, 'settings.json'),
		trusted: join(folder, 'trusted-lessons.json'),
		history: join(folder, 'history.json'),
		progress: join(folder, 'progress'),
		work: join(folder, 'work'),
		kubectlCache: join(folder, 'kubectl-cache'),
		curl: join(folder, 'curl'),
		bin: join(folder, 'bin'),
	};
}
