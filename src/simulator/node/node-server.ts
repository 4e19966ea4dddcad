import {badRequest, notFound, StatusError} from '../errors.ts';
import {openStream} from '../network/duplex.ts';
import {extendEnvironment} from '../programs/environment.ts';
import {CommandNotFound, type Process} from '../programs/machine.ts';
import {BrokenPipe, emptyPipe, Pipe} from '../programs/pipe.ts';
import type {Simulation} from '../simulation.ts';
import type {Container, Pod} from '../types.ts';
import type {NodeApi} from './node-api.ts';
import type {PodWorker} from './pod-worker.ts';
import {createTerminal, interrupt} from './terminal.ts';

/** Answers for the kubelets of all nodes; `find` gives the worker of a Pod. */
export function createNodeApi(
	{registry, random}: Simulation,
	find: (namespace: string, name: string) => PodWorker | undefined,
): NodeApi {
	const containerOf = (namespace: string, name: string, container: string | undefined) => {
		const pod = registry.get<Pod>('pods', namespace, name);
		const chosen = chooseContainer(pod, container);
		return {pod, chosen, worker: find(namespace, name)?.container(chosen)};
	};
	return {
		async logs(namespace, name, options, write, signal) {
			const {pod, chosen, worker} = containerOf(namespace, name, options.container);
			// A Pod that no node has yet has an empty log.
			if (!pod.spec.nodeName) return;
			const waiting = worker?.record.state.waiting;
			if (!worker || (waiting && !worker.log) || (waiting && !options.previous && !worker.record.last.terminated)) {
				const reason = waiting?.reason ?? 'ContainerCreating';
				const why = explainWaiting(reason);
				throw badRequest(`container "${chosen}" in pod "${name}" is waiting to start: ${why}`);
			}
			const log = options.previous ? worker.previousLog : worker.log;
			if (!log) {
				if (options.previous) throw badRequest(`previous terminated container "${chosen}" in pod "${name}" not found`);
				return;
			}
			const text = log.read(options);
			if (text) write(text);
			if (!options.follow || signal.aborted) return;
			await new Promise<void>(resolve => {
				const stop = log.follow(options.timestamps, write, resolve);
				const abort = () => {
					stop();
					resolve();
				};
				signal.addEventListener('abort', abort, {once: true});
			});
		},

		async exec(namespace, name, container, command, streams) {
			const {pod, chosen, worker} = containerOf(namespace, name, container);
			if (!pod.spec.nodeName) throw badRequest(`pod ${name} does not have a host assigned`);
			if (pod.status.phase === 'Succeeded' || pod.status.phase === 'Failed') {
				throw badRequest(`cannot exec into a container in a completed pod; current phase is ${pod.status.phase}`);
			}
			const running = worker?.running;
			if (!running) {
				const message = worker?.record.id
					? `failed to exec in container: container is not in running state`
					: `unable to upgrade connection: container not found ("${chosen}")`;
				throw new StatusError(500, 'InternalError', message);
			}
			const {machine, environment, directory} = running;
			const {stdin, tty} = streams;
			const input = stdin ? new Pipe() : emptyPipe();
			const {promise, resolve, reject} = Promise.withResolvers<number>();
			const terminal = tty
				? createTerminal(input, streams.stdout, () => process && interrupt(machine, process))
				: undefined;
			let process: Process | undefined;
			try {
				process = machine.start(
					{
						arguments: command,
						environment: tty ? extendEnvironment(environment, {TERM: 'xterm'}) : environment,
						directory,
						stdin: input,
						stdout: terminal?.output ?? streams.stdout,
						stderr: terminal?.output ?? streams.stderr,
						tty,
					},
					resolve,
				);
				const {pid} = process;
				const end = () => {
					machine.kill(pid);
					resolve(137);
				};
				if (streams.signal.aborted) end();
				streams.signal.addEventListener('abort', end, {once: true});
				if (stdin) pump(stdin, terminal?.type ?? input.write, () => input.end()).catch(reject);
				return await promise.finally(() => streams.signal.removeEventListener('abort', end));
			} catch (error) {
				if (!(error instanceof CommandNotFound)) throw error;
				const id = Array.from({length: 64}, () => random.below(16).toString(16)).join('');
				throw new StatusError(
					500,
					'InternalError',
					'Internal error occurred: error executing command in container: failed to exec in container: failed to ' +
						`start exec "${id}": OCI runtime exec failed: exec failed: unable to start container process: ${error.message}`,
				);
			}
		},

		async attach(namespace, name, container, streams) {
			const {pod, chosen, worker} = containerOf(namespace, name, container);
			if (!pod.spec.nodeName) throw badRequest(`pod ${name} does not have a host assigned`);
			const running = worker?.running;
			if (!running) throw badRequest(`container ${chosen} not found in pod ${name}_${namespace}`);
			const {promise, resolve, reject} = Promise.withResolvers<number>();
			const detach = running.attach(streams, resolve);
			const leave = () => {
				detach();
				resolve(0);
			};
			streams.signal.addEventListener('abort', leave, {once: true});
			if (streams.stdin && running.input) {
				const {type, end} = running.input;
				pump(streams.stdin, type, () => worker.record.spec.stdinOnce === true && end()).catch(reject);
			}
			return await promise.finally(() => streams.signal.removeEventListener('abort', leave));
		},

		async connect(namespace, name, port) {
			const pod = registry.get<Pod>('pods', namespace, name);
			if (!pod.spec.nodeName) throw badRequest(`pod ${name} does not have a host assigned`);
			const worker = find(namespace, name);
			const ip = worker?.ip;
			if (!worker || !ip) throw notFound(registry.definition('pods'), name);
			// kubelet dials inside the Pod's own network namespace: the server sees localhost.
			const server = worker.listeners.listener(port);
			if (!server) {
				const id = `${pod.metadata.uid}${pod.metadata.uid}`.replaceAll('-', '');
				throw new StatusError(
					500,
					'InternalError',
					`error forwarding port ${port} to pod ${id}, uid : failed to execute portforward in network namespace ` +
						`"/var/run/netns/cni-${pod.metadata.uid}": failed to connect to localhost:${port} inside namespace "${id}", ` +
						`IPv4: dial tcp4 127.0.0.1:${port}: connect: connection refused IPv6 dial tcp6: address localhost: no suitable address found `,
				);
			}
			return openStream({server, source: '127.0.0.1', to: {ip, port}});
		},
	};
}

