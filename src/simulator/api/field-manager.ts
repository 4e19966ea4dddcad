import {badRequest} from '../errors.ts';

/** Who is said to have written fields: the `fieldManager` parameter, or the client's name in its User-Agent. */
export function fieldManagerOf(query: URLSearchParams, userAgent: string | undefined): string {
	const named = query.get('fieldManager');
	if (named) {
		if (named.length > 128) throw badRequest(`fieldManager: Too long: may not be more than 128 bytes`);
		return named;
	}
	return (userAgent ?? '').split('/')[0]!.slice(0, 128) || 'unknown';
}
