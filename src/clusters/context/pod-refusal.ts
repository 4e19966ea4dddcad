import {type KubeApi, KubeApiError} from '../kube-api.ts';

/**
 * Why Pods as lessons make them would be refused in a namespace: by Pod Security, a quota, a limit range or a webhook. The API
 * server is asked without making one; undefined when it would take one, or does not tell. What RBAC forbids is no matter of
 * this.
 */
export async function podRefusal(
	api: KubeApi,
	namespace: string,
	image: string,
	signal: AbortSignal,
): Promise<string | undefined> {
	const body = {
		apiVersion: 'v1',
		kind: 'Pod',
		metadata: {generateName: 'endpoint-lab-'},
		spec: {containers: [{name: 'nginx', image}]},
	};
	try {
		await api.ask('POST', `/api/v1/namespaces/${namespace}/pods?dryRun=All`, {body, signal});
		return undefined;
	} catch (error) {
		signal.throwIfAborted();
		if (!(error instanceof KubeApiError) || error.status >= 500) return undefined;
		const {message} = error;
		const says = /is forbidden: (violates|exceeded|failed|m(in|ax)imum|\[)|denied the request|is invalid: spec/.test(
			message,
		);
		return says ? message : undefined;
	}
}
