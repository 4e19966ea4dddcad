import {Duplex, PassThrough, Writable} from 'node:stream';
import {type KubeConfig, PortForward} from '@kubernetes/client-node';

/** A port of a Pod; it is reached from inside the Pod, so that one which listens on 127.0.0.1 only will do. */
export type PodPort = {config: KubeConfig; namespace: string; pod: string; port: number};

/** One connection to a port of a Pod through the API server. Rejects when the API server does not open it. */
export async function openPodTunnel({config, namespace, pod, port}: PodPort): Promise<Duplex> {
	const toPod = new PassThrough();
	const tunnel = new Duplex({
		read() {},
		write: (chunk: Buffer, _encoding, done) => void toPod.write(chunk, error => done(error)),
		final(done) {
			toPod.end();
			done();
		},
		destroy(error, done) {
			toPod.destroy();
			socket?.close();
			done(error);
		},
	});
	const fromPod = new Writable({
		write(chunk: Buffer, _encoding, done) {
			if (!tunnel.destroyed) tunnel.push(chunk);
			done();
		},
	});
	const problems = new Writable({
		write(chunk: Buffer, _encoding, done) {
			if (chunk.length > 0) tunnel.destroy(new Error(chunk.toString()));
			done();
		},
	});
	let socket: {close(): void} | undefined;
	try {
		const opened = await new PortForward(config).portForward(namespace, pod, [port], fromPod, problems, toPod);
		if (typeof opened === 'function') throw new Error('the connection cannot be told when it ends');
		socket = opened;
		opened.addEventListener('close', () => {
			if (!tunnel.destroyed) tunnel.push(null);
			tunnel.destroy();
		});
		opened.addEventListener('error', ({message}) => tunnel.destroy(new Error(message)));
	} catch (error) {
		toPod.destroy();
		throw error instanceof Error ? error : new Error(String((error as {message?: unknown}).message ?? error));
	}
	// The keep-alive of node:http asks its sockets for this.
	return Object.assign(tunnel, {setKeepAlive() {}, setNoDelay() {}, setTimeout() {}, ref() {}, unref() {}});
}
