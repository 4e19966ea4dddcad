import type {IncomingMessage, ServerResponse} from 'node:http';
import {StatusError} from '../errors.ts';
import {decodeObject, type JsonObject, readBody} from './body.ts';
import {reviews} from './discovery.ts';
import type {RequestInfo} from './request-info.ts';
import {sendJson} from './respond.ts';

const reviewOf = ({group, version, resource, name}: RequestInfo) =>
	name === undefined
		? reviews.find(review => review.group === group && review.version === version && review.plural === resource)
		: undefined;

const everything = {verbs: ['*'], apiGroups: ['*'], resources: ['*']};
const answers = {
	SelfSubjectAccessReview: {
		allowed: true,
		reason: 'the embedded cluster does not simulate RBAC: its only user may do everything',
	},
	SelfSubjectRulesReview: {
		resourceRules: [everything],
		nonResourceRules: [{verbs: ['*'], nonResourceURLs: ['*']}],
		incomplete: false,
	},
	SelfSubjectReview: {userInfo: {username: 'endpoint-lab', groups: ['system:masters', 'system:authenticated']}},
};

/** Whether a path asks what its user may do. */
export const isReview = (info: RequestInfo): boolean => reviewOf(info) !== undefined;

/** Answers who the user is, and that everything is allowed: this cluster has one user and simulates no RBAC. */
export async function answerReview(
	info: RequestInfo,
	request: IncomingMessage,
	response: ServerResponse,
): Promise<void> {
	const review = reviewOf(info)!;
	if (request.method !== 'POST') {
		throw new StatusError(
			405,
			'MethodNotAllowed',
			'the server does not allow this method on the requested resource',
			{},
		);
	}
	const body: JsonObject = await decodeObject(await readBody(request), request.headers['content-type'], review.kind);
	const status = answers[review.kind];
	const answer = {
		kind: review.kind,
		apiVersion: `${review.group}/${review.version}`,
		metadata: {},
		...(review.kind !== 'SelfSubjectReview' && {spec: body.spec ?? {}}),
		status,
	};
	sendJson(response, 201, JSON.stringify(answer));
}
