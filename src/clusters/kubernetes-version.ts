import {kubeRequest} from './kube-request.ts';

/** What an API server answers at /version, as far as it is of interest. */
export type VersionInfo = {major: string; minor: string};

/** A version as headers show it: `v1.36`. Some vendors write minor versions as `31+`. */
export function shortVersion({major, minor}: VersionInfo): string {
	return `v${major}.${minor.replace(/\D+$/, '')}`;
}

/** The short version of the cluster that a kubeconfig of the lab's leads to. Throws as kubeRequest does. */
export async function kubernetesVersion(kubeconfig: string, signal: AbortSignal): Promise<string> {
	const {body} = await kubeRequest(kubeconfig, '/version', signal);
	return shortVersion(JSON.parse(body) as VersionInfo);
}