/** Passes a client's input on; a client that goes away without an end is an end too. */
async function pump(stdin: AsyncIterable<Uint8Array>, type: (data: Uint8Array) => void, end: () => void) {
	try {
		for await (const chunk of stdin) type(chunk);
	} catch (error) {
		if (!(error instanceof BrokenPipe)) throw error;
	}
	end();
}

/** The container that was asked for, or the only one; throws the API server's text. */
function chooseContainer(pod: Pod, wanted: string | undefined): string {
	const {initContainers = [], containers} = pod.spec;
	const all = [...containers, ...initContainers];
	const {name} = pod.metadata;
	if (wanted) {
		if (all.some(container => container.name === wanted)) return wanted;
		throw badRequest(`container ${wanted} is not valid for pod ${name}`);
	}
	const marked = pod.metadata.annotations?.['kubectl.kubernetes.io/default-container'];
	if (marked && all.some(container => container.name === marked)) return marked;
	if (containers.length === 1 && initContainers.length === 0) return containers[0]!.name;
	const names = (list: Container[]) => list.map(container => container.name).join(' ');
	const inits = initContainers.length > 0 ? ` or one of the init containers: [${names(initContainers)}]` : '';
	throw badRequest(`a container name must be specified for pod ${name}, choose one of: [${names(containers)}]${inits}`);
}

function explainWaiting(reason: string): string {
	if (reason === 'ImagePullBackOff' || reason === 'ErrImagePull') return 'trying and failing to pull image';
	if (reason === 'ErrImageNeverPull') return 'image is not present with pull policy of Never';
	return reason;
}
