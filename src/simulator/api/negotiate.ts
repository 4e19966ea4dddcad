import type {IncomingMessage} from 'node:http';
import {StatusError} from '../errors.ts';

/** A form in which an answer can be written. */
export type OutputForm = {
	syntax: 'json' | 'yaml';
	/** `Table` and `PartialObjectMetadata(List)` of meta.k8s.io, or the object itself. */
	as: 'object' | 'Table' | 'PartialObjectMetadata';
	/** The group version that the Table or metadata is asked for in. */
	version: 'v1' | 'v1beta1';
};

type Clause = {type: string; parameters: Record<string, string>; weight: number};

/** The clauses of an Accept header, best first; equal weights keep their order. */
export function parseAccept(header: string): Clause[] {
	const clauses = header.split(',').map(text => {
		const [type = '', ...rest] = text.split(';').map(part => part.trim());
		const parameters: Record<string, string> = {};
		for (const part of rest) {
			const cut = part.indexOf('=');
			if (cut > 0) parameters[part.slice(0, cut).trim()] = part.slice(cut + 1).trim();
		}
		const weight = parameters.q === undefined ? 1 : Number(parameters.q) || 0;
		return {type: type.toLowerCase(), parameters, weight};
	});
	return clauses.filter(({type, weight}) => type && weight > 0).sort((a, b) => b.weight - a.weight);
}

const json = new Set(['application/json', 'application/*', '*/*']);

/**
 * Chooses the form of an answer from an Accept header. Bodies are written as JSON or YAML only, so a client that accepts
 * nothing but protobuf gets 406. Throws StatusError.
 */
export function negotiate(header: string | undefined): OutputForm {
	if (!header?.trim()) return {syntax: 'json', as: 'object', version: 'v1'};
	for (const {type, parameters} of parseAccept(header)) {
		const syntax = json.has(type) ? 'json' : type === 'application/yaml' ? 'yaml' : undefined;
		if (!syntax) continue;
		const {as, g, v} = parameters;
		if (as === undefined) return {syntax, as: 'object', version: 'v1'};
		if (g !== 'meta.k8s.io' || (v !== 'v1' && v !== 'v1beta1')) continue;
		if (as === 'Table') return {syntax, as, version: v};
		if (as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList')
			return {syntax, as: 'PartialObjectMetadata', version: v};
	}
	throw notAcceptable();
}

/** Whether JSON is to be written for a reader: as the parameter says, else to browsers, curl and wget (isPrettyPrint). */
export function wantsPretty({url = '', headers}: IncomingMessage): boolean {
	const [, asked] = /[?&]pretty=([^&]*)/.exec(url) ?? [];
	if (asked) return /^(1|t|true)$/i.test(asked);
	return /^(curl|Wget|Mozilla\/5\.0)/.test(headers['user-agent'] ?? '');
}

/** 406 with the types that this server can write. */
export const notAcceptable = () =>
	new StatusError(
		406,
		'NotAcceptable',
		'only the following media types are accepted: application/json, application/yaml',
		{},
	);
