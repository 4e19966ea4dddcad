import {apiVersionOf} from '../discovery.ts';
import type {Command} from '../session.ts';

/** `kubectl api-versions`. */
export const command: Command = {
	summary: 'Print the supported API versions on the server, in the form of "group/version"',
	usage: 'kubectl api-versions',
	flags: {},
	async run(session) {
		const {all} = await session.discovery();
		for (const version of [...new Set(all.map(apiVersionOf))].sort()) session.print(version);
		return 0;
	},
};
