import {KubectlError, throwAll} from '../errors.ts';
import {fileFlags, findObjects, mutationFlags, patchObject, report, selectionFlags} from '../mutation.ts';
import type {Command} from '../session.ts';

/** `kubectl scale`. */
export const command: Command = {
	summary: 'Set a new size for a deployment, replica set, or replication controller',
	usage:
		'kubectl scale [--resource-version=version] [--current-replicas=count] --replicas=COUNT (-f FILENAME | TYPE NAME)',
	flags: {
		...mutationFlags,
		...fileFlags,
		...selectionFlags,
		replicas: {type: 'text', is: 'integer'},
		'current-replicas': {type: 'text', is: 'integer'},
	},
	async run(session) {
		const {flags} = session;
		const replicas = flags.integer('replicas');
		if (replicas === undefined) throw new KubectlError('required flag(s) "replicas" not set');
		if (replicas < 0)
			throw new KubectlError('The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0');
		const {found, failures} = await findObjects(session, session.arguments, 'kubectl scale');
		if (found.length === 0) {
			const reasons = failures.map(failure => (failure instanceof Error ? failure.message : String(failure)));
			const why = reasons.length > 1 ? `[${reasons.join(', ')}]` : reasons.join('');
			throw new KubectlError(`no objects passed to scale ${why}`.trimEnd());
		}
		const current = flags.integer('current-replicas');
		for (const target of found) {
			const {resource, object} = target;
			if (!resource.subresources.includes('scale')) {
				failures.push(
					new KubectlError('the server could not find the requested resource', {
						prefix: 'Error from server (NotFound): ',
					}),
				);
				break;
			}
			try {
				const actual = (object.spec as {replicas?: number}).replicas;
				if (current !== undefined && current >= 0 && actual !== current) {
					throw new KubectlError(`Expected replicas to be ${current}, was ${actual}`);
				}
				if (flags.text('dry-run') !== 'client') {
					await patchObject(session, target, {
						patch: {spec: {replicas}},
						type: 'merge',
						manager: 'kubectl',
						subresource: 'scale',
					});
				}
				report(session, object, 'scaled');
			} catch (error) {
				failures.push(error);
			}
		}
		throwAll(failures);
		return 0;
	},
};
