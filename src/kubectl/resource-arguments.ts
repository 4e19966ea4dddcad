import type {Discovery, Resource} from './discovery.ts';
import {KubectlError} from './errors.ts';

/** What the arguments mean: named objects, or all objects of some types. */
export type Targets =
	| {named: true; targets: {resource: Resource; name: string}[]; many: boolean}
	| {named: false; resources: Resource[]; many: boolean};

const slashHelp = (command: string) =>
	new KubectlError(
		`there is no need to specify a resource type as a separate argument when passing arguments in resource/name form (e.g. '${command} resource/<resource_name>' instead of '${command} resource resource/<resource_name>'`,
	);

function typesOf(discovery: Discovery, text: string): Resource[] {
	const found = text.split(',').flatMap(type => {
		const category = discovery.category(type);
		return category.length > 0 && !discovery.find(type) ? category : [discovery.get(type)];
	});
	return [...new Set(found)];
}

/**
 * Reads `TYPE`, `TYPE NAME…`, `TYPE/NAME…` and `TYPE,TYPE` as kubectl does (cli-runtime/pkg/resource Builder
 * ResourceTypeOrNameArgs). `command` is for the sentence about a wrong mixture.
 */
export function readTargets(discovery: Discovery, args: string[], command: string): Targets {
	if (args.some(text => text.includes('/'))) {
		if (!args.every(text => text.includes('/'))) throw slashHelp(command);
		const targets = args.map(text => {
			const parts = text.split('/');
			if (parts.length !== 2)
				throw new KubectlError('arguments in resource/name form may not have more than one slash');
			const [type, name] = parts as [string, string];
			if (!type || !name)
				throw new KubectlError('arguments in resource/name form must have a single resource and name');
			return {resource: discovery.get(type), name};
		});
		return {named: true, targets, many: targets.length > 1};
	}
	const [type = '', ...names] = args;
	const resources = typesOf(discovery, type);
	if (names.length === 0) return {named: false, resources, many: true};
	const targets = resources.flatMap(resource => names.map(name => ({resource, name})));
	return {named: true, targets, many: targets.length > 1};
}
