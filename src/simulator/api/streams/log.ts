import {badRequest, type Cause, invalid} from '../../errors.ts';
import type {LogOptions} from '../../node/node-api.ts';
import type {Call} from '../context.ts';
import {booleanParameter, integerParameter} from '../options.ts';
import {sendError} from '../respond.ts';
import {containerOf, nodesOf, podOf} from './pod-target.ts';

/** GET of a Pod's `log`: the text so far, and more while it is followed. Throws StatusError. */
export async function serveLog(call: Call): Promise<void> {
	const {info, query, response} = call;
	const pod = podOf(call);
	const options = logOptions(query);
	const container = containerOf(pod, query);
	// Before the Pod has a node there is nothing to ask, and the real server answers with nothing.
	if (!pod.spec.nodeName) {
		response.writeHead(200, {'Content-Type': 'text/plain'});
		response.end();
		return;
	}
	const nodes = nodesOf(call);
	const gone = new AbortController();
	response.on('close', () => gone.abort());
	const begin = () => {
		if (response.headersSent) return;
		response.writeHead(200, {'Content-Type': 'text/plain'});
		response.flushHeaders();
	};
	try {
		const text = (chunk: string) => {
			begin();
			response.write(chunk);
		};
		await nodes.logs(info.namespace!, info.name!, {...options, container}, text, gone.signal);
		begin();
		response.end();
	} catch (error) {
		if (!gone.signal.aborted) sendError(response, error);
	}
}

function logOptions(query: URLSearchParams): LogOptions {
	const tailLines = integerParameter(query, 'tailLines');
	const limitBytes = integerParameter(query, 'limitBytes');
	const sinceSeconds = integerParameter(query, 'sinceSeconds');
	const sinceTime = query.get('sinceTime') || undefined;
	if (sinceTime !== undefined && Number.isNaN(Date.parse(sinceTime)))
		throw badRequest(`parsing time ${JSON.stringify(sinceTime)} as "2006-01-02T15:04:05Z07:00": cannot parse`);
	const causes: Cause[] = [];
	const atLeast = (field: string, value: number | undefined, least: number, text: string) => {
		if (value !== undefined && value < least)
			causes.push({reason: 'FieldValueInvalid', message: `Invalid value: ${value}: ${text}`, field});
	};
	atLeast('tailLines', tailLines, 0, 'must be greater than or equal to 0');
	atLeast('limitBytes', limitBytes, 1, 'must be greater than 0');
	atLeast('sinceSeconds', sinceSeconds, 1, 'must be greater than 0');
	if (sinceSeconds !== undefined && sinceTime !== undefined)
		causes.push({
			reason: 'FieldValueForbidden',
			message: 'Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified',
			field: '',
		});
	if (causes.length > 0) throw invalid({group: '', plural: 'podlogoptions', kind: 'PodLogOptions'}, '', causes);
	return {
		follow: booleanParameter(query, 'follow'),
		previous: booleanParameter(query, 'previous'),
		timestamps: booleanParameter(query, 'timestamps'),
		...(tailLines !== undefined && {tailLines}),
		...(limitBytes !== undefined && {limitBytes}),
		...(sinceSeconds !== undefined && {sinceSeconds}),
		...(sinceTime !== undefined && {sinceTime}),
	};
}
