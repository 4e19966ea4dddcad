import type {KubeApi} from '../kube-api.ts';

/** Something that a user may or may not do; without a namespace it is about the whole cluster. */
export type Right = {verb: string; group: string; resource: string; subresource?: string; clusterWide?: true};

/** How a right is written for a human: `create endpointslices.discovery.k8s.io`. */
export const rightName = ({verb, group, resource, subresource}: Right): string =>
	`${verb} ${resource}${group && `.${group}`}${subresource ? `/${subresource}` : ''}`;

/** Tells which rights the user lacks; each is asked once. */
export type RightsCheck = (rights: readonly Right[]) => Promise<Right[]>;

/**
 * Asks the API server with SelfSubjectAccessReviews, as `kubectl auth can-i` does. The function throws KubeApiError, or what the
 * network threw.
 */
export function createRightsCheck(api: KubeApi, namespace: string, signal: AbortSignal): RightsCheck {
	const known = new Map<string, Promise<boolean>>();
	const may = (right: Right) => {
		const name = `${right.clusterWide ?? false} ${rightName(right)}`;
		const answer = known.get(name) ?? mayDo(api, right, namespace, signal);
		known.set(name, answer);
		answer.catch(() => known.delete(name));
		return answer;
	};
	return async rights => {
		const answers = await Promise.all(rights.map(may));
		return rights.filter((_, index) => !answers[index]);
	};
}

/** Whether the user may do one thing. */
export async function mayDo(api: KubeApi, right: Right, namespace: string, signal: AbortSignal): Promise<boolean> {
	const {verb, group, resource, subresource, clusterWide} = right;
	const body = {
		apiVersion: 'authorization.k8s.io/v1',
		kind: 'SelfSubjectAccessReview',
		spec: {
			resourceAttributes: {
				verb,
				group,
				resource,
				...(subresource && {subresource}),
				...(!clusterWide && {namespace}),
			},
		},
	};
	const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
	const {status} = await api.ask<{status: {allowed: boolean}}>('POST', path, {body, signal});
	return status.allowed;
}
