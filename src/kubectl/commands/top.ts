import {KubectlError, lacks} from '../errors.ts';
import {commandHelp} from '../help.ts';
import type {Command} from '../session.ts';

/** `kubectl top`: asks for the metrics API, as kubectl does, and says when there is none. */
export const command: Command = {
	summary: 'Display resource (CPU/memory) usage',
	usage: 'kubectl top (node | pod) [NAME | -l label]',
	flags: {
		selector: {type: 'text', short: 'l'},
		'all-namespaces': {type: 'boolean', short: 'A'},
		containers: {type: 'boolean'},
	},
	async run(session) {
		const [what] = session.arguments;
		if (!what) {
			session.write(commandHelp(command));
			return 1;
		}
		const {all} = await session.discovery();
		if (all.some(({group}) => group === 'metrics.k8s.io')) throw lacks(`top ${what} where there is a metrics API`);
		throw new KubectlError('Metrics API not available');
	},
};
