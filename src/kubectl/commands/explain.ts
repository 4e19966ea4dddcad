import {apiVersionOf} from '../discovery.ts';
import {KubectlError, lacks} from '../errors.ts';
import {explain, type Schema, type Schemas} from '../explain.ts';
import type {Command} from '../session.ts';

type Index = {paths: Record<string, {serverRelativeURL: string}>};
type Document = {
	components?: {
		schemas?: Record<
			string,
			Schema & {'x-kubernetes-group-version-kind'?: {group: string; version: string; kind: string}[]}
		>;
	};
};

/** `kubectl explain`. */
export const command: Command = {
	summary: 'Get documentation for a resource',
	usage: 'kubectl explain TYPE [--recursive=FALSE|TRUE] [--api-version=api-version-group] [options]',
	flags: {
		recursive: {type: 'boolean', short: 'R'},
		'api-version': {type: 'text'},
		output: {type: 'text', initial: 'plaintext'},
	},
	async run(session) {
		const {flags, client} = session;
		const [target, ...rest] = session.arguments;
		if (!target)
			throw new KubectlError(
				'You must specify the type of resource to explain. Use "kubectl api-resources" for a complete list of supported resources.',
			);
		if (rest.length > 0) throw new KubectlError('We accept only this format: explain RESOURCE\n');
		if (flags.text('output') !== 'plaintext') throw lacks(`explain --output=${flags.text('output')}`);
		const discovery = await session.discovery();
		const [type = '', ...fields] = target.replace(/\.$/, '').split('.');
		if (fields.includes('')) throw new KubectlError('invalid jsonpath syntax, first node must be field node');
		const found = discovery.find(type);
		if (!found) throw new KubectlError(`the server doesn't have a resource type ${JSON.stringify(type)}`, {prefix: ''});
		const wanted = flags.text('api-version');
		const resource = wanted
			? discovery.all.find(one => one.plural === found.plural && apiVersionOf(one) === wanted)
			: found;
		if (!resource)
			throw new KubectlError(
				`couldn't find resource for "${wanted.includes('/') ? '' : '/'}${wanted}, Resource=${found.plural}"`,
			);
		const {group, version, kind} = resource;
		const {paths} = await client.json<Index>({path: '/openapi/v3'});
		const entry = paths[group ? `apis/${group}/${version}` : `api/${version}`];
		if (!entry) throw new KubectlError(`the server has no documentation of ${apiVersionOf(resource)}`);
		const [path = '', query = ''] = entry.serverRelativeURL.split('?');
		const document = await client.json<Document>({path, query: Object.fromEntries(new URLSearchParams(query))});
		const schemas = document.components?.schemas ?? {};
		const schema = Object.values(schemas).find(one =>
			one['x-kubernetes-group-version-kind']?.some(
				known => known.kind === kind && known.group === group && known.version === version,
			),
		);
		if (!schema) throw new KubectlError(`couldn't find documentation of ${kind}`);
		const answer = explain({
			group,
			version,
			kind,
			schema,
			schemas: schemas as Schemas,
			fields,
			recursive: flags.on('recursive'),
		});
		session.print(answer.text);
		if (answer.missing) throw new KubectlError(`field "${answer.missing}" does not exist`);
		return 0;
	},
};
