import type {Arrival, OutgoingRequest} from '../../network/pod-network.ts';
import type {NetworkFailure} from '../../node/node-api.ts';
import type {Process} from '../machine.ts';
import {type Running, waitFor} from '../running.ts';

/** How long Linux tries to open a connection that nobody answers: six repeated SYNs. */
export const synTimeout = 130_000;

/** What an address names. */
export type Target = {host: string; port: number; path: string; scheme: string};

/** Reads an address as curl and wget take it, with `http://` left out or not. */
export function readUrl(text: string): Target {
	const [, scheme = 'http', host = '', port, path = ''] =
		/^(?:(\w+):\/\/)?(?:[^@/]*@)?([^:/?#]*)(?::(\d+))?([^#]*)/.exec(text) ?? [];
	return {
		scheme,
		host,
		port: Number(port ?? (scheme === 'https' ? 443 : 80)),
		path: path.startsWith('/') ? path : `/${path}`,
	};
}

/** The address of a name: /etc/hosts first, then DNS. */
export function resolve(process: Process, name: string): string | undefined {
	const hosts = process.machine.files.entry('/etc/hosts')?.content?.toString() ?? '';
	for (const line of hosts.split('\n')) {
		const [ip, ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
		if (ip && !ip.includes(':') && names.includes(name)) return ip;
	}
	return process.machine.network.resolve(name);
}

/** Sends a request and waits for what comes of it. */
export const send = (process: Process, request: OutgoingRequest): Running<Arrival | NetworkFailure> =>
	waitFor(settle => process.machine.network.send(request, settle));
