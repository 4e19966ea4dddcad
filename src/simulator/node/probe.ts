import type {Clock, Timer} from '../clock.ts';
import type {ClusterNetwork} from '../network/network.ts';
import {CommandNotFound} from '../programs/machine.ts';
import {emptyPipe} from '../programs/pipe.ts';
import type {Container, Probe} from '../types.ts';
import type {RunningContainer} from './container.ts';

/** What a probe found; `text` is what an Unhealthy event says after `… probe failed: `. */
type ProbeResult = {ok: true} | {ok: false; text: string};

/** A probe with the defaults of the API server filled in. */
const timing = (probe: Probe) => ({
	delay: (probe.initialDelaySeconds ?? 0) * 1000,
	period: (probe.periodSeconds ?? 10) * 1000,
	timeout: (probe.timeoutSeconds ?? 1) * 1000,
	successes: probe.successThreshold ?? 1,
	failures: probe.failureThreshold ?? 3,
});

/** Where a probe looks. */
export type ProbeTarget = {
	network: ClusterNetwork;
	clock: Clock;
	container: Container;
	running: RunningContainer;
	podIP: string;
	/** The address on the node that kubelet's own connections come from. */
	source: {ip: string; node: string};
};

/**
 * Asks again and again, as a worker of pkg/kubelet/prober does: `changed` is called when the threshold of successes or
 * failures is reached, `failed` at each failure.
 */
export function startProbe(
	probe: Probe,
	target: ProbeTarget,
	{phase, changed, failed}: {phase: number; changed: (ok: boolean) => void; failed: (text: string) => void},
): {stop(): void} {
	const {delay, period, timeout, successes, failures} = timing(probe);
	const {clock} = target;
	let timer: Timer;
	let cancel = () => {};
	let run = 0;
	let last: boolean | undefined;
	let stopped = false;
	const ask = () => {
		timer = clock.after(period, ask);
		cancel();
		cancel = probeOnce(probe, target, timeout, result => {
			if (stopped) return;
			if (last === result.ok) run++;
			else run = 1;
			last = result.ok;
			if (!result.ok) failed(result.text);
			// Told once, when the threshold is reached: the state then stays what it is.
			if (run === (result.ok ? successes : failures)) changed(result.ok);
		});
	};
	timer = clock.after(delay > 0 ? delay + (phase % 1000) : phase % 200, ask);
	return {
		stop() {
			stopped = true;
			timer.cancel();
			cancel();
		},
	};
}

/** Asks once; `done` is called at once or within the timeout. */
function probeOnce(
	probe: Probe,
	target: ProbeTarget,
	timeout: number,
	done: (result: ProbeResult) => void,
): () => void {
	if (probe.httpGet) return probeHttp(probe.httpGet, target, timeout, done);
	if (probe.tcpSocket) return probeTcp(probe.tcpSocket, target, timeout, done);
	if (probe.exec) return probeExec(probe.exec.command ?? [], target, timeout, done);
	done({ok: false, text: 'gRPC probes are not supported by the embedded cluster'});
	return () => {};
}

/** A port by number, or by the name of one of the container's ports; undefined when there is none of that name. */
export function portNumber(port: number | string, {ports}: Container): number | undefined {
	if (typeof port === 'number') return port;
	return ports?.find(({name}) => name === port)?.containerPort ?? (/^\d+$/.test(port) ? Number(port) : undefined);
}

function probeHttp(
	get: NonNullable<Probe['httpGet']>,
	{network, container, podIP, source}: ProbeTarget,
	timeout: number,
	done: (result: ProbeResult) => void,
): () => void {
	const port = portNumber(get.port, container);
	if (port === undefined) {
		done({ok: false, text: `couldn't find port: ${get.port}`});
		return () => {};
	}
	const host = get.host ?? podIP;
	const path = get.path || '/';
	const scheme = (get.scheme ?? 'HTTP').toLowerCase();
	const url = `${scheme}://${host}:${port}${path}`;
	if (scheme === 'https') {
		done({ok: false, text: `Get "${url}": http: server gave HTTP response to HTTPS client`});
		return () => {};
	}
	const headers: Record<string, string> = {
		host: `${host}:${port}`,
		'user-agent': 'kube-probe/1.36',
		accept: '*/*',
		connection: 'close',
	};
	for (const {name, value} of get.httpHeaders ?? []) headers[name.toLowerCase()] = value;
	return network.send({method: 'GET', host, port, path, headers, connectTimeout: timeout, timeout}, source, result => {
		if ('failure' in result) done({ok: false, text: `Get "${url}": ${dialText(result.failure, host, port)}`});
		else if (result.status >= 200 && result.status < 400) done({ok: true});
		else done({ok: false, text: `HTTP probe failed with statuscode: ${result.status}`});
	});
}

function dialText(failure: string, host: string, port: number): string {
	if (failure === 'refused') return `dial tcp ${host}:${port}: connect: connection refused`;
	if (failure === 'reset') return 'EOF';
	if (failure === 'unknown-host') return `dial tcp: lookup ${host}: no such host`;
	return 'context deadline exceeded (Client.Timeout exceeded while awaiting headers)';
}

function probeTcp(
	socket: NonNullable<Probe['tcpSocket']>,
	{network, clock, container, podIP, source}: ProbeTarget,
	timeout: number,
	done: (result: ProbeResult) => void,
): () => void {
	const port = portNumber(socket.port, container);
	if (port === undefined) {
		done({ok: false, text: `couldn't find port: ${socket.port}`});
		return () => {};
	}
	const host = socket.host ?? podIP;
	const connection = network.connect(host, port, source);
	if (!('failure' in connection)) done({ok: true});
	else if (connection.failure === 'timeout') {
		const timer = clock.after(timeout, () => done({ok: false, text: `dial tcp ${host}:${port}: i/o timeout`}));
		return () => timer.cancel();
	} else done({ok: false, text: dialText(connection.failure, host, port)});
	return () => {};
}

function probeExec(
	command: string[],
	{running, clock}: ProbeTarget,
	timeout: number,
	done: (result: ProbeResult) => void,
): () => void {
	let output = '';
	let over = false;
	const write = (data: string | Uint8Array) => {
		if (output.length < 10_240) output += typeof data === 'string' ? data : Buffer.from(data).toString();
	};
	const finish = (result: ProbeResult) => {
		if (over) return;
		over = true;
		timer?.cancel();
		done(result);
	};
	let timer: Timer | undefined;
	try {
		const {machine, environment, directory} = running;
		const process = machine.start(
			{arguments: command, environment, directory, stdin: emptyPipe(), stdout: write, stderr: write},
			code => finish(code === 0 ? {ok: true} : {ok: false, text: output}),
		);
		if (!over) {
			timer = clock.after(timeout, () => {
				finish({ok: false, text: `command timed out: "${command.join(' ')}" timed out after ${timeout / 1000}s`});
				machine.kill(process.pid);
			});
		}
		return () => {
			over = true;
			timer?.cancel();
			machine.kill(process.pid);
		};
	} catch (error) {
		if (!(error instanceof CommandNotFound)) throw error;
		const why = `OCI runtime exec failed: exec failed: unable to start container process: ${error.message}`;
		finish({
			ok: false,
			text: `rpc error: code = Unknown desc = failed to exec in container: failed to start exec: ${why}`,
		});
		return () => {};
	}
}
