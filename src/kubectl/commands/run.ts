import {KubectlError, lacks} from '../errors.ts';
import {dryRunOf, mutationFlags, report} from '../mutation.ts';
import type {Command} from '../session.ts';
import {createObject} from './create.ts';

/** `kubectl run`: one Pod. */
export const command: Command = {
	summary: 'Run a particular image on the cluster',
	usage:
		'kubectl run NAME --image=image [--env="key=value"] [--port=port] [--dry-run=server|client] [--command] -- [COMMAND] [args...] [options]',
	flags: {
		...mutationFlags,
		image: {type: 'text'},
		'image-pull-policy': {type: 'text'},
		env: {type: 'list'},
		labels: {type: 'text', short: 'l'},
		annotations: {type: 'list'},
		port: {type: 'text'},
		restart: {type: 'text', initial: 'Always'},
		command: {type: 'boolean'},
		stdin: {type: 'boolean', short: 'i'},
		tty: {type: 'boolean', short: 't'},
		rm: {type: 'boolean'},
		attach: {type: 'boolean'},
		expose: {type: 'boolean'},
		'save-config': {type: 'boolean'},
	},
	async run(session) {
		const {flags} = session;
		const [name, ...args] = session.arguments;
		if (!name) throw new KubectlError("NAME is required for run\nSee 'kubectl run -h' for help and examples");
		const image = flags.text('image');
		if (!image) throw new KubectlError('required flag(s) "image" not set');
		for (const flag of ['stdin', 'tty', 'rm', 'attach', 'expose']) if (flags.on(flag)) throw lacks(`run --${flag}`);
		const restart = flags.text('restart');
		if (!['Always', 'OnFailure', 'Never'].includes(restart)) {
			throw new KubectlError(`invalid restart policy: ${restart}\nSee 'kubectl run -h' for help and examples`);
		}
		const pairs = (texts: string[]) =>
			Object.fromEntries(
				texts.map(text => {
					const at = text.indexOf('=');
					if (at < 1) throw new KubectlError(`unexpected label spec: ${text}`);
					return [text.slice(0, at), text.slice(at + 1)];
				}),
			);
		const labels = flags.text('labels') ? pairs(flags.text('labels').split(',')) : {run: name};
		const port = flags.integer('port');
		const container = {
			name,
			image,
			...(flags.text('image-pull-policy') && {imagePullPolicy: flags.text('image-pull-policy')}),
			...(args.length > 0 && (flags.on('command') ? {command: args} : {args})),
			...(flags.list('env').length > 0 && {
				env: Object.entries(pairs(flags.list('env'))).map(([name, value]) => ({name, value})),
			}),
			...(port !== undefined && {ports: [{containerPort: port}]}),
			resources: {},
		};
		const object = {
			apiVersion: 'v1',
			kind: 'Pod',
			metadata: {
				name,
				labels,
				...(flags.list('annotations').length > 0 && {annotations: pairs(flags.list('annotations'))}),
			},
			spec: {containers: [container], dnsPolicy: 'ClusterFirst', restartPolicy: restart},
			status: {},
		};
		if (dryRunOf(session) === 'client') {
			report(
				session,
				flags.given('namespace') ? {...object, metadata: {...object.metadata, namespace: session.namespace}} : object,
				'created',
			);
			return 0;
		}
		const resource = (await session.discovery()).get('pods');
		report(
			session,
			await createObject(session, {resource, namespace: session.namespace, object}, 'kubectl-run'),
			'created',
		);
		return 0;
	},
};
