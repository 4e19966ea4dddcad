/** One line of `details.causes` of a Status (metav1.StatusCause). */
export type Cause = {reason: string; message: string; field?: string};

/** The API's answer to a failed request (metav1.Status). */
export type Status = {
	kind: 'Status';
	apiVersion: 'v1';
	metadata: Record<string, unknown>;
	status: 'Failure' | 'Success';
	message?: string;
	reason?: string;
	details?: {name?: string; group?: string; kind?: string; uid?: string; causes?: Cause[]; retryAfterSeconds?: number};
	code?: number;
};

/** A failure that the API server answers with, as in apimachinery/pkg/api/errors. */
export class StatusError extends Error {
	readonly code: number;
	readonly reason: string;
	readonly details: Status['details'];

	constructor(code: number, reason: string, message: string, details?: Status['details']) {
		super(message);
		this.name = 'StatusError';
		this.code = code;
		this.reason = reason;
		this.details = details;
	}

	toStatus(): Status {
		const {message, reason, details, code} = this;
		return {
			kind: 'Status',
			apiVersion: 'v1',
			metadata: {},
			status: 'Failure',
			message,
			...(reason && {reason}),
			...(details && {details}),
			code,
		};
	}
}

type Named = {group: string; plural: string; kind: string};
const qualified = ({group, plural}: Named) => (group ? `${plural}.${group}` : plural);
const groupDetail = ({group}: Named) => (group ? {group} : {});

/** 404: `endpoints "nope" not found`. */
export const notFound = (resource: Named, name: string) =>
	new StatusError(404, 'NotFound', `${qualified(resource)} "${name}" not found`, {
		name,
		...groupDetail(resource),
		kind: resource.plural,
	});

/** 409: `services "web" already exists`. */
export const alreadyExists = (resource: Named, name: string) =>
	new StatusError(409, 'AlreadyExists', `${qualified(resource)} "${name}" already exists`, {
		name,
		...groupDetail(resource),
		kind: resource.plural,
	});

/** 409 after a lost race; `why` defaults to the text for a stale resourceVersion. */
export const conflict = (
	resource: Named,
	name: string,
	why = 'the object has been modified; please apply your changes to the latest version and try again',
) =>
	new StatusError(409, 'Conflict', `Operation cannot be fulfilled on ${qualified(resource)} "${name}": ${why}`, {
		name,
		...groupDetail(resource),
		kind: resource.plural,
	});

/** 422 with the causes of field validation; the message joins them as field.ErrorList does. */
export function invalid(resource: Named, name: string, causes: Cause[]): StatusError {
	const kind = resource.group ? `${resource.kind}.${resource.group}` : resource.kind;
	const texts = [...new Set(causes.map(({field, message}) => `${field}: ${message}`))];
	const all = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`;
	return new StatusError(422, 'Invalid', `${kind} "${name}" is invalid: ${all}`, {
		name,
		...groupDetail(resource),
		kind: resource.kind,
		causes,
	});
}

/** 400 with the text as it stands. */
export const badRequest = (message: string) => new StatusError(400, 'BadRequest', message);
