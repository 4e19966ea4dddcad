import {lacks} from '../errors.ts';
import {listObjects} from '../fetch.ts';
import type {Command} from '../session.ts';

/** `kubectl cluster-info`. Its colours are the ones of kubectl, and only a terminal gets them. */
export const command: Command = {
	summary: 'Display cluster information',
	usage: 'kubectl cluster-info',
	flags: {},
	async run(session) {
		if (session.arguments.length > 0) throw lacks(`cluster-info ${session.arguments[0]}`);
		const {client, io} = session;
		const colour = (code: number, text: string) =>
			io.stdout.isTTY && !io.environment.NO_COLOR ? `\x1b[0;${code}m${text}\x1b[0m` : text;
		const line = (name: string, url: string) => session.print(`${colour(32, name)} is running at ${colour(33, url)}`);
		const {server} = client.endpoint;
		const services = (await session.discovery()).get('services');
		const found = await listObjects(client, services, 'kube-system', {
			labelSelector: 'kubernetes.io/cluster-service=true',
		});
		line('Kubernetes control plane', server);
		for (const {metadata, spec} of found) {
			const [port] = (spec as {ports?: {name?: string; port: number}[]}).ports ?? [];
			const named = port?.name ? `${metadata.name}:${port.name}` : metadata.name;
			line(
				metadata.labels?.['kubernetes.io/name'] ?? metadata.name!,
				`${server}/api/v1/namespaces/${metadata.namespace}/services/${named}/proxy`,
			);
		}
		session.print("\nTo further debug and diagnose cluster problems, use 'kubectl cluster-info dump'.");
		return 0;
	},
};
