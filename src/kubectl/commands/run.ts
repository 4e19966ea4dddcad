import {pathOf, type Resource} from '../discovery.ts';
import {Exit, KubectlError, lacks, usageError} from '../errors.ts';
import {dryRunOf, mutationFlags, report} from '../mutation.ts';
import type {KubeObject} from '../objects.ts';
import type {Command, Session} from '../session.ts';
import {watchUntil} from '../watch-until.ts';
import {attachTo} from './attach.ts';
import {createObject} from './create.ts';

type Terminated = {exitCode: number; reason?: string; message?: string};
type Status = {phase?: string; containerStatuses?: {state?: {terminated?: Terminated}}[]};
const statusOf = (pod: KubeObject | undefined) => (pod?.status ?? {}) as Status;
const isOver = (pod: KubeObject | undefined) => ['Succeeded', 'Failed'].includes(statusOf(pod).phase ?? '');

/** Waits until the Pod is as wanted; throws when it has gone. */
async function waitForPod(
	session: Session,
	resource: Resource,
	{metadata}: KubeObject,
	wanted: (pod: KubeObject) => boolean,
): Promise<KubeObject> {
	let last: KubeObject | undefined;
	const name = metadata.name!;
	await watchUntil(
		session.client,
		{resource, namespace: metadata.namespace, name},
		pod => {
			last = pod;
			return pod === undefined || wanted(pod);
		},
		{},
	);
	if (!last) throw new KubectlError(`pods "${name}" not found`, {prefix: 'Error from server (NotFound): '});
	return last;
}

async function copyLog(
	{client, io}: Session,
	resource: Resource,
	{metadata}: KubeObject,
	follow: boolean,
): Promise<void> {
	const path = pathOf(resource, metadata.namespace, metadata.name, 'log');
	const log = await client.open({path, query: {container: metadata.name, follow: follow || undefined}, accept: '*/*'});
	for await (const part of log) io.stdout.write(part as Buffer);
}

/** Attaches to the new Pod, waits for its end where it ends, and removes it where --rm says so (run.go). */
async function attachAndEnd(session: Session, resource: Resource, created: KubeObject): Promise<number> {
	const {flags, client} = session;
	const {name, namespace} = created.metadata;
	let over: KubeObject | undefined;
	try {
		const pod = await waitForPod(session, resource, created, pod => statusOf(pod).phase === 'Running' || isOver(pod));
		if (isOver(pod)) await copyLog(session, resource, pod, false);
		else {
			await attachTo(session, pod, name!).catch(error => {
				session.error(
					`warning: couldn't attach to pod/${name}, falling back to streaming logs: ${(error as Error).message}`,
				);
				return copyLog(session, resource, pod, true);
			});
		}
		if (flags.text('restart') !== 'Always') over = await waitForPod(session, resource, created, isOver);
	} finally {
		if (flags.on('rm')) {
			await client.json({
				method: 'DELETE',
				path: pathOf(resource, namespace, name),
				body: {propagationPolicy: 'Background'},
			});
			session.print(`pod "${name}" deleted from ${namespace} namespace`);
		}
	}
	const ended = statusOf(over).containerStatuses?.[0]?.state?.terminated;
	if (statusOf(over).phase !== 'Failed' || !ended || ended.exitCode === 0) return 0;
	const why = ended.message ? `\n${ended.message}` : '';
	throw new Exit(ended.exitCode, `pod ${namespace}/${name} terminated (${ended.reason ?? ''})${why}`);
}

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
		port: {type: 'text', is: 'integer'},
		restart: {type: 'text', initial: 'Always'},
		command: {type: 'boolean'},
		stdin: {type: 'boolean', short: 'i'},
		tty: {type: 'boolean', short: 't'},
		rm: {type: 'boolean'},
		attach: {type: 'boolean'},
		quiet: {type: 'boolean', short: 'q'},
		expose: {type: 'boolean'},
		'save-config': {type: 'boolean'},
	},
	async run(session) {
		const {flags} = session;
		const [name, ...args] = session.arguments;
		if (!name) throw new KubectlError("NAME is required for run\nSee 'kubectl run -h' for help and examples");
		const image = flags.text('image');
		if (!image) throw new KubectlError('required flag(s) "image" not set');
		if (flags.on('expose')) throw lacks('run --expose');
		const attached = flags.given('attach') ? flags.on('attach') : flags.on('stdin') || flags.on('tty');
		if (flags.on('rm') && !attached) throw usageError('run', '--rm should only be used for attached containers');
		if (attached && dryRunOf(session) !== 'none') {
			throw usageError(
				'run',
				"--dry-run=[server|client] can't be used with attached containers options (--attach, --stdin, or --tty)",
			);
		}
		if (flags.on('tty') && !flags.on('stdin'))
			throw usageError('run', '-i/--stdin is required for containers with -t/--tty=true');
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
			...(flags.on('stdin') && {stdin: true, stdinOnce: true}),
			...(flags.on('tty') && {tty: true}),
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
		const created = await createObject(session, {resource, namespace: session.namespace, object}, 'kubectl-run');
		if (attached) return attachAndEnd(session, resource, created);
		report(session, created, 'created');
		return 0;
	},
};
