import {apiVersionOf} from '../discovery.ts';
import {KubectlError} from '../errors.ts';
import type {Command} from '../session.ts';
import {TabWriter, tableTabs} from '../tabwriter.ts';

/** `kubectl api-resources`. */
export const command: Command = {
	summary: 'Print the supported API resources on the server',
	usage: 'kubectl api-resources [flags]',
	flags: {
		'api-group': {type: 'text'},
		namespaced: {type: 'boolean', initial: 'true'},
		'no-headers': {type: 'boolean'},
		output: {type: 'text', short: 'o'},
		'sort-by': {type: 'text'},
		verbs: {type: 'list'},
		categories: {type: 'list'},
		cached: {type: 'boolean'},
	},
	async run(session) {
		const {flags} = session;
		const output = flags.text('output');
		if (output && output !== 'wide' && output !== 'name') throw new KubectlError(`--output ${output} is not available`);
		const wanted = (name: string) => flags.list(name).flatMap(text => text.split(','));
		const resources = (await session.discovery())
			.preferred()
			.filter(({group}) => !flags.given('api-group') || group === flags.text('api-group'))
			.filter(({namespaced}) => !flags.given('namespaced') || namespaced === flags.on('namespaced'))
			.filter(({verbs}) => verbs.length > 0 && wanted('verbs').every(verb => verbs.includes(verb)))
			.filter(({categories}) => wanted('categories').every(category => categories.includes(category)));
		const key = {name: 'plural', kind: 'kind'}[flags.text('sort-by')] as 'plural' | 'kind' | undefined;
		const order = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
		resources.sort((a, b) => (key ? order(a[key], b[key]) : order(a.group, b.group) || order(a.plural, b.plural)));
		if (output === 'name') {
			for (const {plural, group} of resources) session.print(group ? `${plural}.${group}` : plural);
			return 0;
		}
		const wide = output === 'wide';
		const lines = resources.map(resource =>
			[
				resource.plural,
				resource.shortNames.join(','),
				apiVersionOf(resource),
				String(resource.namespaced),
				resource.kind,
				...(wide ? [[...resource.verbs].sort().join(','), resource.categories.join(',')] : []),
			].join('\t'),
		);
		if (!flags.on('no-headers')) {
			lines.unshift(
				['NAME', 'SHORTNAMES', 'APIVERSION', 'NAMESPACED', 'KIND', ...(wide ? ['VERBS', 'CATEGORIES'] : [])].join('\t'),
			);
		}
		session.write(new TabWriter(tableTabs).format(`${lines.join('\n')}\n`));
		return 0;
	},
};
