import {StatusError} from '../errors.ts';
import real from './real-resources.json' with {type: 'json'};
import type {RequestInfo} from './request-info.ts';

const realResources = real as Record<string, Record<string, string[]>>;

/**
 * 404 for a path that nothing serves. What a real v1.36 cluster would have is named, so that nobody takes its absence
 * for a fault of their own; anything else gets the real server's plain text.
 */
export function notServed(info?: RequestInfo): StatusError {
	const plain = 'the server could not find the requested resource';
	const subresources = info && realResources[`${info.group}/${info.version}`]?.[info.resource];
	if (!info || !subresources || (info.subresource && !subresources.includes(info.subresource)))
		return new StatusError(404, 'NotFound', plain, {});
	const {group, resource, subresource} = info;
	const name = `${resource}${subresource ? `/${subresource}` : ''}${group ? ` of ${group}` : ''}`;
	return new StatusError(404, 'NotFound', `${plain}: the embedded cluster does not have ${name}`, {});
}
