import type {Clock} from '../clock.ts';
import {httpDate} from '../programs/http-text.ts';
import type {HttpServer} from './http-server.ts';
import type {ClusterNetwork} from './network.ts';

/** The machine outside the cluster that every embedded cluster can reach, and its name in the DNS outside. */
const outsideHost = {ip: '10.0.0.250', name: 'harbor.example.com'};

/** Puts that machine into the network. On port 80 it answers every request with who it is and what it was asked as. */
export function declareOutsideHost(network: ClusterNetwork, clock: Clock): void {
	const {ip, name} = outsideHost;
	const listener = (port: number) => (port === 80 ? server : undefined);
	const server: HttpServer = ({headers}, reply) => {
		const body = Buffer.from(
			`This is ${ip}, a machine outside the cluster. You asked for ${headers.host ?? 'nobody'}.\n`,
		);
		reply({
			status: 200,
			headers: {
				date: httpDate(clock.now()),
				'content-length': String(body.length),
				'content-type': 'text/plain; charset=utf-8',
			},
			body,
		});
	};
	network.declare(ip, {listener}, [name]);
}
