import {createServer, type Server, type Socket} from 'node:net';
import {pathOf} from '../discovery.ts';
import {KubectlError, usageError} from '../errors.ts';
import type {KubeObject} from '../objects.ts';
import {podOf} from '../pod-of.ts';
import type {Command, Session} from '../session.ts';
import {openWebSocket} from '../websocket.ts';

/** A port here and the port of the Pod that it leads to. */
type Forward = {local: number; remote: number};

type ServicePort = {name?: string; port: number; targetPort?: number | string};
type Container = {ports?: {name?: string; containerPort: number}[]};

const containerPort = (pod: KubeObject, name: string) =>
	((pod.spec as {containers?: Container[]}).containers ?? [])
		.flatMap(({ports = []}) => ports)
		.find(port => port.name === name)?.containerPort;

/** The Pod's port that a port of the Service, or of the Pod, by number or name, means. */
function remotePort(text: string, pod: KubeObject, service: KubeObject | undefined): number {
	const numeric = /^\d+$/.test(text);
	if (!service) {
		const port = numeric ? Number(text) : containerPort(pod, text);
		if (port === undefined) throw new KubectlError(`Pod '${pod.metadata.name}' does not have a named port '${text}'`);
		return port;
	}
	const {ports = [], clusterIP} = service.spec as {ports?: ServicePort[]; clusterIP?: string};
	const found = ports.find(({name, port}) => (numeric ? port === Number(text) : name === text));
	if (!found) {
		throw new KubectlError(
			numeric
				? `Service ${service.metadata.name} does not have a service port ${text}`
				: `Service '${service.metadata.name}' does not have a named port '${text}'`,
		);
	}
	if (clusterIP === 'None') return found.port;
	const {targetPort = found.port} = found;
	if (typeof targetPort === 'number') return targetPort || found.port;
	const port = containerPort(pod, targetPort);
	if (port === undefined)
		throw new KubectlError(`Pod '${pod.metadata.name}' does not have a named port '${targetPort}'`);
	return port;
}

function parseForward(text: string, pod: KubeObject, service: KubeObject | undefined): Forward {
	const parts = text.split(':');
	if (parts.length > 2) throw new KubectlError(`invalid port format '${text}'`);
	const [first = '', second] = parts;
	const remote = remotePort(second ?? first, pod, service);
	const local =
		second === undefined ? (/^\d+$/.test(first) ? Number(first) : remote) : first === '' ? 0 : Number(first);
	if (!Number.isInteger(local) || local > 65535)
		throw new KubectlError(
			`error parsing local port '${first}': strconv.ParseUint: parsing "${first}": invalid syntax`,
		);
	if (remote > 65535) {
		throw new KubectlError(
			`error parsing remote port '${remote}': strconv.ParseUint: parsing "${remote}": value out of range`,
		);
	}
	if (remote < 1) throw new KubectlError('remote port must be > 0');
	return {local, remote};
}

/** One connection over a WebSocket of its own: channel 0 carries data, 1 an error; each begins with its port. */
async function carry(session: Session, path: string, remote: number, socket: Socket): Promise<void> {
	socket.on('error', () => {});
	socket.pause();
	const web = await openWebSocket(
		session.client,
		path,
		[['ports', String(remote)]],
		['v4.channel.k8s.io'],
		session.io.signal,
	);
	const begun = new Set<number>();
	await new Promise<void>(resolve => {
		web.on('message', (message: Buffer) => {
			const channel = message[0]!;
			if (!begun.has(channel)) {
				begun.add(channel);
				return;
			}
			if (channel === 0) socket.write(message.subarray(1));
			else if (message.length > 1) {
				session.error(`an error occurred forwarding to port ${remote}: ${message.subarray(1).toString('utf8')}`);
				web.close();
			}
		});
		web.once('close', () => {
			socket.end();
			resolve();
		});
		socket.on('data', data => web.send(Buffer.concat([Buffer.of(0), data])));
		socket.once('close', () => web.close());
		socket.resume();
	});
}

const listen = (server: Server, port: number, host: string) =>
	new Promise<number>((resolve, reject) => {
		server.once('error', reject);
		server.listen(port, host, () => resolve((server.address() as {port: number}).port));
	});

const textOf = (host: string, port: number) => (host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`);

/** Listens on every address that there is; throws when it is none. */
async function forwardOne(session: Session, path: string, {local, remote}: Forward): Promise<Server[]> {
	const wanted = session.flags.list('address').flatMap(text => text.split(','));
	const hosts = (wanted.length > 0 ? wanted : ['localhost']).flatMap(host =>
		host === 'localhost' ? ['127.0.0.1', '::1'] : [host],
	);
	const servers: Server[] = [];
	const problems: string[] = [];
	let port = local;
	for (const host of hosts) {
		const server = createServer({allowHalfOpen: true}, socket => {
			session.print(`Handling connection for ${port}`);
			carry(session, path, remote, socket).catch(error => {
				session.error(`error forwarding port ${remote}: ${(error as Error).message}`);
				socket.destroy();
			});
		});
		try {
			port = await listen(server, port, host);
			servers.push(server);
			session.print(`Forwarding from ${textOf(host, port)} -> ${remote}`);
		} catch (error) {
			const {code} = error as NodeJS.ErrnoException;
			const why =
				code === 'EADDRINUSE'
					? 'bind: address already in use'
					: code === 'EACCES'
						? 'bind: permission denied'
						: String(code);
			problems.push(
				`unable to create listener: Error listen ${host.includes(':') ? 'tcp6' : 'tcp4'} ${textOf(host, local)}: ${why}`,
			);
		}
	}
	if (servers.length === 0) {
		session.error(
			`Unable to listen on port ${local}: Listeners failed to create with the following errors: [${problems.join(' ')}]`,
		);
	}
	return servers;
}

/** `kubectl port-forward`; ends when it is stopped. */
export const command: Command = {
	summary: 'Forward one or more local ports to a pod',
	usage: 'kubectl port-forward TYPE/NAME [options] [LOCAL_PORT:]REMOTE_PORT [...[LOCAL_PORT_N:]REMOTE_PORT_N]',
	flags: {address: {type: 'list'}, 'pod-running-timeout': {type: 'text'}},
	async run(session) {
		const [target, ...ports] = session.arguments;
		if (!target || ports.length === 0)
			throw usageError('port-forward', 'TYPE/NAME and list of ports are required for port-forward');
		const {pod, through} = await podOf(session, target, 'cannot attach to');
		const service = through.resource.kind === 'Service' ? through.object : undefined;
		const forwards = ports.map(text => parseForward(text, pod, service));
		const {phase = ''} = (pod.status ?? {}) as {phase?: string};
		if (phase !== 'Running')
			throw new KubectlError(`unable to forward port because pod is not running. Current status=${phase}`);
		const pods = (await session.discovery()).get('pods');
		const path = pathOf(pods, pod.metadata.namespace, pod.metadata.name, 'portforward');
		const servers: Server[] = [];
		for (const forward of forwards) servers.push(...(await forwardOne(session, path, forward)));
		if (servers.length === 0)
			throw new KubectlError(
				'unable to listen on any of the requested ports: '.concat(
					`[${forwards.map(({local, remote}) => `{${local} ${remote}}`).join(' ')}]`,
				),
			);
		const {signal} = session.io;
		await new Promise<void>(resolve => {
			if (signal.aborted) resolve();
			signal.addEventListener('abort', () => resolve(), {once: true});
		});
		for (const server of servers) server.close();
		return 130;
	},
};
