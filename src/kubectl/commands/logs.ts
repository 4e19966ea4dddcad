import type {Readable} from 'node:stream';
import {linesOf} from '../client.ts';
import {pathOf} from '../discovery.ts';
import {describeFailure, isNotFound, KubectlError, StatusFailure, usageError} from '../errors.ts';
import {listObjects} from '../fetch.ts';
import type {KubeObject} from '../objects.ts';
import {containersOf, defaultContainer, podOf} from '../pod-of.ts';
import type {Command, Session} from '../session.ts';

/** One log to read. */
type Source = {pod: KubeObject; container: string};

async function podsOf(session: Session): Promise<KubeObject[]> {
	const {flags, client, namespace} = session;
	const selector = flags.text('selector');
	if (selector) {
		const pods = (await session.discovery()).get('pods');
		return listObjects(client, pods, namespace, {labelSelector: selector});
	}
	try {
		const {pod, others} = await podOf(session, session.arguments[0]!, 'cannot get the logs from');
		if (others > 0) session.error(`Found ${others + 1} pods, using pod/${pod.metadata.name}`);
		return [pod];
	} catch (error) {
		// logs alone words a missing object like this (polymorphichelpers since kubectl 1.31).
		if (isNotFound(error))
			throw new KubectlError(`error from server (NotFound): ${error.message} in namespace "${namespace}"`);
		throw error;
	}
}

function sourcesOf(session: Session, pods: KubeObject[]): Source[] {
	const {flags} = session;
	const named = flags.text('container') || (flags.text('selector') ? '' : (session.arguments[1] ?? ''));
	return pods.flatMap(pod => {
		const {names, init} = containersOf(pod);
		if (flags.on('all-containers')) return [...init, ...names].map(container => ({pod, container}));
		if (named) {
			if (![...names, ...init].includes(named)) {
				throw new KubectlError(`container ${named} is not valid for pod ${pod.metadata.name}`);
			}
			return [{pod, container: named}];
		}
		const {name, note} = defaultContainer(pod);
		if (note) session.error(note);
		return [{pod, container: name}];
	});
}

async function open(session: Session, {pod, container}: Source): Promise<Readable> {
	const {flags, client} = session;
	const sinceMs = flags.duration('since');
	const tail = flags.integer('tail') ?? -1;
	// With a selector kubectl shows the last ten lines of each, unless it is asked for more.
	const tailLines = flags.given('tail') ? tail : flags.text('selector') ? 10 : -1;
	const pods = (await session.discovery()).get('pods');
	return client.open({
		path: pathOf(pods, pod.metadata.namespace, pod.metadata.name, 'log'),
		query: {
			container,
			follow: flags.on('follow') || undefined,
			previous: flags.on('previous') || undefined,
			timestamps: flags.on('timestamps') || undefined,
			sinceSeconds: sinceMs === undefined ? undefined : Math.round(sinceMs / 1000),
			sinceTime: flags.text('since-time') || undefined,
			tailLines: tailLines < 0 ? undefined : tailLines,
			limitBytes: flags.integer('limit-bytes') || undefined,
		},
		accept: '*/*',
	});
}

async function copy(session: Session, source: Source): Promise<void> {
	const prefix = session.flags.on('prefix') ? `[pod/${source.pod.metadata.name}/${source.container}] ` : '';
	const stream = await open(session, source);
	if (prefix) for await (const line of linesOf(stream)) session.print(prefix + line);
	else for await (const part of stream) session.io.stdout.write(part as Buffer);
}

/** `kubectl logs`. */
export const command: Command = {
	summary: 'Print the logs for a container in a pod',
	usage: 'kubectl logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER] [options]',
	flags: {
		follow: {type: 'boolean', short: 'f'},
		previous: {type: 'boolean', short: 'p'},
		container: {type: 'text', short: 'c'},
		'all-containers': {type: 'boolean'},
		selector: {type: 'text', short: 'l'},
		tail: {type: 'text', is: 'integer', initial: '-1'},
		since: {type: 'text', is: 'duration'},
		'since-time': {type: 'text'},
		timestamps: {type: 'boolean'},
		'limit-bytes': {type: 'text', is: 'integer'},
		prefix: {type: 'boolean'},
		'ignore-errors': {type: 'boolean'},
		'max-log-requests': {type: 'text', is: 'integer', initial: '5'},
		'pod-running-timeout': {type: 'text'},
	},
	async run(session) {
		const {flags} = session;
		if (session.arguments.length === 0 && !flags.text('selector')) {
			throw usageError(
				'logs',
				"expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\nPOD or TYPE/NAME is a required argument for the logs command",
			);
		}
		if (session.arguments.length > 0 && flags.text('selector'))
			throw usageError('logs', 'only a selector (-l) or a POD name is allowed');
		const pods = await podsOf(session);
		if (pods.length === 0) {
			session.error(`No resources found in ${session.namespace} namespace.`);
			return 0;
		}
		const sources = sourcesOf(session, pods);
		const following = flags.on('follow');
		const most = flags.integer('max-log-requests') ?? 5;
		if (following && sources.length > most) {
			throw new KubectlError(
				`you are attempting to follow ${sources.length} log streams, but maximum allowed concurrency is ${most}, use --max-log-requests to increase the limit`,
			);
		}
		const read = async (source: Source) => {
			try {
				await copy(session, source);
			} catch (error) {
				if (!flags.on('ignore-errors') || !(error instanceof StatusFailure)) throw error;
				session.error(describeFailure(error));
			}
		};
		if (following) await Promise.all(sources.map(read));
		else for (const source of sources) await read(source);
		return 0;
	},
};
