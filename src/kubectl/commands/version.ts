import {KubectlError} from '../errors.ts';
import type {JsonObject} from '../objects.ts';
import {toJson} from '../printers/json.ts';
import {toYaml} from '../printers/yaml.ts';
import type {Command} from '../session.ts';

/** The kubectl whose words and columns these are. */
const kubectlVersion = 'v1.36.2';

const client = {
	major: '1',
	minor: '36',
	gitVersion: `${kubectlVersion}+endpoint-lab`,
	platform: `${process.platform === 'win32' ? 'windows' : process.platform}/${process.arch === 'x64' ? 'amd64' : process.arch}`,
};

/** `kubectl version`. */
export const command: Command = {
	summary: 'Print the client and server version information',
	usage: 'kubectl version [flags]',
	flags: {client: {type: 'boolean'}, output: {type: 'text', short: 'o'}},
	async run(session) {
		const {flags} = session;
		const output = flags.text('output');
		if (output && output !== 'json' && output !== 'yaml') throw new KubectlError("--output must be 'yaml' or 'json'");
		const server = flags.on('client')
			? undefined
			: await session.client.json<JsonObject & {gitVersion: string}>({path: '/version'});
		const versions = {clientVersion: client, ...(server && {serverVersion: server})};
		if (output === 'json') session.print(toJson(versions));
		else if (output === 'yaml') session.write(toYaml(versions));
		else {
			session.print(`Client Version: ${client.gitVersion}`);
			if (server) session.print(`Server Version: ${server.gitVersion}`);
		}
		return 0;
	},
};
