import {badRequest, type Cause, invalid} from '../errors.ts';

/** A query parameter as Go's API reads a bool: absent, `0` and `false` are false, an empty value is true. */
export function booleanParameter(query: URLSearchParams, name: string): boolean {
	const value = query.get(name);
	if (value === null) return false;
	return value !== '0' && value.toLowerCase() !== 'false';
}

/** A query parameter that must be a whole number if it is there. Throws StatusError. */
export function integerParameter(query: URLSearchParams, name: string): number | undefined {
	const value = query.get(name);
	if (value === null || value === '') return undefined;
	if (!/^[+-]?\d{1,15}$/.test(value))
		throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(value)}: invalid syntax`);
	return Number(value);
}

/** Whether `dryRun=All` is asked for. Throws StatusError for other values. */
export function isDryRun(query: URLSearchParams, resource: {kind: string}): boolean {
	const values = query.getAll('dryRun').filter(Boolean);
	const wrong = values.find(value => value !== 'All');
	if (wrong !== undefined) {
		throw invalidOptions(
			`${resource.kind}`,
			'dryRun',
			'FieldValueNotSupported',
			`Unsupported value: ${JSON.stringify(values.length === 1 ? wrong : values)}: supported values: "All"`,
		);
	}
	return values.length > 0;
}

const invalidOptions = (kind: string, field: string, reason: string, message: string) =>
	invalid({group: 'meta.k8s.io', plural: kind, kind}, '', [{reason, message, field}]);

/** What a list or watch asks for besides its selectors; see metav1.ListOptions. */
export type ListOptions = {
	watch: boolean;
	resourceVersion: string;
	resourceVersionMatch: '' | 'Exact' | 'NotOlderThan';
	limit: number;
	continue: string;
	timeoutSeconds: number | undefined;
	allowWatchBookmarks: boolean;
	sendInitialEvents: boolean;
};

/** Reads and validates list options as metainternalversion/validation does. Throws StatusError. */
export function listOptions(query: URLSearchParams): ListOptions {
	const match = query.get('resourceVersionMatch') ?? '';
	const watch = booleanParameter(query, 'watch');
	const resourceVersion = query.get('resourceVersion') ?? '';
	const token = query.get('continue') ?? '';
	const initial = query.has('sendInitialEvents');
	const causes: Cause[] = [];
	const forbid = (field: string, why: string) =>
		causes.push({reason: 'FieldValueForbidden', message: `Forbidden: ${why}`, field});
	if (match !== '') {
		if (watch && !initial)
			forbid(
				'resourceVersionMatch',
				'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
			);
		if (!watch && resourceVersion === '')
			forbid('resourceVersionMatch', 'resourceVersionMatch is forbidden unless resourceVersion is provided');
		if (token) forbid('resourceVersionMatch', 'resourceVersionMatch is forbidden when continue is provided');
		if (match !== 'Exact' && match !== 'NotOlderThan') {
			causes.push({
				reason: 'FieldValueNotSupported',
				message: `Unsupported value: ${JSON.stringify(match)}: supported values: "Exact", "NotOlderThan", ""`,
				field: 'resourceVersionMatch',
			});
		} else if (match === 'Exact' && resourceVersion === '0') {
			forbid('resourceVersionMatch', 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"');
		}
	}
	if (initial) {
		if (!watch) forbid('sendInitialEvents', 'sendInitialEvents is forbidden for list');
		else if (match !== 'NotOlderThan')
			forbid('resourceVersionMatch', 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan');
	}
	if (causes.length > 0) throw invalid({group: 'meta.k8s.io', plural: 'listoptions', kind: 'ListOptions'}, '', causes);
	if (resourceVersion && !/^\d{1,15}$/.test(resourceVersion)) {
		throw badRequest(
			`resourceVersion: Invalid value: ${JSON.stringify(resourceVersion)}: strconv.ParseUint: parsing ${JSON.stringify(resourceVersion)}: invalid syntax`,
		);
	}
	return {
		watch,
		resourceVersion,
		resourceVersionMatch: match as ListOptions['resourceVersionMatch'],
		limit: integerParameter(query, 'limit') ?? 0,
		continue: token,
		timeoutSeconds: integerParameter(query, 'timeoutSeconds'),
		allowWatchBookmarks: booleanParameter(query, 'allowWatchBookmarks'),
		sendInitialEvents: initial && booleanParameter(query, 'sendInitialEvents'),
	};
}
